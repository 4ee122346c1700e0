"""Latent space: one slider for each number of the code, and what the decoder draws of it."""

import numpy as np
import streamlit as st

from convae import pictures
from convae.config import preset
from convae.errors import ConvaeError
from ui import frame, resources, training

settings = frame.begin("Latent space")
st.title("Latent space")
st.caption("Each slider is one number of the code. Move them and see what the decoder draws.")

run = training.pick(model="autoencoder", latent_dim=settings.latent_dim)
if run is None:
    training.offer(
        f"autoencoder with a code of {settings.latent_dim}", [preset("autoencoder", latent_dim=settings.latent_dim)]
    )
    st.stop()
try:
    model, codes, test = resources.model(run), resources.test_codes(run), resources.digits("test")
except ConvaeError as error:
    st.error(str(error))
    st.stop()

from convae import latent  # noqa: E402

limits = latent.ranges(codes)
keys = [f"z{i}_of_{run.name}" for i in range(settings.latent_dim)]


def put(code: np.ndarray) -> None:
    """Move the sliders to this code, as far as they go."""
    for key, value, (low, high) in zip(keys, code, limits, strict=True):
        st.session_state[key] = float(np.clip(value, low, high))
