"""Digits side by side that can be clicked."""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st
from numpy.typing import NDArray

from convae import pictures

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "digit_grid",
    html='<div class="digits"></div>',
    css=(_HERE / "digit_grid.css").read_text(),
    js=(_HERE / "digit_grid.js").read_text(),
)


def digit_grid(
    digits: NDArray, captions: Sequence[str], on_chosen: Callable[[int], None], key: str, size: str = "4rem"
) -> None:
    """Digits (N, 28, 28), uint8 or float in [0, 1], at least `size` wide; a click calls `on_chosen` with its place."""
    _component(
        key=key,
        data={
            "pixels": base64.b64encode(pictures.grey(digits).tobytes()).decode(),
            "captions": list(captions),
            "size": size,
        },
        on_chosen_change=lambda: on_chosen(int(st.session_state[key]["chosen"])),
    )
