"""Curves of records: nothing lost that a reader would miss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convae import curves

RECORDS = [
    {"epoch": 0.5, "step": 5, "train_loss": 1.0, "test_loss": None, "learning_rate": 0.1},
    {"epoch": 1.0, "step": 10, "train_loss": 0.5, "test_loss": 0.6, "learning_rate": 0.2, "unknown": "x"},
    {"epoch": 1.5, "step": 15, "train_loss": float("nan"), "test_loss": "broken", "learning_rate": 0.3},
]


def test_curves_leave_out_what_is_missing_or_no_number():
    train, test = curves.curves({"a": [RECORDS]}, "loss")
    assert (train.name, train.part, test.part) == ("a", "train", "test")
    assert (train.x.tolist(), train.y.tolist()) == ([0.5, 1.0], [1.0, 0.5])
    assert (test.x.tolist(), test.y.tolist()) == ([1.0], [pytest.approx(0.6)])
    (rate,) = curves.curves({"a": [RECORDS]}, "learning_rate", "step")
    assert rate.x.tolist() == [5, 10, 15]
    assert curves.curves({"a": [RECORDS]}, "accuracy") == []
    assert curves.curves({"a": [[]]}, "loss") == []


values = arrays(np.float32, st.integers(1, 3000), elements=st.floats(-100, 100, width=32))


@given(y=values, limit=st.sampled_from([4, 10, 100, 2000]))
def test_thinning_keeps_ends_and_extremes(y, limit):
    x = np.arange(len(y))
    kept = curves.thin(x, y, limit)
    assert len(kept) <= limit or len(y) <= limit
    assert (np.diff(kept) > 0).all()
    assert (kept[0], kept[-1]) == (0, len(y) - 1)
    assert y[kept].max() == y.max()
    assert y[kept].min() == y.min()


def test_a_spike_in_a_long_run_is_drawn():
    records = [{"epoch": i / 100, "train_loss": 1.0 + (i == 12_345)} for i in range(20_000)]
    (line,) = curves.curves({"a": [records]}, "loss")
    assert len(line.x) <= curves.LIMIT
    assert line.y.max() == 2


@given(y=values, weight=st.floats(0, 0.99))
def test_smoothing_stays_between_the_values_and_keeps_a_constant(y, weight):
    smoothed = curves.smooth(y, weight)
    assert smoothed.shape == y.shape
    assert smoothed[0] == pytest.approx(y[0], abs=1e-3)
    assert y.min() - 1e-2 <= smoothed.min() <= smoothed.max() <= y.max() + 1e-2
    np.testing.assert_allclose(curves.smooth(np.full(50, 3.0), weight), 3, rtol=1e-5)


def test_smoothing_is_an_average_that_forgets():
    smoothed = curves.smooth(np.array([0.0, 1.0, 1.0]), 0.5)
    np.testing.assert_allclose(smoothed, [0, 2 / 3, 6 / 7])


def test_a_smoothed_curve_keeps_the_raw_one():
    train, test = curves.curves({"a": [RECORDS]}, "loss", smoothing=0.9)
    assert train.raw is not None
    assert train.raw.tolist() == [1.0, 0.5]
    assert 0.5 < train.y[-1] < 1
    assert test.raw is None


def test_seeds_become_a_mean_with_their_spread_where_all_are_known():
    other = [{"epoch": 0.75, "train_loss": 3.0}, {"epoch": 1.25, "train_loss": 1.0}]
    (train, *_) = curves.curves({"a": [RECORDS, other]}, "loss")
    assert train.x.tolist() == [0.75, 1.0]
    np.testing.assert_allclose(train.y, [(0.75 + 3) / 2, (0.5 + 2) / 2])
    assert train.spread is not None
    np.testing.assert_allclose(train.spread, [np.std([0.75, 3], ddof=1), np.std([0.5, 2], ddof=1)])


def test_only_settings_that_differ_are_told():
    settings = {"a": {"epochs": 1, "seed": 0, "model": "x"}, "b": {"epochs": 2, "seed": 0, "model": "x"}}
    assert curves.differences(settings) == {"a": {"epochs": 1}, "b": {"epochs": 2}}
    assert curves.differences({}) == {}
