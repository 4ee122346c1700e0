"""The film of a run's training: one slider through its moments, drawn in the browser."""

import base64
import json
from pathlib import Path

import streamlit as st
from numpy.typing import NDArray

from convae import pictures, snapshots
from convae.figures import DIGIT_COLOURS
from convae.runs import Run
from ui import static_files
from ui.browser import message, packed

_HERE = Path(__file__).parent
_HTML = """
<div class="film">
  <div class="reel">
    <button class="play" type="button">▶</button>
    <input class="when" type="range" min="0" step="1" aria-label="Moment of the training">
    <span class="epoch"></span>
  </div>
  <div class="screen">
    <figure class="redrawn"><img class="originals"><img class="drawn"><figcaption></figcaption></figure>
    <figure class="answers"><table></table><figcaption></figcaption></figure>
    <figure class="codes"><canvas></canvas><figcaption></figcaption></figure>
  </div>
</div>
"""
_component = st.components.v2.component(
    "film", html=_HTML, css=(_HERE / "film.css").read_text(), js=(_HERE / "film.js").read_text()
)
COLUMNS = 10
HELP = (
    "Every moment is seen on the same test digits. On the map lie the codes of 1,000 of them, along the two directions "
    "in which they vary most, turned to agree with the moment before; near digits have like codes."
)


def show_film(run: Run) -> None:
    """The moments of the run's training so far, if it was filmed."""
    digits, steps = snapshots.read_digits(run), snapshots.steps(run)
    if digits is None or not steps:
        return
    st.subheader("See it learn", help=HELP)
    data = {
        "originals": _data_url(digits.originals),
        "labels": digits.labels.tolist(),
        "moments": [address for step in steps if (address := _address(run, step))],
        "epochs": run.config.epochs,
        "colours": DIGIT_COLOURS,
    }
    _component(key=f"film_{run.name}", data=message(data))


def _address(run: Run, step: int) -> str | None:
    """Where the browser fetches the moment; it is sent once, however often the page is drawn."""
    version = snapshots.version(run, step)
    try:
        return static_files.moment(f"{run.name}-{step}-{version}.json", lambda: _moment(run, step))
    except LookupError:
        return None


def _moment(run: Run, step: int) -> bytes:
    snapshot = snapshots.read(run, step)
    if snapshot is None:
        raise LookupError(step)
    drawn = _data_url(snapshot.redrawn) if len(snapshot.redrawn) else None
    moment = {"epoch": snapshot.epoch, "points": packed(snapshot.points), "drawn": drawn}
    return json.dumps({**moment, "confusion": snapshot.confusion.tolist() or None}).encode()


def _data_url(digits: NDArray) -> str:
    png = pictures.png(pictures.grid(digits, COLUMNS, factor=1))
    return "data:image/png;base64," + base64.b64encode(png).decode()
