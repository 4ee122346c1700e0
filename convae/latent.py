"""The code: encode digits, decode codes, draw at random from where real codes are."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Generator, Tensor

from convae.data import to_float
from convae.models import Decoder, Encoder

BATCH = 500


@torch.no_grad()
def encode(encoder: Encoder, images: Tensor) -> NDArray[np.float32]:
    """Codes (N, latent_dim) of uint8 pictures (N, 1, 28, 28)."""
    return torch.cat([encoder(to_float(part)) for part in images.split(BATCH)]).numpy()


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
