"""Figures say what the arrays say."""

import numpy as np

from convae import figures

RECORDS = [
    {"epoch": 0.5, "train_loss": 1.0, "test_loss": None},
    {"epoch": 1.0, "train_loss": 0.5, "test_loss": 0.6},
]


def test_learning_curves_hold_every_point_and_leave_out_what_is_missing():
    figure = figures.learning_curves({"a": RECORDS}, "loss", log=True)
    assert [(trace.name, list(trace.x), list(trace.y)) for trace in figure.data] == [
        ("train", [0.5, 1.0], [1.0, 0.5]),
        ("test", [1.0], [0.6]),
    ]
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.xaxis.title.text == "epoch"


def test_each_run_has_its_own_colour_and_name():
    figure = figures.learning_curves(dict.fromkeys("abcdefghij", RECORDS), "loss")
    assert len(figure.data) == 20
    assert figure.data[0].line.color == figure.data[1].line.color != figure.data[2].line.color
    assert [trace.name for trace in figure.data if trace.showlegend] == list("abcdefghij")


def test_probability_bars_mark_the_highest():
    bars = figures.probability_bars([0.1, 0.7, 0.2]).data[0]
    assert list(bars.y) == [0.1, 0.7, 0.2]
    assert bars.marker.color[1] != bars.marker.color[0] == bars.marker.color[2]


def test_a_map_knows_each_points_index():
    labels = np.array([3, 3, 0])
    figure = figures.code_map(np.arange(6.0).reshape(3, 2), labels, "codes")
    assert [list(trace.customdata) for trace in figure.data if len(trace.x)] == [[2], [0, 1]]
    assert list(figure.data[3].y) == [1.0, 3.0]
    assert len({trace.marker.color for trace in figure.data}) == 10
    assert len({trace.marker.symbol for trace in figure.data}) == 10
