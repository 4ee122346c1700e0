"""Curves of accuracy against the number of labels."""

import numpy as np
import pytest
from scipy import stats

from convae.label_curves import accuracy_at, curve, labels_needed


def test_the_confidence_interval_is_students():
    scores = [0.90, 0.92, 0.97]
    found = curve({100: scores, 10: [0.5]})
    assert found.labels.tolist() == [10, 100]
    assert found.mean.tolist() == [0.5, pytest.approx(np.mean(scores))]
    low, high = stats.ttest_1samp(scores, 0).confidence_interval(0.95)
    assert found.half_width.tolist() == [0, pytest.approx((high - low) / 2)]
    assert found.seeds == [[0.5], scores]


def test_labels_are_read_off_on_a_log_axis():
    found = curve({10: [0.5], 1000: [0.9]})
    assert labels_needed(found, 0.7) == pytest.approx(100)
    assert labels_needed(found, 0.9) == pytest.approx(1000)
    assert labels_needed(found, 0.91) is None
    assert labels_needed(found, 0.4) is None


def test_accuracies_between_the_counts_are_read_off_on_a_log_axis():
    found = curve({10: [0.5], 1000: [0.9]})
    assert accuracy_at(found, 100) == pytest.approx(0.7)
    assert accuracy_at(found, 1000) == pytest.approx(0.9)
    assert accuracy_at(found, 9) is None
    assert accuracy_at(found, 1001) is None
