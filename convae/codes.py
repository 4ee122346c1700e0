"""What a page needs to know of a run's codes before it loads torch: their spread and a sample of them.

Kept beside the weights in `codes.npz`, which belongs to one version of them and is made anew for another.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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
    """The codes (N, latent_dim) of training digits in short; all float32."""

    first: NDArray  # (latent_dim,) the code to begin with
    mean: NDArray  # (latent_dim,)
    low: NDArray  # (latent_dim,) 1st percentile
    high: NDArray  # (latent_dim,) 99th percentile
    histograms: NDArray  # (latent_dim, BINS) counts between low and high
    effect: NDArray  # (latent_dim,) mean absolute change of a pixel, in grey values 0 to 1, from low to high
    axes: NDArray  # (latent_dim, latent_dim) the principal directions, one a row, that of most variance first
    axis_low: NDArray  # (latent_dim,) and for the coordinates along these, from the mean, the same three
    axis_high: NDArray
    axis_histograms: NDArray
    reference: NDArray  # (at most REFERENCE, latent_dim) codes of training digits
    quantiles: NDArray  # (101,) percentiles of the distance from another real code to the nearest of `reference`


def summarise(codes: NDArray, first: NDArray, effect: NDArray) -> Summary:
    """The summary of codes (N, latent_dim), N at least 2; at most half of them become the reference.

    `first` (latent_dim,) is the code that a page begins with, `effect` (latent_dim,) is kept as it is.
    """
    mean, axes = codes.mean(0), principal_axes(codes)
    split = min(REFERENCE, len(codes) // 2)
    reference, others = codes[:split], codes[split:]
    quantiles = np.percentile(nearest_distances(others, reference), np.arange(101))
    parts = (first, mean, *_spread(codes), effect, axes, *_spread((codes - mean) @ axes.T), reference, quantiles)
    return Summary(*(np.asarray(part, dtype=np.float32) for part in parts))


def _spread(values: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    low, high = np.percentile(values, [1, 99], axis=0)
    histograms = [
        np.histogram(column, bins=BINS, range=(a, b if b > a else a + 1))[0]
        for column, a, b in zip(values.T, low, high, strict=True)
    ]
    return low, high, np.array(histograms)


def principal_axes(codes: NDArray) -> NDArray:
    """The directions of most variance of codes (N, latent_dim), unit vectors in the rows of (latent_dim, latent_dim).

    The greatest number of each is positive, so that the signs are the same on every machine.
    """
    centred = codes - codes.mean(0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors.T[::-1]
    greatest = np.take_along_axis(axes, np.abs(axes).argmax(1, keepdims=True), axis=1)
    return axes * np.where(greatest < 0, -1, 1)


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
    keep(run, FILE, summary._asdict())


def read_summary(run: Run) -> Summary | None:
    """The summary of the run's codes, or None if there is none, it is damaged or belongs to other weights."""
    found = kept(run, FILE, Summary._fields)
    return Summary(*found) if found else None


def keep(run: Run, file: str, arrays: Mapping[str, Any]) -> None:
    """Write arrays that belong to the run's weights as they are now into its folder."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, weights=run.weights_hash(), **arrays)
    write_atomically(run.path / file, buffer.getvalue())


def kept(run: Run, file: str, names: Sequence[str]) -> list[NDArray] | None:
    """The arrays of these names, or None if there is no such file, it is damaged or belongs to other weights."""
    try:
        with np.load(run.path / file) as stored:
            if str(stored["weights"]) != run.weights_hash():
                return None
            return [stored[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def decoder_weights(run: Run) -> NDArray[np.float32]:
    """The decoder's parameters, one after the other in the order of its state dict, as one row.

    Raises `RunError` that names the file if it is missing or damaged, or holds no decoder for the run's codes.
    """
    path = run.path / WEIGHTS
    names = [
        f"decoder.{layer}.{kind}" for layer in ("fc", "deconv1", "deconv2", "deconv3") for kind in ("weight", "bias")
    ]
    try:
        state = load_file(path)
        flat = np.concatenate([state[name].ravel() for name in names])
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} is damaged or missing ({error}): copy it again or train again") from error
    except KeyError as error:
        raise RunError(f"{path} has no {error}: it is no autoencoder") from error
    latent_dim = state[names[0]].shape[-1]
    if latent_dim != run.config.latent_dim:
        raise RunError(
            f"{path} is for a code of {latent_dim}, not {run.config.latent_dim}: copy it again or train again"
        )
    return flat


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
