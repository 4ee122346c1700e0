"""How unlike a real digit a picture is, by what an autoencoder makes of it, as one number calibrated on real digits.

Two signs, both known from outlier detection: what the autoencoder cannot redraw it has not seen the like of (Hawkins et
al., Outlier detection using replicator neural networks, 2002), and a code far from all real codes is none of theirs
(Ramaswamy et al., Efficient algorithms for mining outliers from large data sets, 2000). The stronger sign counts.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from convae.codes import keep, kept
from convae.data import to_float
from convae.models import Autoencoder
from convae.runs import Run

FILE = "strangeness.npz"
FALSE_ALARMS = 0.01  # the share of real digits that are taken for none
HELD_OUT = 10_000  # the last training digits, on which the number is calibrated
NEAREST = 5
BATCH = 500


class Calibration(NamedTuple):
    """What real digits give; all float32."""

    reference: NDArray  # (M, latent_dim) codes of training digits
    mean: NDArray  # (2,) of the logarithms of reconstruction error and distance
    deviation: NDArray  # (2,)
    scores: NDArray  # (1001,) quantiles of the stronger sign, in deviations above the mean


def calibrate(model: Autoencoder, reference: NDArray, images: Tensor) -> Calibration:
    """The calibration by uint8 images (N, 1, 28, 28) of digits other than those of `reference` (M, latent_dim)."""
    found = np.concatenate([_signs(model, reference, to_float(part)) for part in images.split(BATCH)])
    mean, deviation = found.mean(0), found.std(0)
    scores = np.quantile(((found - mean) / deviation).max(1), np.linspace(0, 1, 1001))
    return Calibration(*(np.asarray(part, np.float32) for part in (reference, mean, deviation, scores)))


def strangeness(model: Autoencoder, calibration: Calibration, pictures: Tensor) -> NDArray[np.float64]:
    """The share, 0 to 1, of real digits that are less strange than each of pictures (N, 1, 28, 28) in [0, 1], (N,)."""
    scores = ((_signs(model, calibration.reference, pictures) - calibration.mean) / calibration.deviation).max(1)
    return np.searchsorted(calibration.scores, scores) / len(calibration.scores)


@torch.no_grad()
def _signs(model: Autoencoder, reference: NDArray, pictures: Tensor) -> NDArray:
    """The logarithms (N, 2) of the mean squared error and of the mean distance to the `NEAREST` reference codes."""
    codes = model.encoder(pictures)
    errors = (model.decoder(codes) - pictures).square().mean((1, 2, 3))
    nearest = torch.cdist(codes, torch.from_numpy(reference)).topk(min(NEAREST, len(reference)), largest=False).values
    return torch.stack([errors, nearest.mean(1)], dim=1).clamp(min=1e-12).log().numpy()


def write(run: Run, calibration: Calibration) -> None:
    """Keep the calibration beside the weights it belongs to; its reference is kept with the summary of the codes."""
    keep(run, FILE, {name: array for name, array in calibration._asdict().items() if name != "reference"})


def read(run: Run, reference: NDArray) -> Calibration | None:
    """The calibration kept with the run, None if there is none, it is damaged or belongs to other weights."""
    found = kept(run, FILE, Calibration._fields[1:])
    return Calibration(reference, *found) if found else None
