"""Results of a label study -> curves: means with their confidence, and how many labels another arm needs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # not scipy.stats, which fails to load while another thread loads torch

CONFIDENCE = 0.95


class LabelCurve(NamedTuple):
    """Accuracy against the number of labels; all arrays (N,), the fewest labels first."""

    labels: NDArray
    mean: NDArray
    half_width: NDArray  # of the confidence interval of the mean; 0 where there is one seed
    seeds: list[list[float]]  # each seed's accuracy


class Anchor(NamedTuple):
    """A published result: error rates on MNIST with so many labels, other networks than ours."""

    name: str
    labels: int
    accuracy: float
    source: str


# As the papers give them, for balanced draws of 100 labels.
ANCHORS = (
    Anchor("M1+TSVM", 100, 0.8818, "Kingma et al., Semi-supervised learning with deep generative models, 2014"),
    Anchor("M1+M2", 100, 0.9667, "Kingma et al., Semi-supervised learning with deep generative models, 2014"),
    Anchor("Adversarial autoencoder", 100, 0.9810, "Makhzani et al., Adversarial autoencoders, 2015"),
    Anchor("VAT", 100, 0.9864, "Miyato et al., Virtual adversarial training, 2018"),
    Anchor("Ladder network", 100, 0.9894, "Rasmus et al., Semi-supervised learning with ladder networks, 2015"),
)


def curve(accuracies: Mapping[int, Sequence[float]]) -> LabelCurve:
    """The curve of one arm from the accuracy of each seed at each number of labels.

    The confidence interval of the mean is Student's, at 95 %.
    """
    labels = sorted(accuracies)
    half = [_half_width(accuracies[count]) for count in labels]
    mean = [float(np.mean(accuracies[count])) for count in labels]
    return LabelCurve(np.array(labels), np.array(mean), np.array(half), [list(accuracies[count]) for count in labels])


def _half_width(scores: Sequence[float]) -> float:
    if len(scores) < 2:
        return 0.0
    factor = stdtrit(len(scores) - 1, (1 + CONFIDENCE) / 2)
    return float(factor * np.std(scores, ddof=1) / np.sqrt(len(scores)))


def accuracy_at(curve: LabelCurve, labels: int) -> float | None:
    """The mean accuracy at this number of labels, read off the straight lines between the means on a log axis.

    None outside the curve.
    """
    if not curve.labels[0] <= labels <= curve.labels[-1]:
        return None
    return float(np.interp(np.log(labels), np.log(curve.labels), curve.mean))


def labels_needed(curve: LabelCurve, accuracy: float) -> float | None:
    """How many labels the arm needs for this accuracy, read off the straight lines between its means on a log axis.

    None if it never gets there, or begins above it.
    """
    above = np.flatnonzero(curve.mean >= accuracy)
    if not len(above) or above[0] == 0:
        return None
    i = int(above[0])
    share = (accuracy - curve.mean[i - 1]) / (curve.mean[i] - curve.mean[i - 1])
    logs = np.log(curve.labels[i - 1 : i + 1].astype(float))
    return float(np.exp(logs[0] + share * (logs[1] - logs[0])))
