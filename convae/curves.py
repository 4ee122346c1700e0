"""Records of runs -> curves to draw: picked out, smoothed, thinned, and put together over seeds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# What a record tells of training, and how it is called; loss and accuracy are known of training and test data.
VALUES = {"loss": "Loss", "accuracy": "Accuracy", "learning_rate": "Learning rate", "images_per_s": "Images per second"}
LIMIT = 2_000  # points a curve, of which a screen shows no more

Records = Sequence[Mapping[str, Any]]


class Curve(NamedTuple):
    """What to draw of one run, or of several that differ in their seed only; all arrays (N,) of float32."""

    name: str
    part: str  # train or test; "" where there is no such difference
    x: NDArray
    y: NDArray  # a mean where there are several runs
    raw: NDArray | None = None  # before smoothing
    spread: NDArray | None = None  # standard deviation over several runs


def curve(records: Records, value: str, x: str = "epoch") -> tuple[NDArray, NDArray]:
    """Places and values, each (N,), of the records that have this value."""
    points = [(r[x], r[value]) for r in records if _is_number(r.get(value)) and _is_number(r.get(x))]
    places, values = np.array(points, dtype=np.float32).reshape(-1, 2).T
    return places, values


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def smooth(values: NDArray, weight: float) -> NDArray:
    """The exponential moving average of values (N,) with `weight` in [0, 1) on what was before.

    Its start is corrected for the missing past (Kingma and Ba 2015, Adam, section 3).
    """
    smoothed, average = np.empty_like(values), 0.0
    for i, value in enumerate(values):
        average = weight * average + (1 - weight) * value
        smoothed[i] = average / (1 - weight ** (i + 1))
    return smoothed


def thin(x: NDArray, y: NDArray, limit: int = LIMIT) -> NDArray:
    """Indices, in order and at most `limit` (4 or more), of the points (N,) that keep the curve's look.

    The first, the last and, of each of many equal stretches of points, the lowest and the highest; so no spike is lost.
    """
    if len(x) <= limit:
        return np.arange(len(x))
    edges = np.linspace(1, len(y) - 1, (limit - 2) // 2 + 1).astype(int)
    extremes = [(a + y[a:b].argmin(), a + y[a:b].argmax()) for a, b in pairwise(edges)]
    return np.unique([0, len(y) - 1, *np.ravel(extremes)])


def together(curves: Sequence[tuple[NDArray, NDArray]]) -> tuple[NDArray, NDArray, NDArray]:
    """Places, means and standard deviations of several curves over the stretch on which all of them are known."""
    start, end = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    x = np.unique(np.concatenate([x for x, _ in curves]))
    x = x[(x >= start) & (x <= end)]
    values = np.stack([np.interp(x, places, values) for places, values in curves]).astype(np.float32)
    return x, values.mean(0), values.std(0, ddof=1)


def curves(
    groups: Mapping[str, Sequence[Records]], value: str, x: str = "epoch", smoothing: float = 0.0
) -> list[Curve]:
    """The curves of `value` (`loss`, `accuracy`, `learning_rate`, ...) of each named group of runs, at most one a part.

    A group of several runs becomes a mean with its spread; a single run's curve is smoothed by `smoothing` in [0, 1).
    """
    found = []
    for name, runs in groups.items():
        for part in ("train", "test") if value in ("loss", "accuracy") else ("",):
            key = f"{part}_{value}" if part else value
            each = [(xs, ys) for records in runs for xs, ys in [curve(records, key, x)] if len(xs)]
            if each:
                found.append(_one(name, part, each, smoothing if part != "test" else 0.0))
    return found


def _one(name: str, part: str, each: Sequence[tuple[NDArray, NDArray]], smoothing: float) -> Curve:
    if len(each) > 1:
        x, mean, spread = together(each)
        kept = thin(x, mean)
        return Curve(name, part, x[kept], mean[kept], spread=spread[kept])
    x, y = each[0]
    kept = thin(x, y)
    if not smoothing:
        return Curve(name, part, x[kept], y[kept])
    return Curve(name, part, x[kept], smooth(y, smoothing)[kept], raw=y[kept])


def differences(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of each run's settings those in which the runs differ, in their first run's order."""
    names: Iterable[str] = next(iter(settings.values()), {})
    differing = [name for name in names if len({str(values.get(name)) for values in settings.values()}) > 1]
    return {run: {name: values.get(name) for name in differing} for run, values in settings.items()}
