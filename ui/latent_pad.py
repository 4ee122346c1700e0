"""The latent pad: sliders over a code whose digit is decoded in the browser while they move."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from convae.codes import Summary
from ui.browser import message, packed

_HERE = Path(__file__).parent
_HTML = """
<div class="pad">
  <div class="screen">
    <canvas width="28" height="28" role="img" aria-label="What the decoder draws of the code"></canvas>
    <div class="near" title="Distance to the nearest real code, as a percentile of such distances between real codes">
      <meter min="0" max="100" low="90" high="99" optimum="0"></meter><span class="words"></span>
    </div>
  </div>
  <div class="controls">
    <div class="choices">
      <select name="kind" aria-label="What the sliders move">
        <option value="numbers">Each number of the code</option>
        <option value="principal">Principal directions</option>
      </select>
      <label><input type="checkbox" name="sorted"> strongest first</label>
      <button name="save" type="button">Save PNG</button>
    </div>
    <div class="sliders"></div>
  </div>
</div>
"""
_component = st.components.v2.component(
    "latent_pad",
    html=_HTML,
    css=(_HERE / "latent_pad.css").read_text(),
    js=(_HERE / "decoder.js").read_text() + (_HERE / "latent_pad.js").read_text(),
)


def latent_pad(
    decoder: NDArray[np.float32],
    summary: Summary,
    code: list[float],
    version: str,
    revision: int,
    key: str,
    on_moved: Callable[[list[float]], None],
) -> None:
    """Show the pad; `on_moved` gets the code that it was left at, each time a slider is let go of.

    `decoder` holds the decoder's weights in one row; the pad reads them again only when `version` is another one. It
    takes over `code` when `revision` has changed, and else keeps the one under the user's hand.
    """
    as_lists = (
        *("mean", "low", "high", "histograms", "effect", "quantiles"),
        *("axes", "axis_low", "axis_high", "axis_histograms"),
    )
    data: dict[str, Any] = {
        "weights": packed(decoder),
        "reference": packed(summary.reference),
        **{name: getattr(summary, name).tolist() for name in as_lists},
        "code": code,
        "version": version,
        "revision": revision,
    }
    _component(key=key, data=message(data), on_z_change=lambda: on_moved(list(st.session_state[key]["z"])))
