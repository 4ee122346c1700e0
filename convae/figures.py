"""Arrays in, Plotly figures out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

# Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
# Paul Tol's "muted" scheme (personal.sron.nl/~pault), a colour for each digit, with a darker grey for dots on white.
DIGIT_COLOURS = (
    *("#332288", "#88CCEE", "#44AA99", "#117733", "#999933"),
    *("#DDCC77", "#CC6677", "#882255", "#AA4499", "#888888"),
)
MARKERS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "triangle-down", "pentagon", "hexagon2")
TITLES = {"loss": "Loss", "accuracy": "Accuracy"}


def learning_curves(metrics: Mapping[str, Sequence[Mapping[str, Any]]], value: str, log: bool = False) -> go.Figure:
    """Train (dotted) and test (solid) curves of `value`, `loss` or `accuracy`, against epochs, one colour a run."""
    figure = go.Figure()
    several = len(metrics) > 1
    for (name, records), colour in zip(metrics.items(), COLOURS * (1 + len(metrics) // len(COLOURS)), strict=False):
        for part, dash in (("train", "dot"), ("test", "solid")):
            points = [(r["epoch"], r[f"{part}_{value}"]) for r in records if r.get(f"{part}_{value}") is not None]
            figure.add_scatter(
                x=[x for x, _ in points],
                y=[y for _, y in points],
                name=name if several else part,
                legendgroup=name if several else part,
                showlegend=part == "test" or not several,
                mode="lines+markers" if part == "test" else "lines",
                line={"color": colour, "dash": dash},
            )
    title = f"{TITLES[value]} (dotted: train)" if several else TITLES[value]
    return _style(figure, title, "epoch", log)


def probability_bars(probabilities: Sequence[float]) -> go.Figure:
    """Ten bars, the highest one marked."""
    top = max(range(len(probabilities)), key=lambda i: probabilities[i])
    figure = go.Figure(
        go.Bar(
            x=[str(i) for i in range(len(probabilities))],
            y=list(probabilities),
            marker_color=[COLOURS[1] if i == top else COLOURS[0] for i in range(len(probabilities))],
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return _style(figure, "", "", log=False, height=200)


def _style(figure: go.Figure, title: str, x_title: str, log: bool, height: int = 320) -> go.Figure:
    figure.update_layout(
        title={"text": title, "y": 0.97, "yanchor": "top"},
        height=height,
        margin={"l": 10, "r": 10, "t": 70 if title else 10, "b": 10},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        xaxis_title=x_title,
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    if log:
        figure.update_yaxes(type="log")
    return figure


def code_map(points: NDArray, labels: NDArray, title: str) -> go.Figure:
    """Points (N, 2) with a colour and a marker for each of the labels (N,) 0 to 9; `customdata` is a point's index."""
    figure = go.Figure()
    for label in range(10):
        mine = np.flatnonzero(labels == label)
        figure.add_scattergl(
            x=points[mine, 0],
            y=points[mine, 1],
            customdata=mine,
            mode="markers",
            name=str(label),
            marker={"color": DIGIT_COLOURS[label], "symbol": MARKERS[label], "size": 5, "opacity": 0.7},
            hovertemplate=f"a {label}, test digit %{{customdata}}<extra></extra>",
        )
    _style(figure, title, "", log=False, height=560)
    figure.update_xaxes(showticklabels=False)
    return figure.update_yaxes(showticklabels=False)
