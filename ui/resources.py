"""Models, data and codes, loaded once for all sessions of the server."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import streamlit as st

from convae.runs import WEIGHTS, MetricsReader, Run

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from convae.appraisal import Redrawn
    from convae.code_quality import Quality
    from convae.codes import Summary
    from convae.data import Digits
    from convae.models import Autoencoder, Model
    from convae.strangeness import Calibration


@st.cache_resource(show_spinner="Loading torch ...")
def one_thread() -> None:
    """Leave the machine's other cores to training: inference here is small."""
    import torch

    torch.set_num_threads(1)


FETCHING = "Fetching MNIST: the first time takes up to a minute ..."


@st.cache_resource(show_spinner=FETCHING)
def test_arrays() -> "tuple[NDArray, NDArray]":
    """Pictures (10000, 28, 28) uint8 and labels (10000,) of the test digits, without torch; raises `DataError`."""
    from convae import mnist_files

    return mnist_files.read("test")


@st.cache_resource(show_spinner=FETCHING)
def digits(split: str) -> "Digits":
    """The `train` or `test` digits; raises `DataError` that says what to do if they cannot be had."""
    from convae import data

    one_thread()
    return data.load(split)


def metrics(run: Run) -> list[dict[str, Any]]:
    """The run's records; what was read before is not read again."""
    return _metrics_reader(str(run.path), run).read()


@st.cache_resource(show_spinner=False, max_entries=100)
def _metrics_reader(path: str, _run: Run) -> MetricsReader:
    return MetricsReader(_run)


def model(run: Run) -> "Model":
    """The run's model; a run that is trained further or replaced on disk is loaded again."""
    one_thread()
    return _model(run.name, _version(run), run)


@st.cache_resource(show_spinner=False, max_entries=30)
def _model(name: str, version: int, _run: Run) -> "Model":
    from convae import weights

    return weights.load(_run)


def autoencoder(run: Run) -> "Autoencoder":
    """The model of a run that is known to be an autoencoder."""
    from convae.models import Autoencoder

    found = model(run)
    assert isinstance(found, Autoencoder)
    return found


def codes(run: Run, split: str) -> "NDArray":
    """The run's codes (N, latent_dim) of the `train` or `test` digits."""
    return _codes(run.name, _version(run), split, run)


@st.cache_resource(show_spinner="Encoding the digits ...", max_entries=30)
def _codes(name: str, version: int, split: str, _run: Run) -> "NDArray":
    from convae import latent

    return latent.encode(model(_run).encoder, digits(split).images)


def errors(run: Run) -> "NDArray":
    """The autoencoder's mean squared error (N,) on each of the test digits."""
    return _errors(run.name, _version(run), run)


@st.cache_resource(show_spinner="Reconstructing the digits ...", max_entries=10)
def _errors(name: str, version: int, _run: Run) -> "NDArray":
    from convae import latent

    return latent.errors(autoencoder(_run), digits("test").images)


def summary(run: Run) -> "Summary":
    """The summary of the run's codes: read from beside the weights without torch, or made there the first time."""
    return _summary(run.name, _version(run), run)


@st.cache_resource(show_spinner=False, max_entries=30)
def _summary(name: str, version: int, _run: Run) -> "Summary":
    from convae.codes import read_summary, write_summary

    found = read_summary(_run)
    if found is None:
        from convae.latent import summary_of

        found = summary_of(autoencoder(_run), digits("train").images, digits("test").images[0])
        with suppress(OSError):  # a folder that cannot be written costs only the time to make it again
            write_summary(_run, found)
    return found


def calibration(run: Run) -> "Calibration":
    """What real digits give for the run's strangeness: read from beside the weights, or made there the first time."""
    return _calibration(run.name, _version(run), run)


@st.cache_resource(show_spinner="Looking at real digits ...", max_entries=10)
def _calibration(name: str, version: int, _run: Run) -> "Calibration":
    from convae import strangeness

    reference = summary(_run).reference
    found = strangeness.read(_run, reference)
    if found is None:
        images = digits("train").images[-strangeness.HELD_OUT :]
        found = strangeness.calibrate(autoencoder(_run), reference, images)
        with suppress(OSError):
            strangeness.write(_run, found)
    return found


def temperature(run: Run) -> float:
    """The classifier's temperature: read from beside the weights, or found there the first time."""
    return _temperature(run.name, _version(run), run)


@st.cache_resource(show_spinner="Looking at digits that the classifier does not know ...", max_entries=30)
def _temperature(name: str, version: int, _run: Run) -> float:
    from convae import calibration

    found = calibration.read(_run)
    if found is None:
        images, labels = calibration.held_out(_run.config, digits("train"))
        found = calibration.temperature(calibration.logits(model(_run), images), labels)
        with suppress(OSError):
            calibration.write(_run, found)
    return found


def probabilities(run: Run, pictures: "Tensor") -> "NDArray":
    """The classifier's calibrated probabilities (N, 10) of pictures (N, 1, 28, 28) in [0, 1]."""
    from convae import calibration

    return (calibration.logits(model(run), pictures) / temperature(run)).softmax(1).numpy()


def answers(run: Run) -> "NDArray":
    """The digit (10,000,) that the classifier reads in each of the test digits."""
    return test_probabilities(run).argmax(1)


def test_probabilities(run: Run) -> "NDArray":
    """The classifier's calibrated probabilities (10,000, 10) of the test digits."""
    return _test_probabilities(run.name, _version(run), run)


@st.cache_resource(show_spinner="Classifying the digits ...", max_entries=30)
def _test_probabilities(name: str, version: int, _run: Run) -> "NDArray":
    from convae import data

    return probabilities(_run, data.to_float(digits("test").images))


def redrawn(run: Run) -> "Redrawn":
    """The test digits as the run's model redraws them, with the error of each."""
    return _redrawn(run.name, _version(run), run)


@st.cache_resource(show_spinner="Redrawing 10,000 digits ...", max_entries=6)
def _redrawn(name: str, version: int, _run: Run) -> "Redrawn":
    from convae import appraisal

    return appraisal.redraw(model(_run), digits("test").images)


def mean_errors(run: Run) -> tuple[float, float]:
    """Mean squared error and structural similarity of the test digits as the run's model redraws them."""
    from convae import appraisal

    kept = appraisal.read(run)
    if kept is not None:
        return kept.mse, kept.ssim
    drawn = redrawn(run)
    return float(drawn.mse.mean()), float(drawn.ssim.mean())


def quality(run: Run) -> "Quality":
    """What the run's codes keep: read from beside the weights, or measured the first time."""
    return _quality(run.name, _version(run), run)


@st.cache_resource(show_spinner="Measuring what the codes keep ...", max_entries=100)
def _quality(name: str, version: int, _run: Run) -> "Quality":
    from convae import appraisal

    found = appraisal.read(_run)
    if found is None:
        found = appraisal.measure(_run, model(_run), digits("train"), digits("test"))
        with suppress(OSError):
            appraisal.write(_run, found)
    return found


@st.cache_resource(show_spinner="Looking for principal components ...", max_entries=10)
def pca_errors(dims: tuple[int, ...]) -> list[float]:
    """The mean squared error of the test digits redrawn from so many principal components of the training digits."""
    from convae import code_quality, data

    train, test = (data.to_float(digits(split).images)[:, 0].numpy() for split in ("train", "test"))
    return code_quality.pca_errors(train, test, list(dims))


def _version(run: Run) -> int:
    path = run.path / WEIGHTS
    return path.stat().st_mtime_ns if path.exists() else 0
