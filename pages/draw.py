"""Draw: a digit on a canvas, what each classifier makes of it and why, and what the autoencoder remembers of it."""

from typing import TYPE_CHECKING

import streamlit as st

from convae import runs
from convae.config import preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import canvas, frame, training
from ui.drawing_sources import show_sources

if TYPE_CHECKING:
    from convae.drawing import Steps

MODELS_AT_ONCE = 4
WHY = ("What counts", "Digits like it", "What would change its mind")
TEACH = "Teach it your hand"


def by_interest(run: Run) -> tuple:
    """Classifiers on all labels first, then the ones with few labels from scratch, then pretrained."""
    return (-run.config.labels, run.config.encoder_run or "", run.name)


def one_of_each(found: list[Run]) -> list[Run]:
    """The first run of each number of labels and each encoder: seeds differ little."""
    kinds = {(run.config.labels, run.config.encoder_run): run for run in reversed(found)}
    return [run for run in found if run in kinds.values()]


def read_canvas() -> "Steps | None":
    """The drawing on the canvas on its way to a digit; None, with a hint, while there is none."""
    pixels = canvas.board().pixels
    if pixels is None:
        st.info("Draw a digit from 0 to 9 on the black square.")
        return None
    from convae import drawing

    try:
        return drawing.steps(pixels)
    except drawing.BlankDrawingError as error:
        st.info(str(error))
        return None


settings = frame.begin("Draw")
st.title("Draw a digit")
st.caption("Use the mouse, a pen or a finger. The drawing is cropped, scaled and centred as MNIST's digits were.")
classifiers = sorted(runs.find(model="classifier", latent_dim=settings.latent_dim), key=by_interest)
if not classifiers:
    training.offer(
        f"classifier with a code of {settings.latent_dim}", [preset("classifier", latent_dim=settings.latent_dim)]
    )
    st.stop()
autoencoder = training.pick(model="autoencoder", latent_dim=settings.latent_dim)

row = st.container(horizontal=True, gap="medium")
left, right = row.container(width=canvas.SIDE), row.container(width="stretch")
with left:
    canvas.show_canvas()
    show_sources()
steps = None
with right:
    names = st.multiselect(
        "Classifiers",
        [run.name for run in classifiers],
        default=[run.name for run in one_of_each(classifiers)[:3]],
        max_selections=MODELS_AT_ONCE,
    )
    chosen = [run for run in classifiers if run.name in names]
    try:
        steps = read_canvas()
        if steps is not None:
            from ui.verdict import judge

            st.session_state["drawing"] = steps.picture  # the Latent space page can start from it
            judge(steps, chosen, autoencoder)
            if autoencoder is not None:
                onwards = {"latent_dim": str(settings.latent_dim), "labels": str(settings.labels), "from": "drawing"}
                label, icon = "Take it to the sliders and onto the map", ":material/arrow_forward:"
                st.page_link("pages/latent_space.py", label=label, icon=icon, query_params=onwards)
    except ConvaeError as error:
        st.error(str(error))
view = st.segmented_control("Why, and more", [*WHY, TEACH], key="draw_view")
try:
    if view == TEACH:
        from ui.own_hand import show_own_hand

        show_own_hand(steps and steps.picture, chosen[0] if chosen else None, settings.latent_dim, settings.labels)
    elif view and steps is not None:
        from ui.drawing_why import show_why

        show_why(view, steps.picture, chosen, autoencoder)
    elif view:
        st.info("Draw a digit first.")
except ConvaeError as error:
    st.error(str(error))
