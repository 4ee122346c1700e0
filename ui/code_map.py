"""The map of the codes in the browser: what is drawn stays as it was zoomed, and the shown code moves on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui import static_files
from ui.browser import packed

_HERE = Path(__file__).parent
_HTML = """
<div class="codemap">
  <div class="plot"></div>
  <div class="here" title="The code in the sliders"></div>
  <canvas class="hovered" width="28" height="28" hidden></canvas>
</div>
"""
_component = st.components.v2.component(
    "code_map",
    html=_HTML,
    css=(_HERE / "code_map.css").read_text(),
    js=(_HERE / "plotly.js").read_text() + (_HERE / "code_map.js").read_text(),
    isolate_styles=False,  # Plotly puts its styles into the page
)


def code_map(
    figure: str,
    points: NDArray[np.float32],
    codes: NDArray[np.float32],
    axes: NDArray[np.float32] | None,
    mean: NDArray[np.float32],
    code: list[float],
    version: str,
    key: str,
    on_clicked: Callable[[int], None],
) -> list[int]:
    """Show a Plotly figure (JSON) whose points' `customdata` are test digits; returns those inside the lasso.

    Each digit has a place in points (N, 2) and a code in codes (N, latent_dim). A new code goes to
    `axes @ (code - mean)` or, where there are no axes, to the mean place of its nearest ones. The shown code is the
    latent pad's if that shows the same `version`, else `code`.
    """
    data: dict[str, Any] = {
        "figure": figure,
        "points": packed(points),
        "codes": packed(codes),
        "axes": None if axes is None else axes.tolist(),
        "mean": mean.tolist(),
        "code": code,
        "version": version,
        "plotly": static_files.plotly_js(),
        "digits": static_files.test_digits(),
        "columns": static_files.COLUMNS,
    }
    result = _component(
        key=key,
        data=data,
        default={"picked": []},
        on_clicked_change=lambda: on_clicked(int(st.session_state[key]["clicked"])),
        on_picked_change=lambda: None,
    )
    return [int(index) for index in result["picked"] or []]
