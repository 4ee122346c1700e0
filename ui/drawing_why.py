"""Why a drawing is read as it is: what counts, which real digits are like it, and what would change the verdict."""

from math import exp
from typing import TYPE_CHECKING

import streamlit as st

from convae import pictures
from convae.runs import Run
from ui import resources

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

GOALS = 50  # real digits among which one is looked for that is still itself when redrawn
LEAST = 1.0  # log-odds that are at least needed for full colour


def show_why(view: str, picture: "Tensor", classifiers: list[Run], autoencoder: Run | None) -> None:
    """One of the views, for one of the classifiers; nothing is computed before it is asked for."""
    if view == "Digits like it":
        show_neighbours(picture, autoencoder)
    elif not classifiers:
        st.info("Choose a classifier above.")
    else:
        name = st.selectbox("Classifier to ask", [run.name for run in classifiers])
        classifier = next(run for run in classifiers if run.name == name)
        if view == "What counts":
            show_what_counts(picture, classifier)
        else:
            show_change(picture, classifier, autoencoder)


def show_what_counts(picture: "Tensor", classifier: Run) -> None:
    """The ink that speaks for a digit and the ink that speaks against it."""
    from convae import explain

    answer = resources.probabilities(classifier, picture)[0]
    digit = st.segmented_control(
        "For the digit", list(range(10)), default=int(answer.argmax()), required=True, key=f"for_{answer.argmax()}"
    )
    heat = explain.occlusion(resources.model(classifier), picture, digit)
    full = max(float(abs(heat).max()), LEAST)
    with st.container(horizontal=True):
        st.image(pictures.enlarge(picture[0, 0].numpy(), 7), width=196, caption="What it sees")
        st.image(pictures.enlarge(pictures.signed(heat, full), 7), width=196, caption=f"For and against a {digit}")
    st.caption(
        f"A square of 6 pixels is blackened everywhere in turn. Orange: without that ink a {digit} is less likely; "
        f"blue: more likely. Full colour: its odds change by a factor of {exp(full):,.0f}."
    )


def _code(picture: "Tensor", autoencoder: Run | None) -> "tuple[Run, NDArray] | None":
    from convae import latent

    if autoencoder is None:
        st.info("This needs an autoencoder with a code of this length: train one on the Train page.")
        return None
    return autoencoder, latent.encode(resources.model(autoencoder).encoder, picture)[0]


def show_neighbours(picture: "Tensor", autoencoder: Run | None) -> None:
    """The training digits whose codes are nearest to the drawing's."""
    from ui.latent_neighbours import show_nearest

    found = _code(picture, autoencoder)
    if found:
        show_nearest(*found)


def show_change(picture: "Tensor", classifier: Run, autoencoder: Run | None) -> None:
    """The redrawn drawing, changed towards the second most likely digit until it is read as another."""
    from convae import explain, latent

    found = _code(picture, autoencoder)
    if not found:
        return
    run, code = found
    first, second = resources.probabilities(classifier, picture)[0].argsort()[::-1][:2]
    codes = resources.codes(run, "train")[resources.digits("train").labels.numpy() == second]
    near = codes[latent.neighbours(code, codes, GOALS)[0]]
    model = resources.autoencoder(run)
    goal = explain.goal(resources.model(classifier), model, near, second)
    change = explain.change_of_mind(resources.model(classifier), model, code, goal)
    if change is None:
        st.info(f"It is read the same all the way to the nearest real {second}.")
        return
    digits = change.probabilities.argmax(1)
    if digits[0] != first:
        st.info(f"As a {first} the autoencoder cannot redraw it: from its code alone it is read as a {digits[0]}.")
    with st.container(horizontal=True):
        for drawn, digit, chances in zip(change.pictures, digits, change.probabilities, strict=True):
            st.image(pictures.enlarge(drawn, 3), width=84, caption=f"a {digit}, {chances[digit]:.0%}")
    st.caption(
        f"From the drawing's code towards that of the nearest real {second}. After {change.share:.0%} of the way it is "
        f"read as a {digits[-1]}."
    )
