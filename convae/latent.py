"""The code: encode, decode, sample, interpolate, traverse, project, and find the nearest."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Generator, Tensor

from convae.data import to_float
from convae.models import Decoder, Encoder

BATCH = 500


@torch.no_grad()
def encode(encoder: Encoder, images: Tensor) -> NDArray[np.float32]:
    """Codes (N, latent_dim) of pictures (N, 1, 28, 28), uint8 or float32 in [0, 1]."""
    parts = (part if part.is_floating_point() else to_float(part) for part in images.split(BATCH))
    return torch.cat([encoder(part) for part in parts]).numpy()


@torch.no_grad()
def decode(decoder: Decoder, codes: ArrayLike) -> NDArray[np.float32]:
    """Pictures (N, 28, 28) in [0, 1] of codes (N, latent_dim)."""
    return decoder(torch.as_tensor(codes, dtype=torch.float32))[:, 0].numpy()


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


def traverse(code: ArrayLike, low: ArrayLike, high: ArrayLike, steps: int) -> NDArray:
    """Codes (latent_dim, steps, latent_dim): in row i, number i of `code` goes from low[i] to high[i]."""
    base = np.asarray(code, dtype=float)
    codes = np.tile(base, (len(base), steps, 1))
    for i, (a, b) in enumerate(zip(np.asarray(low), np.asarray(high), strict=True)):
        codes[i, :, i] = np.linspace(a, b, steps)
    return codes


def project(codes: NDArray) -> NDArray:
    """Codes (N, latent_dim) in two dimensions (N, 2): as they are, or on their first two principal components."""
    if codes.shape[1] <= 2:
        return np.pad(codes, ((0, 0), (0, 2 - codes.shape[1])))
    centred = codes - codes.mean(0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return centred @ vectors[:, :-3:-1]


def neighbours(code: ArrayLike, codes: NDArray, count: int) -> tuple[NDArray, NDArray]:
    """Indices and Euclidean distances, each (count,), of the codes (N, latent_dim) nearest to `code`, nearest first."""
    distances = np.linalg.norm(codes - np.asarray(code, dtype=codes.dtype), axis=1)
    nearest = np.argpartition(distances, count - 1)[:count] if count < len(codes) else np.arange(len(codes))
    nearest = nearest[np.argsort(distances[nearest], kind="stable")]
    return nearest, distances[nearest]
