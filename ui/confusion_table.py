"""A confusion matrix whose cells can be clicked."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "confusion_table",
    html='<div class="confusion"><div></div><p>Rows: what it is. Columns: what it is read as. Click a cell.</p></div>',
    css=(_HERE / "confusion_table.css").read_text(),
    js=(_HERE / "confusion_table.js").read_text(),
)
NORMALISED = {"counts": None, "of each digit": 1, "of each answer": 0}  # how, and along which axis the shares add up
WEAKEST, STRONGEST = 12, 70  # per cent of a cell's colour; a lone mistake is still seen


def confusion_table(
    counts: NDArray, by: str, chosen: tuple[int, int] | None, on_chosen: Callable[[int, int], None], key: str
) -> None:
    """Show counts (10, 10), row i column j the digits i read as j, as one of `NORMALISED`.

    A click on a cell calls `on_chosen` with its row and column.
    """
    axis = NORMALISED[by]
    shares = counts / (counts.sum(axis, keepdims=True).clip(1) if axis is not None else 1)
    texts = [[_text(value, axis is None) for value in row] for row in shares]
    wrong = np.where(np.eye(len(counts), dtype=bool), 0, shares)
    scale = np.where(np.eye(len(counts), dtype=bool), shares.max(), max(float(wrong.max()), 1e-9))
    strengths = np.where(counts > 0, WEAKEST + (STRONGEST - WEAKEST) * shares / scale, 0)
    _component(
        key=key,
        data={"counts": counts.tolist(), "texts": texts, "strengths": strengths.tolist(), "chosen": chosen},
        on_chosen_change=lambda: on_chosen(*map(int, st.session_state[key]["chosen"])),
    )


def _text(value: float, whole: bool) -> str:
    if not value:
        return ""
    return f"{value:.0f}" if whole else f"{value:.1%}"
