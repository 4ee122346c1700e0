"""How unlike a real digit a picture is, by what an autoencoder makes of it, as one number calibrated on real digits.

Two signs, both known from outlier detection: what the autoencoder cannot redraw it has not seen the like of (Hawkins et
al., Outlier detection using replicator neural networks, 2002), and a code far from all real codes is none of theirs
(Ramaswamy et al., Efficient algorithms for mining outliers from large data sets, 2000). A third, the critic's, is of
what an autoencoder redraws too well: half a digit, a dash. The strongest sign counts.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from convae import critic
from convae.codes import keep, kept
from convae.data import to_float
from convae.models import Autoencoder
from convae.runs import Run

FILE = "strangeness.npz"
FALSE_ALARMS = 0.01  # the share of real digits that are taken for none
HELD_OUT = 10_000  # the last training digits, on which the number is calibrated
NEAREST = 5
BATCH = 500
SIGNS = (
    "the autoencoder redraws it badly",
    "its code is far from those of real digits",
    "it looks like the strokes, letters and halves of digits that the critic has seen",
)


class Calibration(NamedTuple):
    """What real digits give; all float32."""

    reference: NDArray  # (M, latent_dim) codes of training digits
    mean: NDArray  # (3,) of the signs
    deviation: NDArray  # (3,)
    scores: NDArray  # (1001,) quantiles of the strongest sign, in deviations above the mean


def calibrate(model: Autoencoder, reference: NDArray, images: Tensor) -> Calibration:
    """The calibration by uint8 images (N, 1, 28, 28) of digits other than those of `reference` (M, latent_dim)."""
    found = np.concatenate([_signs(model, reference, to_float(part)) for part in images.split(BATCH)])
    mean, deviation = found.mean(0), found.std(0)
    scores = np.quantile(((found - mean) / deviation).max(1), np.linspace(0, 1, 1001))
    return Calibration(*(np.asarray(part, np.float32) for part in (reference, mean, deviation, scores)))


class Strangeness(NamedTuple):
    """How strange each of N pictures is, and what gives it away."""

    share: NDArray[np.float64]  # (N,) of real digits that are less strange, 0 to 1
    sign: NDArray[np.int64]  # (N,) the strongest, as an index of SIGNS


def strangeness(model: Autoencoder, calibration: Calibration, pictures: Tensor) -> Strangeness:
    """The strangeness of pictures (N, 1, 28, 28) in [0, 1]."""
    scores = (_signs(model, calibration.reference, pictures) - calibration.mean) / calibration.deviation
    return Strangeness(np.searchsorted(calibration.scores, scores.max(1)) / len(calibration.scores), scores.argmax(1))


@torch.no_grad()
def _signs(model: Autoencoder, reference: NDArray, pictures: Tensor) -> NDArray:
    """The `SIGNS` (N, 3): logarithms of the error and of the mean distance to the `NEAREST`, and the critic's logit."""
    codes = model.encoder(pictures)
    errors = (model.decoder(codes) - pictures).square().mean((1, 2, 3))
    nearest = torch.cdist(codes, torch.from_numpy(reference)).topk(min(NEAREST, len(reference)), largest=False).values
    logs = torch.stack([errors, nearest.mean(1)], dim=1).clamp(min=1e-12).log()
    return torch.cat([logs, critic.judge(pictures)[:, None]], dim=1).numpy()


def write(run: Run, calibration: Calibration) -> None:
    """Keep the calibration beside the weights it belongs to; its reference is kept with the summary of the codes."""
    arrays = {name: array for name, array in calibration._asdict().items() if name != "reference"}
    keep(run, FILE, {**arrays, "critic": critic.version()})


def read(run: Run, reference: NDArray) -> Calibration | None:
    """The calibration kept with the run, None if there is none, it is damaged or of other weights or another critic."""
    found = kept(run, FILE, [*Calibration._fields[1:], "critic"])
    return Calibration(reference, *found[:-1]) if found and str(found[-1]) == critic.version() else None
