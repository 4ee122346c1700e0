"""Probabilities that mean what they say."""

import numpy as np
import pytest
import torch
from torch import Generator

from convae import calibration, data, runs, weights
from convae.config import preset


def test_the_calibration_error_of_a_made_up_case_is_known():
    """Nine of ten right at 80 % sure, and five of ten at 60 % sure: a gap of a tenth in each bin."""
    sure, right = np.repeat([0.8, 0.6], 10), np.array([1] * 9 + [0] + [1] * 5 + [0] * 5)
    probabilities = np.stack([sure, 1 - sure], axis=1)
    assert calibration.calibration_error(probabilities, 1 - right) == pytest.approx(0.1)


def test_a_certain_and_right_classifier_has_no_error():
    assert calibration.calibration_error(np.eye(10), np.arange(10)) == 0


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_the_temperature_is_the_one_that_the_labels_were_drawn_at(true):
    logits = torch.randn(20_000, 10, generator=Generator().manual_seed(0)) * 3
    labels = torch.multinomial((logits / true).softmax(1), 1, generator=Generator().manual_seed(1))[:, 0]
    assert calibration.temperature(logits, labels) == pytest.approx(true, rel=0.05)


def test_few_labels_are_calibrated_on_digits_they_do_not_hold():
    digits = data.load("train")
    config = preset("classifier", labels=56_000, sampling="balanced")
    pictures, labels = calibration.held_out(config, digits)
    known = set(data.labelled_subset(digits.labels, 56_000, "balanced", 0).tolist())
    unknown = [index for index in range(60_000) if index not in known]
    assert torch.equal(pictures, data.to_float(digits.images[unknown]))
    assert torch.equal(labels, digits.labels[unknown])


def test_with_all_labels_the_digits_are_bent():
    digits = data.load("train")
    pictures, labels = calibration.held_out(preset("classifier"), digits)
    assert torch.equal(labels, digits.labels[-calibration.HELD_OUT :])
    assert not torch.equal(pictures, data.to_float(digits.images[-calibration.HELD_OUT :]))


def test_the_shipped_temperature_mends_a_classifier_of_few_labels(test_digits):
    run = runs.open_run("classifier-12-100-classic")
    logits = calibration.logits(weights.load(run), data.to_float(test_digits.images))
    kept = calibration.read(run)
    assert kept is not None
    errors = [
        calibration.calibration_error((logits / t).softmax(1).numpy(), test_digits.labels.numpy()) for t in (1, kept)
    ]
    assert errors[1] < errors[0] / 2


def test_it_belongs_to_one_version_of_the_weights(shipped_home):
    run = runs.open_run("classifier-12")
    calibration.write(run, 1.5)
    assert calibration.read(run) == 1.5
    weights.save(run.path / runs.WEIGHTS, weights.load(runs.open_run("classifier-12-100-classic")))
    assert calibration.read(run) is None
