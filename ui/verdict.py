"""What the models make of a drawing: how it is read, how strange it is, and each classifier's probabilities."""

from typing import TYPE_CHECKING

import streamlit as st

from convae import pictures
from convae.runs import Run
from ui import resources

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from convae.drawing import Steps

WIDTH = 84  # pixels of a step's picture
STRANGE_HELP = (
    "By how badly the autoencoder redraws it, how far its code is from all real codes, and what the critic thinks, a "
    "small network that has seen digits and other drawings; whichever is stranger. About one real digit in a hundred "
    "is taken for none."
)


def judge(steps: "Steps", chosen: list[Run], autoencoder: Run | None) -> None:
    """How strange the drawing is, what each classifier says of it, and the steps that led to what they see."""
    doubtful = autoencoder is not None and say_how_strange(autoencoder, steps.picture)
    if chosen:
        show_answers(steps.picture, chosen, doubtful)
    else:
        st.info("Choose a classifier above.")
    show_steps(steps, autoencoder)


def show_answers(picture: "Tensor", chosen: list[Run], doubtful: bool) -> None:
    """What each classifier says, in words and as bars beside the others'."""
    answers = {run.name: resources.probabilities(run, picture)[0] for run in chosen}
    say_what_it_is(answers, doubtful)
    from convae import figures

    bars = figures.probability_bars({name: answer.tolist() for name, answer in answers.items()})
    st.plotly_chart(bars, key="bars", width="stretch")


def show_steps(steps: "Steps", autoencoder: Run | None) -> None:
    """The way from the canvas to the picture that the models see, and what the autoencoder makes of that."""
    import torch

    seen = [("Cut out", pictures.square(steps.stroke.numpy())), ("What the models see", steps.picture[0, 0].numpy())]
    if autoencoder is not None:
        with torch.no_grad():
            redrawn = resources.model(autoencoder)(steps.picture)[0, 0]
        seen.append((f"Redrawn from {autoencoder.config.latent_dim} numbers", redrawn.numpy()))
        seen.append(("Difference", pictures.signed((steps.picture[0, 0] - redrawn).numpy(), 1)))
    with st.container(horizontal=True):
        for caption, image in seen:
            shown = pictures.enlarge(image, max(1, 112 // max(image.shape[:2])))
            st.image(shown, caption=caption, width=WIDTH)


def say_what_it_is(answers: "dict[str, NDArray]", doubtful: bool) -> None:
    """Each classifier's verdict in a line, after whether they agree."""
    digits = {name: int(answer.argmax()) for name, answer in answers.items()}
    if len(set(digits.values())) > 1:
        st.markdown("The classifiers **disagree**.")
    elif len(digits) > 1:
        st.markdown("The classifiers **agree**.")
    lines = []
    for name, digit in digits.items():
        sure = f"{answers[name][digit]:.0%} sure" + (", which means little for what is no digit" if doubtful else "")
        lines.append(f"**{name}**: a **{digit}**, {sure}")
    st.markdown("  \n".join(lines))


def say_how_strange(autoencoder: Run, picture: "Tensor") -> bool:
    """Say how unlike real digits the picture is; whether so much that it is taken for none."""
    from convae import strangeness

    calibration = resources.calibration(autoencoder)
    found = strangeness.strangeness(resources.autoencoder(autoencoder), calibration, picture)
    share, sign = float(found.share[0]), strangeness.SIGNS[found.sign[0]]
    if share < 1 - strangeness.FALSE_ALARMS:
        st.caption(f"Stranger than {share:.0%} of real digits.", help=STRANGE_HELP)
        return False
    st.warning(f"Is this a digit? It is stranger than {min(share, 0.999):.1%} of real ones: {sign}.")
    return True
