"""Draw: a digit on a canvas, what each classifier makes of it, and what the autoencoder remembers of it."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from convae import pictures, runs
from convae.config import preset
from convae.drawing import BlankDrawingError
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, resources, training

MODELS_AT_ONCE = 4
PEN_WIDTH = 22


def by_interest(run: Run) -> tuple:
    """Classifiers on all labels first, then the ones with few labels from scratch, then pretrained."""
    return (-run.config.labels, run.config.encoder_run or "", run.name)


def one_of_each(found: list[Run]) -> list[Run]:
    """The first run of each number of labels and each encoder: seeds differ little."""
    kinds = {(run.config.labels, run.config.encoder_run): run for run in reversed(found)}
    return [run for run in found if run in kinds.values()]


def judge(pixels, chosen: list[Run], autoencoder: Run | None) -> None:
    """Show the normalised drawing, its reconstruction and each classifier's probabilities."""
    import torch

    from convae import drawing, figures

    picture = drawing.normalise(pixels)
    st.session_state["drawing"] = picture  # the Latent space page can start from it
    seen = [("What the models see", picture)]
    with torch.no_grad():
        if autoencoder is not None:
            seen.append(
                (f"Redrawn from {autoencoder.config.latent_dim} numbers", resources.model(autoencoder)(picture))
            )
        answers = [resources.model(run)(picture).softmax(1)[0].tolist() for run in chosen]
    for column, (caption, image) in zip(st.columns([1, 1, 2]), seen, strict=False):
        column.image(pictures.enlarge(image[0, 0].numpy(), 4), caption=caption, width=112)
    for run, answer in zip(chosen, answers, strict=True):
        digit = answer.index(max(answer))
        st.markdown(f"**{run.name}**: a **{digit}**, {answer[digit]:.0%} sure")
        st.plotly_chart(figures.probability_bars(answer), key=f"bars_{run.name}", width="stretch")
    if not chosen:
        st.info("Choose a classifier above.")


settings = frame.begin("Draw")
st.title("Draw a digit")
st.caption("Use the mouse or a finger. The drawing is cropped, scaled and centred as MNIST's digits were.")
classifiers = sorted(runs.find(model="classifier", latent_dim=settings.latent_dim), key=by_interest)
if not classifiers:
    training.offer(
        f"classifier with a code of {settings.latent_dim}", [preset("classifier", latent_dim=settings.latent_dim)]
    )
    st.stop()

left, right = st.columns([2, 3], gap="medium")
with left:
    generation = st.session_state.setdefault("canvas_generation", 0)
    canvas = st_canvas(
        stroke_width=st.session_state.get("pen_width", PEN_WIDTH),
        stroke_color="#fff",
        background_color="#000",
        height=280,
        width=280,
        drawing_mode="freedraw",
        return_image_data=True,
        key=f"digit_{generation}",
    )
    st.slider("Pen width", 8, 40, PEN_WIDTH, key="pen_width")
    if st.button("Clear", help="Empties the canvas."):
        st.session_state["canvas_generation"] += 1
        st.rerun()
with right:
    names = st.multiselect(
        "Classifiers",
        [run.name for run in classifiers],
        default=[run.name for run in one_of_each(classifiers)[:3]],
        max_selections=MODELS_AT_ONCE,
    )
    if canvas.image_data is None:
        st.info("Draw a digit from 0 to 9 on the black square.")
    else:
        try:
            judge(
                canvas.image_data,
                [run for run in classifiers if run.name in names],
                training.pick(model="autoencoder", latent_dim=settings.latent_dim),
            )
        except BlankDrawingError as error:
            st.info(str(error))
        except ConvaeError as error:
            st.error(str(error))
