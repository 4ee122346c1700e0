"""The canvas to draw on: what is on it stays over page switches, and a picture can be put onto it."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from convae import pictures

SIDE, MARGIN = 280, 20  # pixels
PEN_WIDTH = 22
PEN, ERASER = "Pen", "Eraser"
INK, GROUND = "#fff", "#000"


@dataclass
class Board:
    """What is on a session's canvas."""

    generation: int = 0  # a new one starts the canvas anew
    start: dict[str, Any] | None = None  # what the browser puts on it first
    objects: dict[str, Any] | None = None  # what is on it now
    pixels: NDArray | None = None  # (SIDE, SIDE) or (SIDE, SIDE, 4) uint8


def board() -> Board:
    """This session's canvas."""
    found: Board = st.session_state.setdefault("board", Board())
    return found


def show_canvas() -> NDArray | None:
    """The canvas with pen, eraser and clear; returns its pixels (SIDE, SIDE) or (SIDE, SIDE, 4), None if untouched."""
    here, key = board(), f"digit_{board().generation}"
    if key not in st.session_state:  # the page was opened again
        here.start = here.objects
    result = st_canvas(
        stroke_width=st.session_state.get("pen_width", PEN_WIDTH),
        stroke_color=GROUND if st.session_state.get("tool") == ERASER else INK,
        background_color=GROUND,
        height=SIDE,
        width=SIDE,
        drawing_mode="freedraw",
        initial_drawing=here.start,
        return_image_data=True,
        key=key,
    )
    if result.image_data is not None:
        here.objects, here.pixels = result.json_data, result.image_data
    with st.container(horizontal=True):  # below the canvas: above it floats its own toolbar
        st.segmented_control(
            "Tool", [PEN, ERASER], default=PEN, key="tool", label_visibility="collapsed", required=True
        )
        st.button("Clear", on_click=clear, help="Empties the canvas.")
    st.slider("Pen width", 8, 40, PEN_WIDTH, key="pen_width")
    return here.pixels


def clear() -> None:
    """Empty the canvas."""
    st.session_state["board"] = Board(board().generation + 1)


def put(picture: NDArray) -> None:
    """Put a picture (H, W), float in [0, 1] or uint8, white on black, onto the empty canvas, as large as it fits."""
    from PIL import Image

    room = SIDE - 2 * MARGIN
    image = Image.fromarray(pictures.grey(picture))
    image = image.crop(image.getbbox())
    scale = room / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    sheet = Image.new("L", (SIDE, SIDE))
    sheet.paste(image.resize(size), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    pixels = np.asarray(sheet)
    url = "data:image/png;base64," + base64.b64encode(pictures.png(pixels)).decode()
    place = {"left": 0, "top": 0, "originX": "left", "originY": "top", "width": SIDE, "height": SIDE}
    on_it = {"background": GROUND, "objects": [{"type": "Image", "src": url, **place}]}
    st.session_state["board"] = Board(board().generation + 1, on_it, on_it, pixels)
