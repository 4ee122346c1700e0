"""What a page needs to know of a run's codes before it loads torch: their spread and a sample of them.

Kept beside the weights in `codes.npz`, which belongs to one version of them and is made anew for another.
"""

import io
import zipfile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from convae.errors import ConfigError, RunError
from convae.runs import WEIGHTS, Run, write_atomically

FILE = "codes.npz"
BINS = 40
REFERENCE = 2_000


class Summary(NamedTuple):
    """The codes (N, latent_dim) of the test digits in short; all float32."""

    mean: NDArray  # (latent_dim,)
    low: NDArray  # (latent_dim,) 1st percentile
    high: NDArray  # (latent_dim,) 99th percentile
    histograms: NDArray  # (latent_dim, BINS) counts between low and high
    reference: NDArray  # (at most REFERENCE, latent_dim) codes of real digits, the first that of test digit 0
    quantiles: NDArray  # (101,) percentiles of the distance from another real code to the nearest of `reference`


def summarise(codes: NDArray) -> Summary:
    """The summary of codes (N, latent_dim), N at least 2; the first half, or `REFERENCE`, become the reference."""
    low, high = np.percentile(codes, [1, 99], axis=0)
    histograms = [
        np.histogram(column, bins=BINS, range=(a, b if b > a else a + 1))[0]
        for column, a, b in zip(codes.T, low, high, strict=True)
    ]
    split = min(REFERENCE, len(codes) // 2)
    reference, others = codes[:split], codes[split:]
    quantiles = np.percentile(nearest_distances(others, reference), np.arange(101))
    parts = (codes.mean(0), low, high, np.array(histograms), reference, quantiles)
    return Summary(*(np.asarray(part, dtype=np.float32) for part in parts))


def nearest_distances(codes: NDArray, reference: NDArray) -> NDArray:
    """The Euclidean distance from each of codes (N, latent_dim) to the nearest of reference (M, latent_dim), (N,)."""
    squares = (reference**2).sum(1)
    parts = [
        np.maximum((part**2).sum(1, keepdims=True) + squares - 2 * part @ reference.T, 0).min(1)
        for part in np.array_split(codes, max(1, len(codes) // 1000))
    ]
    return np.sqrt(np.concatenate(parts))


def write_summary(run: Run, summary: Summary) -> None:
    """Keep the summary beside the weights it belongs to."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, weights=run.weights_hash(), **summary._asdict())
    write_atomically(run.path / FILE, buffer.getvalue())


def read_summary(run: Run) -> Summary | None:
    """The summary of the run's codes, or None if there is none, it is damaged or belongs to other weights."""
    try:
        with np.load(run.path / FILE) as stored:
            if str(stored["weights"]) != run.weights_hash():
                return None
            return Summary(*(stored[name] for name in Summary._fields))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def decoder_weights(run: Run) -> NDArray[np.float32]:
    """The decoder's parameters, one after the other in the order of its state dict, as one row.

    Raises `RunError` that names the file if it is missing or damaged, or holds no decoder.
    """
    path = run.path / WEIGHTS
    names = [
        f"decoder.{layer}.{kind}" for layer in ("fc", "deconv1", "deconv2", "deconv3") for kind in ("weight", "bias")
    ]
    try:
        state = load_file(path)
        return np.concatenate([state[name].ravel() for name in names])
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} is damaged or missing ({error}): copy it again or train again") from error
    except KeyError as error:
        raise RunError(f"{path} has no {error}: it is no autoencoder") from error


def parse(text: str, latent_dim: int) -> list[float]:
    """A code typed or pasted as numbers between commas or spaces; raises `ConfigError` that says what is wrong."""
    words = text.replace(",", " ").replace("[", " ").replace("]", " ").split()
    try:
        code = [float(word) for word in words]
    except ValueError as error:
        raise ConfigError(f"the code has something that is no number: {error}") from error
    if len(code) != latent_dim:
        raise ConfigError(f"the code has {len(code)} numbers, not {latent_dim}")
    if not np.isfinite(code).all():
        raise ConfigError("the code holds NaN or infinity")
    return code
