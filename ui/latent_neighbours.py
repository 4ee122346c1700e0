"""The nearest digits to the shown code, as the Latent space page shows them."""

import streamlit as st
from numpy.typing import ArrayLike

from convae.runs import Run
from ui import resources
from ui.history import History

NEIGHBOURS = 10


def show_neighbours(run: Run, shown: History) -> None:
    """The training digits whose codes are nearest to the one in the sliders."""
    show_nearest(run, shown.code)


def show_nearest(run: Run, code: ArrayLike) -> None:
    """The training digits whose codes are nearest to this one (latent_dim,)."""
    from convae import latent, pictures

    train = resources.digits("train")
    nearest, distances = latent.neighbours(code, resources.codes(run, "train"), NEIGHBOURS)
    with st.container(horizontal=True):
        for index, distance in zip(nearest, distances, strict=True):
            picture = pictures.enlarge(train.images[index, 0].numpy(), 3)
            st.image(picture, caption=f"a {int(train.labels[index])}, {distance:.2f}", width=84)
    st.caption(
        f"The nearest of the 60,000 training digits, with the distance between the codes in all "
        f"{run.config.latent_dim} dimensions."
    )
