"""What the latent space's sliders can start from."""

import random

import streamlit as st

from convae.runs import Run
from ui import resources
from ui.history import History


def put_drawing(run: Run, shown: History) -> None:
    """Show the code of the last drawing on the Draw page."""
    from convae import latent

    shown.put(latent.encode(resources.model(run).encoder, st.session_state["drawing"])[0])


def begin_from(place: str, run: Run, shown: History) -> None:
    """Show the code that a link on another page leads to: `drawing`, or `test-` and the number of a test digit."""
    kind, _, number = place.partition("-")
    if kind == "drawing" and "drawing" in st.session_state:
        put_drawing(run, shown)
    elif kind == "test" and number.isdecimal() and int(number) < 10_000:
        st.session_state["test_digit"] = int(number)
        shown.put(resources.codes(run, "test")[int(number)])
    else:
        return
    st.session_state["latent_view"] = "Map"


def show_starts(run: Run, shown: History) -> None:
    """The ways to begin: a real digit, a class, chance, zero, a pasted code; and back again."""

    def from_digit(index: int) -> None:
        st.session_state["test_digit"] = index
        shown.put(resources.codes(run, "test")[index])

    def of_class() -> "list[int]":
        labels = resources.digits("test").labels
        digit = st.session_state["digit_class"]
        return list(range(len(labels))) if digit == "any" else (labels == digit).nonzero()[:, 0].tolist()

    def class_mean() -> None:
        shown.put(resources.codes(run, "test")[of_class()].mean(0))

    def at_random() -> None:
        from convae import latent

        shown.put(latent.sample(resources.codes(run, "test"), resources.digits("test").labels.numpy()))

    a, b = st.columns([3, 2], vertical_alignment="bottom")
    a.segmented_control("Digit", ["any", *range(10)], default="any", required=True, key="digit_class")
    b.number_input(
        "Test digit",
        0,
        9_999,
        key="test_digit",
        on_change=lambda: from_digit(st.session_state["test_digit"]),
        help="Its place among the 10,000 test digits.",
    )
    with st.container(horizontal=True):
        st.button("Random digit", on_click=lambda: from_digit(random.choice(of_class())), type="primary")
        st.button("Mean of the class", on_click=class_mean)
        st.button("Random code", on_click=at_random, help="From ten Gaussians, one fitted to the codes of each class.")
        if "drawing" in st.session_state:
            st.button("My drawing", on_click=put_drawing, args=[run, shown], help="The last one on the Draw page.")
        st.button("Zero", on_click=lambda: shown.put([0.0] * len(shown.code)))
        st.button("Undo", on_click=lambda: shown.step(-1), disabled=not shown.can_undo)
        st.button("Redo", on_click=lambda: shown.step(1), disabled=not shown.can_redo)
