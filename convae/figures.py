"""Arrays in, Plotly figures out."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from convae.curves import Curve

if TYPE_CHECKING:
    from convae.label_curves import Anchor, LabelCurve

# Okabe and Ito's colours, which colour-blind readers can tell apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
# Paul Tol's "muted" scheme (personal.sron.nl/~pault), a colour for each digit, with a darker grey for dots on white.
DIGIT_COLOURS = (
    *("#332288", "#88CCEE", "#44AA99", "#117733", "#999933"),
    *("#DDCC77", "#CC6677", "#882255", "#AA4499", "#888888"),
)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "triangle-down", "pentagon", "hexagon2")


def learning_curves(curves: Sequence[Curve], title: str, x_title: str = "epoch", log: bool = False) -> go.Figure:
    """The curves, one colour a name: train dotted, test solid, the raw one faint, the spread as a band."""
    figure = go.Figure()
    names = list(dict.fromkeys(curve.name for curve in curves))
    several = len(names) > 1
    for curve in curves:
        colour = COLOURS[names.index(curve.name) % len(COLOURS)]
        shared = {"x": curve.x, "legendgroup": curve.name if several else curve.part, "mode": "lines"}
        uid = f"{curve.name} {curve.part}"
        if curve.spread is not None:
            edges = np.concatenate([curve.y + curve.spread, (curve.y - curve.spread)[::-1]])
            figure.add_scatter(
                **{**shared, "x": np.concatenate([curve.x, curve.x[::-1]]), "line": {"width": 0}},
                **{"y": edges, "fill": "toself", "fillcolor": colour, "opacity": 0.2, "hoverinfo": "skip"},
                **{"showlegend": False, "uid": f"{uid} band"},
            )
        if curve.raw is not None:
            line = {"color": colour, "width": 1}
            figure.add_scatter(
                **{**shared, "y": curve.raw, "line": line, "opacity": 0.3, "hoverinfo": "skip"},
                **{"showlegend": False, "uid": f"{uid} raw"},
            )
        figure.add_scatter(
            **{**shared, "mode": "lines+markers" if curve.part == "test" else "lines"},
            y=curve.y,
            name=curve.name if several else curve.part,
            showlegend=not several or curve.part != "train",
            line={"color": colour, "dash": "dot" if curve.part == "train" else "solid"},
            uid=uid,
        )
    dotted = " (dotted: train)" if several and any(curve.part == "train" for curve in curves) else ""
    return _style(figure, title + dotted, x_title, log).update_layout(showlegend=len(curves) > 1)


def class_bars(values: Mapping[str, Sequence[float]], title: str) -> go.Figure:
    """For each digit a bar of each name's value."""
    figure = go.Figure()
    for i, (name, bars) in enumerate(values.items()):
        figure.add_bar(x=[str(digit) for digit in range(10)], y=list(bars), name=name, marker_color=COLOURS[i])
    figure.update_xaxes(type="category")
    return _style(figure, title, "digit", log=False)


def confusion(counts: NDArray, title: str) -> go.Figure:
    """Counts (10, 10) as a heat map with numbers, what it is down, what it is read as across."""
    shares = counts / counts.sum(1, keepdims=True).clip(1)
    heat = go.Heatmap(z=shares, text=counts, texttemplate="%{text}", colorscale="Blues", showscale=False)
    figure = _style(go.Figure(heat), title, "read as", log=False, height=480)
    figure.update_xaxes(dtick=1)
    return figure.update_yaxes(autorange="reversed", dtick=1, title="is")


def error_histogram(errors: Mapping[str, NDArray], title: str) -> go.Figure:
    """How many digits have which error, of each name; errors (N,) each, in 60 bins that all share."""
    edges = np.linspace(0, max(float(np.quantile(values, 0.995)) for values in errors.values()), 61)
    figure = go.Figure()
    for i, (name, values) in enumerate(errors.items()):
        counts, _ = np.histogram(values.clip(None, edges[-1]), edges)
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2, y=counts, name=name, line={"color": COLOURS[i], "shape": "hvh"}
        )
    return _style(figure, title, "mean squared error", log=False)


def kept_by_codes(points: Sequence[tuple[str, str, float, float]]) -> go.Figure:
    """What codes keep of the picture (error, smaller is more) and of the class (accuracy), a point for each encoder.

    A point is its name, its kind, which decides colour and marker, the error and the accuracy.
    """
    figure = go.Figure()
    for i, kind in enumerate(dict.fromkeys(kind for _, kind, _, _ in points)):
        mine = [point for point in points if point[1] == kind]
        figure.add_scatter(
            x=[point[2] for point in mine],
            y=[point[3] for point in mine],
            text=[point[0] for point in mine],
            **{"mode": "markers", "name": kind, "hovertemplate": "%{text}: %{x:.4f}, %{y:.2%}<extra></extra>"},
            marker={"color": COLOURS[i % len(COLOURS)], "symbol": MARKERS[i % len(MARKERS)], "size": 10},
        )
    _style(figure, "", "error of the picture read off the code (to the left: more is kept)", log=False, height=420)
    figure.update_yaxes(tickformat=".0%", title="class read off the code")
    return figure.update_layout(margin={"t": 70})


def against_dimensions(dims: Sequence[int], values: Mapping[str, Sequence[float]], title: str) -> go.Figure:
    """Each name's values against the number of dimensions, on a log axis."""
    figure = go.Figure()
    for i, (name, line) in enumerate(values.items()):
        style = {"color": COLOURS[i], "dash": DASHES[i]}
        figure.add_scatter(x=list(dims), y=list(line), name=name, mode="lines+markers", line=style)
    _style(figure, title, "numbers in the code", log=False)
    return figure.update_xaxes(type="log", tickvals=list(dims), ticktext=[str(dim) for dim in dims])


def label_efficiency(curves: "Mapping[str, LabelCurve]", anchors: "Sequence[Anchor]", marked: int) -> go.Figure:
    """Accuracy against the number of labels: for each name a mean, its confidence band and each seed as a faint point.

    Published results are stars; `marked` is the number of labels at which a line is drawn.
    """
    figure = go.Figure()
    for i, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[i % len(COLOURS)]
        edges = np.concatenate([curve.mean + curve.half_width, (curve.mean - curve.half_width)[::-1]])
        shared = {"legendgroup": name, "hoverinfo": "skip", "showlegend": False}
        band = {"x": np.concatenate([curve.labels, curve.labels[::-1]]), "y": edges, "mode": "lines", "line_width": 0}
        figure.add_scatter(**shared, **band, fill="toself", fillcolor=colour, opacity=0.15, uid=f"{name} band")
        points = {"x": np.repeat(curve.labels, [len(s) for s in curve.seeds]), "y": np.concatenate(curve.seeds)}
        marker = {"color": colour, "size": 5, "opacity": 0.4}
        figure.add_scatter(**shared, **points, mode="markers", marker=marker, uid=f"{name} seeds")
        line = {"color": colour, "dash": DASHES[i % len(DASHES)]}
        text = f"{name}: %{{y:.2%}} at %{{x}} labels<extra></extra>"
        places = {"x": curve.labels, "y": curve.mean, "legendgroup": name, "mode": "lines+markers"}
        figure.add_scatter(**places, name=name, line=line, marker_size=6, hovertemplate=text, uid=name)
    if anchors:
        figure.add_scatter(
            x=[anchor.labels for anchor in anchors],
            y=[anchor.accuracy for anchor in anchors],
            text=[f"{anchor.name}: {anchor.accuracy:.2%}<br>{anchor.source}" for anchor in anchors],
            **{"mode": "markers", "name": "published, other networks", "hovertemplate": "%{text}<extra></extra>"},
            marker={"symbol": "star", "size": 11, "color": "#999999", "line": {"width": 1}},
        )
    figure.add_vline(x=marked, line={"dash": "dot", "width": 1})
    _style(figure, "", "labels", log=False, height=460)
    counts = sorted({int(count) for curve in curves.values() for count in curve.labels})
    figure.update_xaxes(type="log", tickvals=counts, ticktext=[f"{count:,}" for count in counts])
    figure.update_yaxes(tickformat=".0%", title="test accuracy")
    return figure.update_layout(legend={"y": 1.02, "x": 0, "xanchor": "left"}, margin={"t": 90})


def probability_bars(probabilities: Mapping[str, Sequence[float]]) -> go.Figure:
    """For each digit a bar of each name's probability."""
    figure = go.Figure()
    for name, values in probabilities.items():
        figure.add_bar(
            x=[str(digit) for digit in range(len(values))],
            y=list(values),
            name=name,
            marker_color=COLOURS[len(figure.data) % len(COLOURS)],
            hovertemplate="%{x}: %{y:.1%}",
        )
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    _style(figure, "", "", log=False, height=260)
    return figure.update_layout(showlegend=len(probabilities) > 1, margin={"t": 40})


def _style(figure: go.Figure, title: str, x_title: str, log: bool, height: int = 320) -> go.Figure:
    figure.update_layout(
        title={"text": title, "x": 0, "y": 0.97, "yanchor": "top"},
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


def code_map(points: NDArray, labels: NDArray) -> go.Figure:
    """Points (N, 2) with a colour and a marker for each of the labels (N,) 0 to 9; `customdata` is a point's index."""
    figure = go.Figure()
    for label in range(10):
        mine = np.flatnonzero(labels == label)
        figure.add_scattergl(
            **_on_map(points, mine, label),
            marker={"color": DIGIT_COLOURS[label], "symbol": MARKERS[label], "size": 5, "opacity": 0.7},
            hovertemplate=f"a {label}, test digit %{{customdata}}<extra></extra>",
        )
    return _map_style(figure)


def error_map(points: NDArray, labels: NDArray, errors: NDArray) -> go.Figure:
    """The same coloured by the reconstruction error (N,) of each point; colours end at its 99th percentile."""
    figure = go.Figure()
    for label in range(10):
        mine = np.flatnonzero(labels == label)
        figure.add_scattergl(
            **_on_map(points, mine, label),
            marker={"color": errors[mine], "coloraxis": "coloraxis", "symbol": MARKERS[label], "size": 5},
            hovertemplate=f"a {label}, test digit %{{customdata}}, error %{{marker.color:.4f}}<extra></extra>",
        )
    scale = {"colorscale": "Cividis", "cmin": 0, "cmax": float(np.percentile(errors, 99))}
    figure.update_layout(coloraxis={**scale, "colorbar": {"title": {"text": "MSE"}, "thickness": 12}})
    return _map_style(figure)


def _on_map(points: NDArray, mine: NDArray, label: int) -> dict[str, Any]:
    x, y = points[mine].T
    return {"x": x, "y": y, "customdata": mine, "mode": "markers", "name": str(label)}


def _map_style(figure: go.Figure) -> go.Figure:
    _style(figure, "", "", log=False, height=560)
    figure.update_layout(legend={"itemsizing": "constant"}, margin={"t": 50})
    figure.update_xaxes(showticklabels=False, showgrid=False)
    return figure.update_yaxes(showticklabels=False, showgrid=False)


def put_behind(figure: go.Figure, png: bytes, edges: tuple[float, float, float, float]) -> None:
    """Put a PNG file behind the figure's points, from its left to its right, its bottom to its top edge."""
    left, right, bottom, top = edges
    figure.add_layout_image(
        source="data:image/png;base64," + base64.b64encode(png).decode(),
        **{"x": left, "y": top, "sizex": right - left, "sizey": top - bottom, "xref": "x", "yref": "y"},
        **{"sizing": "stretch", "layer": "below"},
    )


def change_map(changes: NDArray, title: str) -> go.Figure:
    """A heat map of (28, 28) changes of a picture's pixels, as shares of black to white."""
    heat = go.Heatmap(z=changes, colorscale="Cividis", zmin=0, colorbar={"thickness": 12, "tickformat": ".0%"})
    figure = _style(go.Figure(heat), title, "", log=False, height=380)
    figure.update_xaxes(visible=False)
    return figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")


def correlation_bars(correlations: NDArray, title: str) -> go.Figure:
    """Ten bars between -1 and 1, one a class."""
    bars = go.Bar(
        x=[str(i) for i in range(10)],
        y=correlations,
        marker_color=[COLOURS[0] if value >= 0 else COLOURS[1] for value in correlations],
        hovertemplate="%{x}: %{y:.2f}<extra></extra>",
    )
    figure = _style(go.Figure(bars), title, "digit", log=False, height=380)
    figure.update_xaxes(type="category")
    return figure.update_yaxes(range=[-1, 1], title="correlation")
