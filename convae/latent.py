"""The code: encode, decode, sample, interpolate, traverse, project, find the nearest, and what each number does."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Generator, Tensor

from convae.codes import Summary, summarise
from convae.data import to_float
from convae.models import Autoencoder, Decoder, Encoder

BATCH = 500
SUMMARISED = 10_000
BASES, CHANGE_STEPS = 32, 9


@torch.no_grad()
def encode(encoder: Encoder, images: Tensor) -> NDArray[np.float32]:
    """Codes (N, latent_dim) of pictures (N, 1, 28, 28), uint8 or float32 in [0, 1]."""
    parts = (part if part.is_floating_point() else to_float(part) for part in images.split(BATCH))
    return torch.cat([encoder(part) for part in parts]).numpy()


@torch.no_grad()
def decode(decoder: Decoder, codes: ArrayLike) -> NDArray[np.float32]:
    """Pictures (N, 28, 28) in [0, 1] of codes (N, latent_dim)."""
    return decoder(torch.as_tensor(codes, dtype=torch.float32))[:, 0].numpy()


@torch.no_grad()
def errors(model: Autoencoder, images: Tensor) -> NDArray[np.float32]:
    """The mean squared error (N,) of the reconstruction of each of uint8 images (N, 1, 28, 28)."""
    parts = (to_float(part) for part in images.split(BATCH))
    return torch.cat([(model(part) - part).square().mean((1, 2, 3)) for part in parts]).numpy()


def sample(codes: NDArray, labels: NDArray, generator: Generator | None = None) -> NDArray:
    """A new code (latent_dim,) from a mixture of Gaussians, one for each class of codes (N, latent_dim)."""
    chosen = torch.randint(len(labels), (), generator=generator)
    mine = codes[labels == labels[int(chosen)]]
    mean, covariance = mine.mean(0), np.atleast_2d(np.cov(mine, rowvar=False))
    noise = torch.randn(codes.shape[1], generator=generator, dtype=torch.float64).numpy()
    values, vectors = np.linalg.eigh(covariance)
    return mean + vectors @ (np.sqrt(np.clip(values, 0, None)) * noise)


def straight(start: ArrayLike, end: ArrayLike, steps: int) -> NDArray:
    """`steps` codes (steps, latent_dim) on the straight line from `start` to `end`, both included; at least 2 steps."""
    share = np.linspace(0, 1, steps)[:, None]
    return np.asarray(start) * (1 - share) + np.asarray(end) * share


def spherical(start: ArrayLike, end: ArrayLike, steps: int) -> NDArray:
    """`steps` codes (steps, latent_dim) on the arc from `start` to `end`, both included, at an even angular speed.

    Slerp (Shoemake 1985, Animating rotation with quaternion curves); the straight line where there is no arc, that is
    where the codes point the same or the opposite way or one is zero.
    """
    a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    cosine = a @ b / lengths if lengths > 0 else 1.0
    if abs(cosine) > 1 - 1e-9:
        return straight(a, b, steps)
    angle, share = np.arccos(cosine), np.linspace(0, 1, steps)[:, None]
    codes = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)
    codes[0], codes[-1] = a, b
    return codes


def through(stops: Sequence[ArrayLike], steps: int, between: Callable[..., NDArray] = straight) -> NDArray:
    """Codes on the way through all `stops` (two or more), `steps` for each leg with both its ends, none twice."""
    legs = [between(a, b, steps) for a, b in pairwise(stops)]
    return np.concatenate([legs[0], *(leg[1:] for leg in legs[1:])])


def traverse(code: ArrayLike, low: ArrayLike, high: ArrayLike, steps: int) -> NDArray:
    """Codes (latent_dim, steps, latent_dim): in row i, number i of `code` goes from low[i] to high[i]."""
    base = np.asarray(code, dtype=float)
    codes = np.tile(base, (len(base), steps, 1))
    for i, (a, b) in enumerate(zip(np.asarray(low), np.asarray(high), strict=True)):
        codes[i, :, i] = np.linspace(a, b, steps)
    return codes


def changes(decoder: Decoder, codes: NDArray, low: ArrayLike, high: ArrayLike) -> NDArray:
    """How much each number of a code changes each pixel, (latent_dim, 28, 28), in grey values 0 to 1.

    The mean absolute difference between the pictures of codes (N, latent_dim) with number i going from low[i] to
    high[i] and those with it in the middle.
    """
    maps = []
    for i, (a, b) in enumerate(zip(np.asarray(low), np.asarray(high), strict=True)):
        swept = np.repeat(codes[:, None], CHANGE_STEPS, axis=1)
        swept[:, :, i] = np.linspace(a, b, CHANGE_STEPS)
        pictures = decode(decoder, swept.reshape(-1, codes.shape[1])).reshape(len(codes), CHANGE_STEPS, 28, 28)
        maps.append(np.abs(pictures - pictures[:, CHANGE_STEPS // 2, None]).mean((0, 1)))
    return np.stack(maps)


def class_correlations(codes: NDArray, labels: NDArray) -> NDArray:
    """Pearson's correlation (latent_dim, 10) of each number of codes (N, latent_dim) with being of each class.

    0 where a number or a class does not vary.
    """
    is_class = (labels[:, None] == np.arange(10)).astype(np.float64)
    a, b = codes - codes.mean(0), is_class - is_class.mean(0)
    lengths = np.outer(np.linalg.norm(a, axis=0), np.linalg.norm(b, axis=0))
    return np.divide(a.T @ b, lengths, out=np.zeros_like(lengths), where=lengths > 1e-6)


def summary_of(model: Autoencoder, images: Tensor, first: Tensor) -> Summary:
    """The summary of the codes of the first `SUMMARISED` images (N, 1, 28, 28), beginning with that of `first`."""
    codes = encode(model.encoder, images[:SUMMARISED])
    low, high = np.percentile(codes, [1, 99], axis=0)
    effect = changes(model.decoder, codes[:BASES], low, high).mean((1, 2))
    return summarise(codes, encode(model.encoder, first[None])[0], effect)


def project(codes: NDArray, summary: Summary) -> NDArray:
    """Codes (N, latent_dim) in two dimensions (N, 2): as they are, or on their first two principal directions."""
    if codes.shape[1] <= 2:
        return np.pad(codes, ((0, 0), (0, 2 - codes.shape[1])))
    return (codes - summary.mean) @ summary.axes[:2].T


def plane(points: NDArray, count: int) -> tuple[NDArray, tuple[float, float, float, float]]:
    """Codes (count * count, 2) on a grid over points (N, 2), row by row from the top, and its left, right, bottom, top.

    Each code is in the middle of its cell.
    """
    (left, bottom), (right, top) = points.min(0), points.max(0)
    share = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(left + share * (right - left), top + share * (bottom - top))
    edges = (float(left), float(right), float(bottom), float(top))
    return np.stack([x.ravel(), y.ravel()], axis=1), edges


def neighbours(code: ArrayLike, codes: NDArray, count: int) -> tuple[NDArray, NDArray]:
    """Indices and Euclidean distances, each (count,), of the codes (N, latent_dim) nearest to `code`, nearest first."""
    distances = np.linalg.norm(codes - np.asarray(code, dtype=codes.dtype), axis=1)
    nearest = np.argpartition(distances, count - 1)[:count] if count < len(codes) else np.arange(len(codes))
    nearest = nearest[np.argsort(distances[nearest], kind="stable")]
    return nearest, distances[nearest]
