"""How well a model redraws the digits, and what its code keeps, kept beside the weights it was measured on."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from convae import code_quality
from convae.code_quality import READ, Quality
from convae.codes import keep, kept
from convae.config import MODELS
from convae.data import Digits, to_float
from convae.latent import encode
from convae.models import Model
from convae.runs import Run

FILE = "quality.npz"
BATCH = 500


class Redrawn(NamedTuple):
    """Digits as a model redraws them, and how far off each is."""

    pictures: NDArray  # (N, 28, 28) float32 in [0, 1]
    mse: NDArray  # (N,) mean squared error
    ssim: NDArray  # (N,) structural similarity


@torch.no_grad()
def redraw(model: Model, images: Tensor) -> Redrawn:
    """What a model whose output is a picture makes of uint8 images (N, 1, 28, 28)."""
    pictures = torch.cat([model(to_float(part)) for part in images.split(BATCH)])[:, 0].numpy()
    originals = to_float(images)[:, 0].numpy()
    mse = np.square(pictures - originals).mean((1, 2))
    return Redrawn(pictures, mse, code_quality.ssim(originals, pictures))


def measure(run: Run, model: Model, train: Digits, test: Digits) -> Quality:
    """The quality of the run's codes, by the test digits; what reads them learns from the first `READ` of `train`."""
    drawn = None if MODELS[run.config.model].uses_labels else redraw(model, test.images)
    images, labels = train.images[:READ], train.labels[:READ].numpy()
    codes, test_codes = encode(model.encoder, images), encode(model.encoder, test.images)
    pictures, test_pictures = (to_float(part)[:, 0].numpy() for part in (images, test.images))
    return Quality(
        mse=float("nan") if drawn is None else float(drawn.mse.mean()),
        ssim=float("nan") if drawn is None else float(drawn.ssim.mean()),
        readout_mse=code_quality.readout_error(codes, pictures, test_codes, test_pictures),
        probe=code_quality.probe_accuracy(codes, labels, test_codes, test.labels.numpy()),
        neighbours=code_quality.neighbour_accuracy(codes, labels, test_codes, test.labels.numpy()),
    )


def write(run: Run, quality: Quality) -> None:
    """Keep the quality beside the weights it belongs to."""
    keep(run, FILE, {name: np.float64(value) for name, value in quality._asdict().items()})


def read(run: Run) -> Quality | None:
    """The quality kept with the run, None if there is none, it is damaged or belongs to other weights."""
    found = kept(run, FILE, Quality._fields)
    return Quality(*(float(value) for value in found)) if found else None
