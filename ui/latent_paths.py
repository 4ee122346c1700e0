"""Ways through the code: paths between digits, arithmetic with them, and each number from low to high."""

from typing import TYPE_CHECKING

import streamlit as st

from convae.codes import Summary
from convae.runs import Run
from ui import resources
from ui.history import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIP = {2: 9, 3: 6, 4: 4}  # pictures for each leg, by the number of stops
FRAMES = 20  # for each leg of the animation
STEPS = 11  # from low to high


def choose_code(run: Run, shown: History, label: str, key: str, first: str) -> "NDArray":
    """A widget that chooses a code (latent_dim,): the one in the sliders, a test digit's or a class's mean."""
    import numpy as np

    options = ["the sliders' code", "a test digit", *(f"the mean {digit}" for digit in range(10))]
    chosen = st.selectbox(label, options, index=options.index(first), key=key)
    codes = resources.codes(run, "test")
    if chosen == options[0]:
        return np.array(shown.code)
    if chosen == options[1]:
        return codes[int(st.number_input("Which", 0, 9_999, 0, key=f"{key}_digit"))]
    return codes[resources.digits("test").labels.numpy() == int(chosen[-1])].mean(0)


def show_paths(run: Run, shown: History) -> None:
    """From two to four codes, each to the next, as a strip and as an animation."""
    from convae import latent, pictures

    decoder = resources.autoencoder(run).decoder
    a, b = st.columns(2)
    count = a.segmented_control("Stops", [2, 3, 4], default=2, required=True, key="path_stops") or 2
    way = b.segmented_control("Way", ["straight", "spherical"], default="straight", required=True, key="path_way")
    between = latent.spherical if way == "spherical" else latent.straight
    first = ("the sliders' code", "the mean 3", "the mean 8", "the mean 0")
    stops = []
    for i, column in enumerate(st.columns(count)):
        with column:
            stops.append(choose_code(run, shown, f"Stop {i + 1}", f"path_{i}", first[i]))
    way_codes = latent.through(stops, STRIP[count], between)
    strip = pictures.grid(latent.decode(decoder, way_codes), len(way_codes), 3)
    frames = latent.decode(decoder, latent.through([*stops, *stops[-2::-1]], FRAMES, between))
    animation = pictures.animation(frames, factor=6)
    left, right = st.columns([1, 4], vertical_alignment="center")
    left.image(animation, width=168)
    right.image(strip, width="stretch")
    with st.container(horizontal=True):
        st.download_button("Save animation (GIF)", animation, "path.gif", "image/gif")
        st.download_button("Save strip (PNG)", pictures.png(strip), "path.png", "image/png")


def show_arithmetic(run: Run, shown: History) -> None:
    """A - B + C, with what each of the four looks like."""
    from convae import latent, pictures

    decoder = resources.autoencoder(run).decoder
    st.caption(
        "Take what makes B out of A and put in what makes C: the codes are added, and the decoder draws the sum."
    )
    operands = []
    *columns, last = st.columns(4, vertical_alignment="bottom")
    first = ("the sliders' code", "the mean 7", "the mean 9")
    for column, name, start in zip(columns, ("A", "− B", "+ C"), first, strict=True):
        with column:
            operands.append(choose_code(run, shown, name, f"operand_{name[-1]}", start))
            st.image(pictures.enlarge(latent.decode(decoder, operands[-1][None])[0], 6), width=168)
    a, b, c = operands
    result = a - b + c
    picture = latent.decode(decoder, result[None])
    last.markdown("A − B + C")
    last.image(pictures.enlarge(picture[0], 6), width=168)
    with st.container(horizontal=True):
        st.button("Put A − B + C into the sliders", on_click=shown.put, args=[result])
        st.download_button("Save A − B + C (PNG)", pictures.png(pictures.grid(picture, 1, 10)), "sum.png", "image/png")


def show_traversal(run: Run, summary: Summary, shown: History) -> None:
    """Each number of the code from low to high."""
    from convae import latent, pictures

    st.caption("Each number from its 1st to its 99th percentile, the others as they are in the sliders.")
    rows = latent.traverse(shown.code, summary.low, summary.high, STEPS)
    drawn = latent.decode(resources.autoencoder(run).decoder, rows.reshape(-1, run.config.latent_dim))
    for i, row in enumerate(drawn.reshape(len(rows), STEPS, 28, 28)):
        label, strip = st.columns([1, 20], vertical_alignment="center")
        label.markdown(f"z{i}")
        strip.image(pictures.grid(row, STEPS, 2), width="stretch")
    st.download_button("Save all (PNG)", pictures.png(pictures.grid(drawn, STEPS, 2)), "traversal.png", "image/png")
