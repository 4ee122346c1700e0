"""MNIST as tensors: labelled subsets, batches and augmentation."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from convae import mnist_files
from convae.config import SAMPLINGS
from convae.errors import ConfigError
from convae.mnist_files import Say


class Digits(NamedTuple):
    """Pictures with their labels."""

    images: Tensor  # (N, 1, 28, 28) uint8, 0 is background
    labels: Tensor  # (N,) int64, 0 to 9


def load(split: str, say: Say = lambda line: None, dataset: str = "mnist") -> Digits:
    """The `train` (60,000) or `test` (10,000) digits, fetched first if they are not here.

    `say` gets one line for each thing that takes a while. Raises `DataError` if no source has the files.
    """
    images, labels = mnist_files.read(split, say, dataset)
    return Digits(torch.from_numpy(images)[:, None], torch.from_numpy(labels).long())


def labelled_subset(labels: Tensor, count: int, sampling: str = "first", seed: int = 0) -> Tensor:
    """Indices (count,) int64 of the training images whose labels may be used.

    `first` takes the first `count`, as the original experiment did. `balanced` draws with `seed` as equally from
    the classes as `count` allows; draws with one seed are nested: the 100 contain the 50. Classes that run out give
    way to the others, so that any count up to `len(labels)` works. Raises `ConfigError` on any other count.
    """
    if not 1 <= count <= len(labels):
        raise ConfigError(f"labels={count} is not between 1 and {len(labels)}")
    if sampling not in SAMPLINGS:
        raise ConfigError(f"sampling={sampling!r} is not one of {', '.join(SAMPLINGS)}")
    if sampling == "first":
        return torch.arange(count)
    order = torch.randperm(len(labels), generator=Generator().manual_seed(seed))
    shuffled = labels[order]
    place_in_class = torch.empty_like(shuffled)
    for label in shuffled.unique():
        mine = shuffled == label
        place_in_class[mine] = torch.arange(int(mine.sum()))
    return order[place_in_class.argsort(stable=True)[:count]]


def to_float(images: Tensor) -> Tensor:
    """uint8 pictures (N, 1, 28, 28) as float32 in [0, 1]."""
    return images.float().div_(255)


def batches(digits: Digits, batch_size: int, generator: Generator) -> Iterator[Digits]:
    """One pass in random order; the last batch is smaller where the size does not divide the number of pictures."""
    order = torch.randperm(len(digits.labels), generator=generator, device=generator.device)
    for chosen in order.to(digits.labels.device).split(batch_size):
        yield Digits(digits.images[chosen], digits.labels[chosen])


def random_affine(
    images: Tensor, generator: Generator, degrees: float = 15, shift: float = 2, scale: float = 0.15, shear: float = 0.2
) -> Tensor:
    """Each picture (N, 1, 28, 28) float32 turned, moved (pixels), scaled and sheared by its own uniform draw."""
    n, device = len(images), images.device
    draws = torch.rand(5, n, generator=generator, device=generator.device).to(device).mul_(2).sub_(1)
    angle = draws[0] * (degrees * torch.pi / 180)
    size = 1 / (1 + scale * draws[1])
    cos, sin, slant = angle.cos() * size, angle.sin() * size, shear * draws[2]
    move = draws[3:] * (2 * shift / images.shape[-1])
    theta = torch.stack([cos, slant * cos - sin, move[0], sin, slant * sin + cos, move[1]], 1).view(n, 2, 3)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)
