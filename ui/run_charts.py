"""The curves of a run, alone or beside others, with the choices of how to draw them."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from convae import curves
from convae.runs import Run
from ui import resources
from ui.live_charts import live_charts


class Choices(NamedTuple):
    """How to draw the curves: which values, against what, and how smooth."""

    values: list[str]
    x: str
    log: bool
    smoothing: float


def choose(last: dict[str, Any]) -> Choices:
    """The choices, behind a button, among the values in a run's `last` record."""
    every = [value for value in curves.VALUES if value in last or f"train_{value}" in last]
    with st.popover("Charts"):
        shown = st.pills(
            "Show",
            every,
            default=every[:-2],
            selection_mode="multi",
            format_func=curves.VALUES.__getitem__,
            key="shown",
        )
        x = st.segmented_control("Against", ["epoch", "step"], default="epoch", required=True, key="chart_x") or "epoch"
        log = st.toggle("Logarithmic loss", key="log_loss", persist_state="session")
        smoothing = st.slider("Smoothing", 0.0, 0.99, 0.0, key="smoothing", help="Of training curves; 0 is none.")
    return Choices([value for value in every if value in shown], x, log, smoothing)


def show_charts(
    run: Run, metrics: list[dict[str, Any]], others: list[Run], choices: Choices, title: str | None
) -> None:
    """Charts of the run whose records are `metrics`, with those of `others`; `title` goes to the browser's tab."""
    from convae import figures

    groups = _groups(run, metrics, others)

    def draw() -> list[str]:
        found = {value: curves.curves(groups, value, choices.x, choices.smoothing) for value in choices.values}
        return [
            figures.learning_curves(some, curves.VALUES[value], choices.x, choices.log and value == "loss").to_json()
            for value, some in found.items()
        ]

    what = (run.path, tuple(groups), *choices)
    live_charts(_unhurried(what, draw) if title else draw(), title, key=f"charts_{run.name}")
    if others:
        settings = {one.name: one.config.to_dict() for one in [run, *others]}
        rows = [{"run": name, **values} for name, values in curves.differences(settings).items()]
        st.dataframe(rows, hide_index=True, width="stretch")


def _unhurried(what: tuple[Any, ...], draw: Callable[[], list[str]]) -> list[str]:
    """What `draw` gives, or gave last time: of the same thing, it is called for a fiftieth of the time at most."""
    kept, drawn, due = st.session_state.get("drawn", (None, [], 0.0))
    began = time.monotonic()
    if kept == what and began < due:
        return drawn
    drawn = draw()
    ended = time.monotonic()
    st.session_state["drawn"] = what, drawn, ended + 50 * (ended - began)
    return drawn


def _groups(run: Run, metrics: list[dict[str, Any]], others: list[Run]) -> dict[str, list[list[dict[str, Any]]]]:
    """The records of runs by what their curve is called; runs that differ in the seed alone share one.

    Whether a run is filmed makes no difference to its curve.
    """
    groups: dict[Any, list[tuple[str, list[dict[str, Any]]]]] = {}
    for one in [run, *others]:
        settings = tuple((k, v) for k, v in one.config.to_dict().items() if k not in ("seed", "snapshots"))
        groups.setdefault(settings, []).append((one.name, metrics if one is run else resources.metrics(one)))
    return {
        found[0][0] if len(found) == 1 else f"{found[0][0]} × {len(found)} seeds": [m for _, m in found]
        for found in groups.values()
    }
