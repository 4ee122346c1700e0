"""Reconstructions: what each encoder keeps of a digit, in pictures and in numbers, and where each classifier fails."""

import streamlit as st

from convae import runs
from convae.config import preset
from convae.errors import ConvaeError, RunError
from ui import frame, training
from ui.redrawn_rows import models, show_rows

VIEWS = ("Side by side", "In numbers", "Code length", "Confusions")

settings = frame.begin("Reconstructions")
st.title("Reconstructions")
st.markdown(
    "The **Autoencoder**'s code was made to redraw the digit. A classifier's code was made only to name it; "
    "**ClassifierDecoding** freezes that encoder and trains a new decoder on it. What it cannot redraw, the "
    "classifier has thrown away."
)


def show(view: str) -> None:
    """One of the views; what it needs is imported when it is asked for."""
    found = models(settings.latent_dim)
    if view == "Confusions":
        from ui.confusion_view import show_confusion

        show_confusion(settings.latent_dim)
    elif view == "Code length":
        from ui.code_quality_view import show_dimensions

        show_dimensions()
    elif found and view == "In numbers":
        from ui.code_quality_view import show_codes, show_errors

        show_errors(found)
        show_codes()
    elif found:
        show_rows(found)


def warn_of_lost_encoders() -> None:
    """Say so where a ClassifierDecoding's classifier is gone or was trained further since."""
    from convae.weights import encoder_agrees

    decoding = models(settings.latent_dim).get("ClassifierDecoding")
    if decoding is None:
        return
    try:
        if not encoder_agrees(decoding):
            st.warning(
                f"{decoding.config.encoder_run} has been trained anew since {decoding.name} took its encoder: what is "
                "shown is of the encoder as it was then."
            )
    except RunError as error:
        st.warning(f"The classifier that {decoding.name} took its encoder from cannot be read: {error}")


try:
    view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True, key="reconstructions_view")
    show(view)
    warn_of_lost_encoders()
except ConvaeError as error:
    st.error(str(error))
dim = settings.latent_dim
if "Autoencoder" not in models(dim):
    training.offer(f"autoencoder with a code of {dim}", [preset("autoencoder", latent_dim=dim)])
if "ClassifierDecoding" not in models(dim):
    classifiers = runs.find(model="classifier", latent_dim=dim, labels=60_000, encoder_run=None)
    if classifiers:
        wanted = preset("classifier-decoding", latent_dim=dim, encoder_run=classifiers[0].name)
        training.offer(f"ClassifierDecoding with a code of {dim}", [wanted])
    else:
        training.offer(f"classifier with a code of {dim} to decode", [preset("classifier", latent_dim=dim)])
