"""Labels are spread over a graph, and the surest are chosen."""

import numpy as np
import pytest

from convae import label_propagation
from convae.label_propagation import graph, spread, surest


@pytest.fixture
def clusters() -> tuple[np.ndarray, np.ndarray]:
    """Ten far clusters of forty codes each, and which each code belongs to."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(10), 40)
    centres = rng.normal(size=(10, 3)) * 30
    return centres[labels] + rng.normal(size=(400, 3)), labels


def test_the_graph_joins_near_codes_both_ways(clusters):
    codes, labels = clusters
    adjacency = graph(codes)
    assert abs(adjacency - adjacency.T).max() == 0
    rows, columns = adjacency.nonzero()
    assert (labels[rows] == labels[columns]).all()
    assert (rows != columns).all()
    assert np.linalg.norm(adjacency.toarray(), 2) == pytest.approx(1, abs=1e-6)


def test_spreading_solves_the_equation_of_the_paper(clusters):
    codes, labels = clusters
    adjacency, known = graph(codes), np.arange(0, 400, 40)
    shares = spread(adjacency, known, labels[known])
    source = np.zeros((400, 10))
    source[known, labels[known]] = 1
    exact = np.linalg.solve(np.eye(400) - label_propagation.REACH * adjacency.toarray(), source).clip(1e-12)
    np.testing.assert_allclose(shares, exact / exact.sum(1, keepdims=True), atol=1e-3)
    assert (shares.argmax(1) == labels).all()


def test_the_surest_come_in_equal_numbers_and_what_is_known_stays(clusters):
    codes, labels = clusters
    known = np.arange(0, 400, 40)
    wrong = (labels[known] + 1) % 10  # what is known counts, whatever the graph says
    shares = spread(graph(codes), np.arange(0, 400, 20), labels[::20])
    chosen, answers = surest(shares, known, wrong, 10)
    assert np.bincount(answers).tolist() == [10] * 10
    assert set(known) <= set(chosen)
    assert [answers[list(chosen).index(k)] for k in known] == wrong.tolist()


def test_a_class_without_a_label_is_never_answered(clusters):
    codes, labels = clusters
    known = np.arange(0, 360, 40)
    chosen, answers = surest(spread(graph(codes), known, labels[known]), known, labels[known], 20)
    assert 9 not in answers[np.isin(chosen, known)]
