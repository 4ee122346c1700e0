"""Reconstructions: digits as they are, as the autoencoder redraws them, and as a classifier's code does."""

import streamlit as st

from convae import pictures, runs
from convae.config import preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, resources, training

COLUMNS = 10


def show(found: dict[str, Run | None]) -> None:
    """Ten test digits with each model's reconstruction and its error."""
    import torch

    from convae.data import to_float

    test = resources.digits("test")
    a, b = st.columns(2)
    digit = a.segmented_control("Digits", ["all", *range(10)], default="all", required=True)
    page = int(b.number_input("Page", 1, 80, 1, help="Ten digits a page."))
    indices = torch.arange(len(test.labels)) if digit == "all" else (test.labels == digit).nonzero()[:, 0]
    chosen = indices[(page - 1) * COLUMNS : page * COLUMNS]
    originals = to_float(test.images[chosen])
    st.markdown("**Original**")
    st.image(pictures.grid(originals[:, 0].numpy(), COLUMNS, 3), width="stretch")
    for title, run in found.items():
        if run is None:
            continue
        with torch.no_grad():
            redrawn = resources.model(run)(originals)
        error = (redrawn - originals).square().mean()
        whole = run.last_scores().get("test_loss")
        text = f"**{title}** · mean squared error {error:.4f} on these"
        st.markdown(text + (f", {whole:.4f} on all test digits" if whole is not None else ""))
        st.image(pictures.grid(redrawn[:, 0].numpy(), COLUMNS, 3), width="stretch")


settings = frame.begin("Reconstructions")
st.title("Reconstructions")
st.markdown(
    "The **Autoencoder**'s code was made to redraw the digit. A classifier's code was made only to name it; "
    "**ClassifierDecoding** freezes that encoder and trains a new decoder on it. What it cannot redraw, the "
    "classifier has thrown away."
)
dim = settings.latent_dim
autoencoder = training.pick(model="autoencoder", latent_dim=dim)
decoding = training.pick(model="classifier-decoding", latent_dim=dim)
try:
    if autoencoder or decoding:
        show({"Autoencoder": autoencoder, "ClassifierDecoding": decoding})
except ConvaeError as error:
    st.error(str(error))
if autoencoder is None:
    training.offer(f"autoencoder with a code of {dim}", [preset("autoencoder", latent_dim=dim)])
if decoding is None:
    classifiers = runs.find(model="classifier", latent_dim=dim, labels=60_000, encoder_run=None)
    if classifiers:
        wanted = preset("classifier-decoding", latent_dim=dim, encoder_run=classifiers[0].name)
        training.offer(f"ClassifierDecoding with a code of {dim}", [wanted])
    else:
        training.offer(f"classifier with a code of {dim} to decode", [preset("classifier", latent_dim=dim)])
