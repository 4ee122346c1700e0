"""A film of a training run: what the model makes of the same test digits at moments of it, in the run's `snapshots/`.

At most `AT_MOST` + 1 files of at most 22 kB: half a megabyte a run. Nothing here imports torch.
"""

import io
import math
import zipfile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convae.codes import principal_axes
from convae.runs import Run, write_atomically

FOLDER = "snapshots"
DIGITS = "digits.npz"
ON_MAP = 1_000  # test digits, the first ones
REDRAWN_EACH = 2  # of every class
AT_LEAST, AT_MOST = 10, 25  # moments a run, besides its start


class Snapshot(NamedTuple):
    """One moment; N digits are on the map and M are redrawn."""

    epoch: float
    points: NDArray  # (N, 2) places of the codes
    redrawn: NDArray[np.uint8]  # (M, 28, 28), M = 0 for a model that draws nothing
    confusion: NDArray[np.int64]  # (10, 10) counts of the N digits by label and answer, (0, 0) for one that answers not


class Digits(NamedTuple):
    """The digits that all moments of a run show."""

    originals: NDArray[np.uint8]  # (M, 28, 28) of the redrawn ones
    labels: NDArray[np.int64]  # (N,) of those on the map


def moment(step: int, total_steps: int, epochs: int) -> int:
    """How many moments of a run of `total_steps` are over after `step`; a snapshot is due where this grows.

    The moments fall on the ends of epochs, and in runs of few epochs also between them.
    """
    count = epochs * math.ceil(AT_LEAST / epochs) if epochs <= AT_MOST else AT_MOST
    return step * count // total_steps


def choose(labels: NDArray) -> NDArray[np.int64]:
    """Indices of the first `REDRAWN_EACH` of every class among labels (N,), one round of the classes after another."""
    each = [np.flatnonzero(labels == label)[:REDRAWN_EACH] for label in range(10)]
    return np.array([mine[i] for i in range(REDRAWN_EACH) for mine in each if i < len(mine)], np.int64)


def place(codes: NDArray, before: NDArray | None = None) -> NDArray[np.float32]:
    """Places (N, 2) of codes (N, latent_dim) along the two directions of most variance, with a mean square of 1.

    Turned or mirrored so that they lie nearest to the places `before` (N, 2) (orthogonal Procrustes, Schönemann 1966).
    """
    codes = np.nan_to_num(codes, posinf=0, neginf=0)  # after the last step before a loss is lost
    along = (codes - codes.mean(0)) @ principal_axes(codes)[:2].T
    points = np.zeros((len(codes), 2), np.float32)
    points[:, : along.shape[1]] = along / max(float(np.sqrt((along**2).mean())), 1e-12)
    if before is not None and before.shape == points.shape:
        left, _, right = np.linalg.svd(points.T @ before)
        points = points @ left @ right
    return points


def count_answers(labels: NDArray, answers: NDArray) -> NDArray[np.int64]:
    """Counts (10, 10) of labels (N,), one a row, by answers (N,), one a column; both 0 to 9."""
    return np.bincount(10 * labels + answers, minlength=100).reshape(10, 10)


def steps(run: Run) -> list[int]:
    """The steps of which there is a snapshot, in order."""
    return sorted(int(path.stem) for path in (run.path / FOLDER).glob("*.npz") if path.stem.isdecimal())


def version(run: Run, step: int) -> int:
    """What tells the snapshot of that step from another written at its place, 0 if there is none."""
    path = run.path / FOLDER / f"{step}.npz"
    return path.stat().st_mtime_ns if path.exists() else 0


def truncate(run: Run, step: int) -> None:
    """Remove what is later than `step`."""
    for later in steps(run):
        if later > step:
            (run.path / FOLDER / f"{later}.npz").unlink()


def write(run: Run, step: int, epoch: float, codes: NDArray, redrawn: NDArray, confusion: NDArray) -> None:
    """Keep the moment after `step`: codes (N, latent_dim) go to their places, turned to agree with the moment before.

    The rest as in `Snapshot`.
    """
    earlier = read(run, max((s for s in steps(run) if s < step), default=-1))
    points = place(codes, earlier.points if earlier else None)
    _save(run, f"{step}.npz", Snapshot(epoch, points.astype(np.float16), redrawn, confusion))


def read(run: Run, step: int) -> Snapshot | None:
    """The snapshot of that step, None if there is none or it is damaged."""
    found = _load(run, f"{step}.npz", Snapshot._fields)
    return Snapshot(float(found[0]), found[1].astype(np.float32), *found[2:]) if found else None


def write_digits(run: Run, digits: Digits) -> None:
    """Keep what all snapshots show."""
    _save(run, DIGITS, digits)


def read_digits(run: Run) -> Digits | None:
    """What all snapshots show, None if it is not there or damaged."""
    found = _load(run, DIGITS, Digits._fields)
    return Digits(*found) if found else None


def _save(run: Run, name: str, values: Snapshot | Digits) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **values._asdict())
    (run.path / FOLDER).mkdir(exist_ok=True)
    write_atomically(run.path / FOLDER / name, buffer.getvalue())


def _load(run: Run, name: str, fields: tuple[str, ...]) -> list[NDArray] | None:
    try:
        with np.load(run.path / FOLDER / name) as stored:
            return [stored[field] for field in fields]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
