"""Probabilities that mean what they say: temperature scaling, and how far off they are without it.

Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks, 2017. One number, the temperature, divides the
logits; it is the one most likely for digits whose labels the classifier was not trained on.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Generator, Tensor

from convae.codes import keep, kept
from convae.config import TrainConfig
from convae.data import Digits, labelled_subset, random_affine, to_float
from convae.models import Model
from convae.runs import Run

FILE = "temperature.npz"
HELD_OUT = 5_000  # digits on which the temperature is chosen
FEWEST = 1_000  # with fewer left without a label, all are drawn from, each bent anew
LOWEST, HIGHEST = 0.05, 20.0
BINS = 15
BATCH = 500


def held_out(config: TrainConfig, train: Digits) -> tuple[Tensor, Tensor]:
    """Pictures (N, 1, 28, 28) in [0, 1] and labels (N,) that a run of this config was not trained on.

    The last training digits whose labels it was not given. A run that knows nearly all labels gets the last ones turned
    and sheared at random, pictures that it has not seen; they make its temperature a little too low.
    """
    unknown = torch.ones(len(train.labels), dtype=torch.bool)
    unknown[labelled_subset(train.labels, config.labels, config.sampling, config.seed)] = False
    enough = int(unknown.sum()) >= FEWEST
    chosen = (unknown if enough else torch.ones_like(unknown)).nonzero()[-HELD_OUT:, 0]
    pictures = to_float(train.images[chosen])
    return pictures if enough else random_affine(pictures, Generator().manual_seed(0)), train.labels[chosen]


@torch.no_grad()
def logits(model: Model, pictures: Tensor) -> Tensor:
    """The classifier's logits (N, 10) of pictures (N, 1, 28, 28) in [0, 1]."""
    return torch.cat([model(part) for part in pictures.split(BATCH)])


def temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature, between `LOWEST` and `HIGHEST`, at which logits (N, 10) are most likely given labels (N,)."""
    found = minimize_scalar(
        lambda log: float(F.cross_entropy(logits / np.exp(log), labels)),
        bounds=(np.log(LOWEST), np.log(HIGHEST)),
        method="bounded",
    )
    return float(np.exp(found.x))


def calibration_error(probabilities: NDArray, labels: NDArray, bins: int = BINS) -> float:
    """The expected calibration error of probabilities (N, 10): how far confidence and accuracy lie apart, 0 to 1.

    Averaged over digits, in `bins` equally wide bins of confidence (Naeini et al. 2015).
    """
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def write(run: Run, value: float) -> None:
    """Keep the temperature beside the weights it belongs to."""
    keep(run, FILE, {"temperature": np.float64(value)})


def read(run: Run) -> float | None:
    """The temperature kept with the run, None if there is none, it is damaged or belongs to other weights."""
    found = kept(run, FILE, ["temperature"])
    return float(found[0]) if found else None
