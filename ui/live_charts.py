"""Charts in the browser that keep zoom and hidden curves while data arrive."""

from pathlib import Path

import streamlit as st

from ui import static_files
from ui.browser import message

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "live_charts",
    html='<div class="charts"></div>',
    css=(_HERE / "live_charts.css").read_text(),
    js=(_HERE / "plotly.js").read_text() + (_HERE / "live_charts.js").read_text(),
    isolate_styles=False,  # Plotly puts its styles into the page
)


def live_charts(figures: list[str], title: str | None, key: str) -> None:
    """Show Plotly figures (JSON) side by side; `title`, if any, is put before the browser tab's own."""
    _component(key=key, data=message({"figures": figures, "plotly": static_files.plotly_js(), "title": title}))
