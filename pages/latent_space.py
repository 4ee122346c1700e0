"""Latent space: one slider for each number of the code, and what the decoder draws of it."""

import streamlit as st
from numpy.typing import NDArray

from convae import pictures
from convae.config import preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, resources, training


def show(run: Run) -> None:
    """The ways to begin, the sliders and the picture."""
    from convae import latent
    from convae.models import Autoencoder

    model, codes, test = resources.model(run), resources.test_codes(run), resources.digits("test")
    assert isinstance(model, Autoencoder)
    limits = latent.ranges(codes)
    keys = [f"z{i}_{run.name}" for i in range(run.config.latent_dim)]

    def put(code: NDArray) -> None:
        for key, value, (low, high) in zip(keys, code, limits, strict=True):
            st.session_state[key] = float(min(max(value, low), high))

    if keys[0] not in st.session_state:
        put(codes[0])
    left, right = st.columns([1, 2])
    with right:
        a, b, c = st.columns([2, 1, 1], vertical_alignment="bottom")
        index = int(a.number_input("Test digit", 0, len(codes) - 1, 0, help="Its place among the 10,000 test digits."))
        a.button("Start from this digit", on_click=put, args=[codes[index]], width="stretch")
        b.button(
            "Random",
            on_click=lambda: put(latent.sample(codes)),
            width="stretch",
            help="A code drawn from the Gaussian with the real codes' mean and covariance.",
        )
        c.button("Zero", on_click=put, args=[0 * codes[0]], width="stretch", help="All numbers 0.")
        for first in range(0, len(keys), 2):
            for i, column in zip(range(first, len(keys)), st.columns(2), strict=False):
                low, high = (float(limit) for limit in limits[i])
                column.slider(f"z{i}", low, high, key=keys[i], format="%.2f", persist_state="session")
    code = [st.session_state[key] for key in keys]
    with left:
        picture = latent.decode(model.decoder, [code])[0]
        st.image(pictures.enlarge(picture, 12), caption="What the decoder draws", width="stretch")
        st.image(
            pictures.enlarge(test.images[index, 0].numpy(), 4),
            caption=f"Test digit {index}: a {int(test.labels[index])}",
            width=112,
        )


settings = frame.begin("Latent space")
st.title("Latent space")
st.caption("Each slider is one number of the code, over the range that real digits use. The decoder draws the rest.")
found = training.pick(model="autoencoder", latent_dim=settings.latent_dim)
if found is None:
    wanted = preset("autoencoder", latent_dim=settings.latent_dim)
    training.offer(f"autoencoder with a code of {settings.latent_dim}", [wanted])
else:
    try:
        show(found)
    except ConvaeError as error:
        st.error(str(error))
