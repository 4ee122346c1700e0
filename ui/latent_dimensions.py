"""What one number of the code does, as the Latent space page shows it."""

from typing import TYPE_CHECKING

import streamlit as st

from convae.codes import Summary
from convae.runs import Run
from ui import resources

if TYPE_CHECKING:
    from numpy.typing import NDArray


def show_dimensions(run: Run, summary: Summary) -> None:
    """Where a number changes the picture, which classes it goes with, and which numbers do nothing."""
    from convae import figures

    changes, correlations = _changes(run.name, run.weights_hash(), run, summary)
    order = changes.mean((1, 2)).argsort()[::-1].tolist()
    # A screen shows 256 greys: what changes no pixel by one of them cannot be seen.
    dead = [f"z{i}" for i in sorted(order) if changes[i].max() < 1 / 255]
    if dead:
        st.warning(f"{', '.join(dead)}: dead. From low to high, no pixel changes by as much as one grey of 255.")
    chosen = st.selectbox(
        "Number of the code, the strongest first",
        order,
        format_func=lambda i: f"z{i}: changes a pixel by {100 * changes[i].mean():.1f} % on average",
        key="dimension",
    )
    left, right = st.columns(2)
    left.plotly_chart(figures.change_map(changes[chosen], f"Where z{chosen} changes the picture"))
    right.plotly_chart(figures.correlation_bars(correlations[chosen], f"How z{chosen} goes with each digit"))
    st.caption(
        "Left: mean absolute change of each pixel while the number goes from its 1st to its 99th percentile, over 32 "
        "training digits, as a share of black to white. Right: correlation of the number with being of a class, over "
        "the 10,000 test digits."
    )


@st.cache_data(show_spinner="Moving each number ...", max_entries=20)
def _changes(name: str, weights: str, _run: Run, _summary: Summary) -> "tuple[NDArray, NDArray]":
    from convae import latent

    decoder, bases = resources.autoencoder(_run).decoder, _summary.reference[: latent.BASES]
    correlations = latent.class_correlations(resources.codes(_run, "test"), resources.digits("test").labels.numpy())
    return latent.changes(decoder, bases, _summary.low, _summary.high), correlations
