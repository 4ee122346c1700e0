"""Figures say what the arrays say."""

import numpy as np
import pytest

from convae import figures, label_curves
from convae.curves import Curve

X = np.array([0.5, 1.0])


def test_a_run_has_a_dotted_train_and_a_solid_test_curve():
    lines = [Curve("a", "train", X, np.array([1.0, 0.5])), Curve("a", "test", X[1:], np.array([0.6]))]
    figure = figures.learning_curves(lines, "Loss", log=True)
    assert [(trace.name, list(trace.x), list(trace.y), trace.line.dash) for trace in figure.data] == [
        ("train", [0.5, 1.0], [1.0, 0.5], "dot"),
        ("test", [1.0], [0.6], "solid"),
    ]
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.xaxis.title.text == "epoch"
    assert figure.layout.title.text == "Loss"


def test_each_run_has_its_own_colour_and_name():
    lines = [Curve(name, part, X, X) for name in "abcdefghij" for part in ("train", "test")]
    figure = figures.learning_curves(lines, "Loss")
    assert figure.data[0].line.color == figure.data[1].line.color != figure.data[2].line.color
    assert [trace.name for trace in figure.data if trace.showlegend] == list("abcdefghij")
    assert len({trace.uid for trace in figure.data}) == 20


def test_the_raw_curve_is_faint_and_the_spread_a_band():
    smoothed = Curve("a", "train", X, np.array([1.0, 0.8]), raw=np.array([1.0, 0.5]))
    seeds = Curve("b", "test", X, np.array([2.0, 3.0]), spread=np.array([0.5, 1.0]))
    raw, line, band, mean = figures.learning_curves([smoothed, seeds], "Loss").data
    assert list(raw.y) == [1.0, 0.5]
    assert raw.opacity < 0.5
    assert list(line.y) == [1.0, 0.8]
    assert list(band.y) == [2.5, 4.0, 2.0, 1.5]
    assert list(band.x) == [0.5, 1.0, 1.0, 0.5]
    assert list(mean.y) == [2.0, 3.0]


def test_label_efficiency_shows_means_bands_seeds_and_anchors():
    curves = {"a": label_curves.curve({10: [0.4, 0.6], 100: [0.9]}), "b": label_curves.curve({10: [0.3]})}
    figure = figures.label_efficiency(curves, label_curves.ANCHORS[:1], marked=10)
    shown = {trace.uid or trace.name: trace for trace in figure.data}
    np.testing.assert_allclose(shown["a"].y, [0.5, 0.9])
    assert list(shown["a seeds"].x) == [10, 10, 100]
    assert shown["a band"].y[0] - shown["a"].y[0] == pytest.approx(curves["a"].half_width[0])
    assert shown["a"].line.color != shown["b"].line.color
    assert shown["a"].line.dash != shown["b"].line.dash
    assert list(shown["published, other networks"].y) == [label_curves.ANCHORS[0].accuracy]
    assert list(figure.layout.xaxis.tickvals) == [10, 100]


def test_probability_bars_stand_beside_each_other():
    bars = figures.probability_bars({"a": [0.1, 0.7, 0.2], "b": [1, 0, 0]}).data
    assert [list(bar.y) for bar in bars] == [[0.1, 0.7, 0.2], [1, 0, 0]]
    assert [bar.name for bar in bars] == ["a", "b"]
    assert bars[0].marker.color != bars[1].marker.color


def test_a_map_knows_each_points_index():
    labels = np.array([3, 3, 0])
    figure = figures.code_map(np.arange(6.0).reshape(3, 2), labels)
    assert [list(trace.customdata) for trace in figure.data if len(trace.x)] == [[2], [0, 1]]
    assert list(figure.data[3].y) == [1.0, 3.0]
    assert len({trace.marker.color for trace in figure.data}) == 10
    assert len({trace.marker.symbol for trace in figure.data}) == 10


def test_a_map_of_errors_colours_each_point_by_its_own():
    labels, errors = np.array([3, 3, 0]), np.array([0.1, 0.2, 0.3])
    figure = figures.error_map(np.arange(6.0).reshape(3, 2), labels, errors)
    assert list(figure.data[3].marker.color) == [0.1, 0.2]
    assert list(figure.data[0].marker.color) == [0.3]
    assert figure.layout.coloraxis.cmax == pytest.approx(np.percentile(errors, 99))


def test_a_picture_behind_a_map_fills_its_edges():
    figure = figures.code_map(np.zeros((1, 2)), np.zeros(1, int))
    figures.put_behind(figure, b"png", (-1.0, 3.0, -2.0, 4.0))
    (image,) = figure.layout.images
    assert (image.x, image.y, image.sizex, image.sizey) == (-1, 4, 4, 6)
    assert image.layer == "below"
    assert image.source == "data:image/png;base64,cG5n"


def test_a_map_of_changes_has_the_first_row_on_top():
    figure = figures.change_map(np.eye(28), "t")
    assert figure.data[0].z.shape == (28, 28)
    assert figure.layout.yaxis.autorange == "reversed"


def test_correlations_of_either_sign_differ_in_colour():
    (bars,) = figures.correlation_bars(np.linspace(-0.9, 0.9, 10), "t").data
    assert list(bars.y) == pytest.approx(np.linspace(-0.9, 0.9, 10))
    assert len(set(bars.marker.color[:5])) == len(set(bars.marker.color[5:])) == 1
    assert bars.marker.color[0] != bars.marker.color[9]
