"""Digits side by side with what each model redraws of them, and each digit's error."""

import random
from typing import TYPE_CHECKING

import streamlit as st

from convae.runs import Run
from ui import resources, training

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convae.appraisal import Redrawn

COLUMNS = 10
BY_NUMBER, MY_OWN = "by number", "my own"
CHOICES = ("in order", "at random", "worst redrawn", "best redrawn", BY_NUMBER, MY_OWN)


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
    order = b.segmented_control("Which", CHOICES, default=CHOICES[0], required=True, key="which_digits")
    if order == MY_OWN:
        images, captions = my_own()
    else:
        indices = by_number() if order == BY_NUMBER else in_order(digit, order, found)
        digits, labels = resources.test_arrays()
        images, captions = digits[indices], [f"{i} (a {labels[i]})" for i in indices]
    if not captions:
        return
    pages = -(-len(captions) // COLUMNS)
    page = int(c.number_input("Page", 1, pages, 1, help=f"{COLUMNS} digits a page, {pages} pages."))
    chosen = slice((page - 1) * COLUMNS, page * COLUMNS)
    show(images[chosen], captions[chosen], found)


def by_number() -> list[int]:
    """The test digits whose numbers the user writes."""
    text = st.text_input("Numbers of test digits, 0 to 9999", "0, 1, 2", key="digit_numbers")
    words = text.replace(",", " ").split()
    wrong = [word for word in words if not word.isdecimal() or int(word) > 9_999]
    if wrong:
        st.warning(f"{', '.join(wrong)}: no test digit has this number; they go from 0 to 9999.")
    return [int(word) for word in words if word not in wrong]


def my_own() -> "tuple[NDArray, list[str]]":
    """The last drawing of the Draw page, and the digits kept there, (N, 28, 28) uint8, with what to call each."""
    import numpy as np

    from convae import own_digits

    kept = own_digits.load()
    images, captions = kept.images[:, 0].numpy(), [f"your {label}" for label in kept.labels.tolist()]
    if "drawing" in st.session_state:
        last = (st.session_state["drawing"] * 255).round().byte()[0].numpy()
        images, captions = np.concatenate([last, images]), ["your last drawing", *captions]
    if not captions:
        st.info("Draw a digit on the Draw page, or keep some there under Teach it your hand: here they are redrawn.")
    return images, captions


def in_order(digit: "int | str", order: str, found: dict[str, Run]) -> "NDArray":
    """The test digits of that class in that order."""
    import numpy as np

    labels = resources.test_arrays()[1]
    mine = np.arange(len(labels)) if digit == "all" else np.flatnonzero(labels == digit)
    if order == "at random":
        seed = st.session_state.setdefault("random_digits", random.randrange(2**31))
        return np.random.default_rng(seed).permutation(mine)
    if order == "in order":
        return mine
    errors = resources.redrawn(next(iter(found.values()))).mse[mine]
    return mine[errors.argsort()[:: -1 if order == "worst redrawn" else 1]]


def show(originals: "NDArray", captions: list[str], found: dict[str, Run]) -> None:
    """Digits (N, 28, 28) uint8, row by row; the originals are there before torch is."""
    from convae import pictures

    st.markdown("**Original**")
    st.image(pictures.grid(originals, COLUMNS, 3), width="stretch")
    st.caption("Digits " + ", ".join(captions) + ".")
    for title, run in found.items():
        drawn, (mse, ssim) = redraw(run, originals), resources.mean_errors(run)
        st.markdown(
            f"**{title}** · mean squared error {drawn.mse.mean():.4f} on these, {mse:.4f} on all test digits · "
            f"structural similarity {drawn.ssim.mean():.3f}, {ssim:.3f}"
        )
        st.image(pictures.grid(drawn.pictures, COLUMNS, 3), width="stretch")
        off = [pictures.signed(o / 255 - p, 1) for o, p in zip(originals, drawn.pictures, strict=True)]
        st.image(pictures.row(off, COLUMNS, 3), width="stretch")
        st.caption("Errors " + ", ".join(f"{error:.4f}" for error in drawn.mse) + ". Orange: left out; blue: added.")


def redraw(run: Run, originals: "NDArray") -> "Redrawn":
    """What the run's model makes of digits (N, 28, 28) uint8."""
    import torch

    from convae import appraisal

    return appraisal.redraw(resources.model(run), torch.from_numpy(originals)[:, None])
