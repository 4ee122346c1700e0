"""Latent space: move through the code and watch the decoder draw."""

import random

import streamlit as st

from convae import codes
from convae.config import preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, latent_views, resources, training
from ui.history import History, history
from ui.latent_pad import latent_pad


def starts(run: Run, shown: History) -> None:
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

    def drawn() -> None:
        from convae import latent

        shown.put(latent.encode(resources.model(run).encoder, st.session_state["drawing"])[0])

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
            st.button("My drawing", on_click=drawn, help="The last one on the Draw page.")
        st.button("Zero", on_click=lambda: shown.put([0.0] * len(shown.code)))
        st.button("Undo", on_click=lambda: shown.step(-1), disabled=not shown.can_undo)
        st.button("Redo", on_click=lambda: shown.step(1), disabled=not shown.can_redo)


def plain_sliders(run: Run, shown: History, summary: codes.Summary) -> None:
    """The same with Streamlit's own sliders, decoded in the server when one is let go of."""
    from convae import latent, pictures
    from convae.models import Autoencoder

    def moved(i: int, key: str) -> None:
        shown.put([*shown.code[:i], st.session_state[key], *shown.code[i + 1 :]])

    model = resources.model(run)
    assert isinstance(model, Autoencoder)
    left, right = st.columns([1, 2])
    left.image(pictures.enlarge(latent.decode(model.decoder, [shown.code])[0], 12), width="stretch")
    for i, value in enumerate(shown.code):
        low, high, key = min(float(summary.low[i]), value), max(float(summary.high[i]), value), f"plain_{i}"
        st.session_state[key] = value
        right.slider(f"z{i}", low, high, key=key, format="%.2f", on_change=moved, args=[i, key])


def show(run: Run) -> None:
    """The pad or its plain sliders, with what it starts from and its code as text."""
    summary, version = resources.summary(run), run.weights_hash()

    def first() -> list[float]:
        if "z" in st.query_params:
            try:
                return codes.parse(st.query_params["z"], run.config.latent_dim)
            except ConvaeError as error:
                st.warning(f"The link's code cannot be shown: {error}.")
        return summary.reference[0].tolist()

    shown = history(run.name, version, first)
    starts(run, shown)
    plain = st.session_state.get("plain_sliders", False)
    if plain:
        plain_sliders(run, shown, summary)
    else:
        weights = codes.decoder_weights(run)
        latent_pad(weights, summary, shown.code, version, shown.revision, f"pad_{run.name}", shown.moved)

    def paste() -> None:
        try:
            shown.put(codes.parse(st.session_state["code_text"], run.config.latent_dim))
        except ConvaeError as error:
            st.session_state["code_problem"] = str(error)

    st.session_state["code_text"] = st.query_params["z"] = ", ".join(f"{value:.3f}" for value in shown.code)
    st.text_input("The code", key="code_text", on_change=paste, help="Copy it, or paste another and press Enter.")
    if problem := st.session_state.pop("code_problem", None):
        st.warning(f"That was not used: {problem}.")
    st.toggle("Plain sliders", key="plain_sliders", help="Drawn by the server when a slider is let go of.")
    view = st.segmented_control("Show", ["Map", "Nearest digits", "Paths"], key="latent_view")
    if view == "Map":
        latent_views.show_map(run, shown)
    elif view == "Nearest digits":
        latent_views.show_neighbours(run, shown)
    elif view == "Paths":
        latent_views.show_paths(run, summary, shown)


settings = frame.begin("Latent space")
st.title("Latent space")
st.caption(
    "Each slider is one number of the code; drag it, and the decoder draws. The shade behind it is where real digits "
    "are; a double click takes it to their mean."
)
found = training.pick(model="autoencoder", latent_dim=settings.latent_dim)
if found is None:
    wanted = preset("autoencoder", latent_dim=settings.latent_dim)
    training.offer(f"autoencoder with a code of {settings.latent_dim}", [wanted])
else:
    try:
        show(found)
    except ConvaeError as error:
        st.error(str(error))
