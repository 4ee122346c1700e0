"""Models, data and codes, loaded once for all sessions of the server."""

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from convae.runs import WEIGHTS, Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convae.codes import Summary
    from convae.data import Digits
    from convae.models import Model


@st.cache_resource(show_spinner="Loading torch ...")
def one_thread() -> None:
    """Leave the machine's other cores to training: inference here is small."""
    import torch

    torch.set_num_threads(1)


@st.cache_resource(show_spinner="Fetching MNIST: the first time takes up to a minute ...")
def digits(split: str) -> "Digits":
    """The `train` or `test` digits; raises `DataError` that says what to do if they cannot be had."""
    from convae import data

    one_thread()
    return data.load(split)


def model(run: Run) -> "Model":
    """The run's model; a run that is trained further or replaced on disk is loaded again."""
    one_thread()
    return _model(run.name, _version(run), run)


@st.cache_resource(show_spinner=False, max_entries=30)
def _model(name: str, version: int, _run: Run) -> "Model":
    from convae import weights

    return weights.load(_run)


def codes(run: Run, split: str) -> "NDArray":
    """The run's codes (N, latent_dim) of the `train` or `test` digits."""
    return _codes(run.name, _version(run), split, run)


@st.cache_resource(show_spinner="Encoding the digits ...", max_entries=30)
def _codes(name: str, version: int, split: str, _run: Run) -> "NDArray":
    from convae import latent

    return latent.encode(model(_run).encoder, digits(split).images)


def summary(run: Run) -> "Summary":
    """The summary of the run's codes: read from beside the weights without torch, or made there the first time."""
    return _summary(run.name, _version(run), run)


@st.cache_resource(show_spinner=False, max_entries=30)
def _summary(name: str, version: int, _run: Run) -> "Summary":
    from convae.codes import read_summary, summarise, write_summary

    found = read_summary(_run)
    if found is None:
        found = summarise(codes(_run, "test"))
        with suppress(OSError):  # a folder that cannot be written costs only the time to make it again
            write_summary(_run, found)
    return found


def _version(run: Run) -> int:
    path = run.path / WEIGHTS
    return path.stat().st_mtime_ns if path.exists() else 0
