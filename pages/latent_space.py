"""Latent space: move through the code and watch the decoder draw."""

import streamlit as st

from convae import codes, runs
from convae.config import preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, resources, training
from ui.history import History, history
from ui.latent_pad import latent_pad
from ui.latent_start import begin_from, show_starts


def choose(found: list[Run]) -> Run:
    """One of several runs; the choice is in the URL."""
    names = [run.name for run in found]
    linked = st.query_params.get("autoencoder")
    if linked is not None and linked not in names:
        st.warning(f"There is no autoencoder {linked!r} with this code length any more; this is {names[0]!r}.")
        del st.query_params["autoencoder"]
    if len(names) == 1:
        return found[0]
    name = st.selectbox("Autoencoder", names, key="autoencoder", bind="query-params")
    return found[names.index(name)]


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
        return summary.first.tolist()

    shown = history(run.name, version, first)
    begin_from(st.query_params.pop("from", ""), run, shown)
    show_starts(run, shown)
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
    show_view(run, summary, shown)


def show_view(run: Run, summary: codes.Summary, shown: History) -> None:
    """What the user chose to see below the sliders; each is imported when it is."""
    views = ["Map", "Nearest digits", "Paths", "Arithmetic", "Each number", "One number"]
    view = st.segmented_control("Show", views, key="latent_view")
    if view == "Map":
        from ui.latent_map import show_map

        show_map(run, summary, shown)
    elif view == "Nearest digits":
        from ui.latent_neighbours import show_neighbours

        show_neighbours(run, shown)
    elif view == "Paths":
        from ui.latent_paths import show_paths

        show_paths(run, shown)
    elif view == "Arithmetic":
        from ui.latent_paths import show_arithmetic

        show_arithmetic(run, shown)
    elif view == "Each number":
        from ui.latent_paths import show_traversal

        show_traversal(run, summary, shown)
    elif view == "One number":
        from ui.latent_dimensions import show_dimensions

        show_dimensions(run, summary)


settings = frame.begin("Latent space")
st.title("Latent space")
st.caption(
    "Each slider is one number of the code; drag it, and the decoder draws. The shade behind it is where real digits "
    "are; a double click takes it to their mean."
)
found = runs.find(model="autoencoder", latent_dim=settings.latent_dim)
if not found:
    wanted = preset("autoencoder", latent_dim=settings.latent_dim)
    training.offer(f"autoencoder with a code of {settings.latent_dim}", [wanted])
else:
    try:
        show(choose(found))
    except ConvaeError as error:
        st.error(str(error))
