"""Digits side by side with what each model redraws of them, and each digit's error."""

import random
from typing import TYPE_CHECKING

import streamlit as st

from convae.runs import Run
from ui import resources, training

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = 10
CHOICES = ("in order", "at random", "worst redrawn", "best redrawn", "my drawing")


def models(latent_dim: int) -> dict[str, Run]:
    """The models that redraw digits, by what to call them."""
    found = {
        "Autoencoder": training.pick(model="autoencoder", latent_dim=latent_dim),
        "ClassifierDecoding": training.pick(model="classifier-decoding", latent_dim=latent_dim),
    }
    return {title: run for title, run in found.items() if run is not None}


def show_rows(found: dict[str, Run]) -> None:
    """The chosen digits, and a row for each model, with errors."""
    digit = st.segmented_control("Digits", ["all", *range(10)], default="all", required=True)
    b, c = st.columns([4, 1], vertical_alignment="bottom")
    choices = [choice for choice in CHOICES if choice != "my drawing" or "drawing" in st.session_state]
    order = b.segmented_control("Which", choices, default=choices[0], required=True, key="which_digits")
    if order == "my drawing":
        show_drawing(found)
        return
    indices = in_order(digit, order, found)
    pages = max(1, -(-len(indices) // COLUMNS))
    page = int(c.number_input("Page", 1, pages, 1, help=f"{COLUMNS} digits a page, {pages} pages."))
    show(indices[(page - 1) * COLUMNS : page * COLUMNS], found)


def in_order(digit: "int | str", order: str, found: dict[str, Run]) -> "NDArray":
    """The test digits of that class in that order."""
    import numpy as np

    labels = resources.digits("test").labels.numpy()
    mine = np.arange(len(labels)) if digit == "all" else np.flatnonzero(labels == digit)
    if order == "at random":
        seed = st.session_state.setdefault("random_digits", random.randrange(2**31))
        return np.random.default_rng(seed).permutation(mine)
    if order == "in order":
        return mine
    errors = resources.redrawn(next(iter(found.values()))).mse[mine]
    return mine[errors.argsort()[:: -1 if order == "worst redrawn" else 1]]


def show(indices: "NDArray", found: dict[str, Run]) -> None:
    """The test digits of these indices, row by row."""
    from convae import appraisal, pictures

    test = resources.digits("test")
    images = test.images[indices]
    originals = images[:, 0].numpy()
    st.markdown("**Original**")
    st.image(pictures.grid(originals, COLUMNS, 3), width="stretch")
    st.caption("Test digits " + ", ".join(f"{i} (a {int(test.labels[i])})" for i in indices) + ".")
    for title, run in found.items():
        drawn, (mse, ssim) = appraisal.redraw(resources.model(run), images), resources.mean_errors(run)
        st.markdown(
            f"**{title}** · mean squared error {drawn.mse.mean():.4f} on these, {mse:.4f} on all test digits · "
            f"structural similarity {drawn.ssim.mean():.3f}, {ssim:.3f}"
        )
        st.image(pictures.grid(drawn.pictures, COLUMNS, 3), width="stretch")
        off = [pictures.signed(o / 255 - p, 1) for o, p in zip(originals, drawn.pictures, strict=True)]
        st.image(pictures.row(off, COLUMNS, 3), width="stretch")
        st.caption("Errors " + ", ".join(f"{error:.4f}" for error in drawn.mse) + ". Orange: left out; blue: added.")


def show_drawing(found: dict[str, Run]) -> None:
    """The last drawing of the Draw page, and each model's picture of it."""
    from convae import appraisal, pictures

    image = (st.session_state["drawing"] * 255).round().byte()
    with st.container(horizontal=True):
        st.image(pictures.enlarge(image[0, 0].numpy(), 6), width=168, caption="Your drawing")
        for title, run in found.items():
            drawn = appraisal.redraw(resources.model(run), image)
            caption = f"{title}: error {drawn.mse[0]:.4f}, similarity {drawn.ssim[0]:.3f}"
            st.image(pictures.enlarge(drawn.pictures[0], 6), width=168, caption=caption)
