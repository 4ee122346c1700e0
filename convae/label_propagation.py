"""Labels for the unlabelled: spread over a graph of near codes, with what they are surest of to begin with.

Iscen, Tolias, Avrithis, Chum: Label propagation for deep semi-supervised learning, 2019: the graph and the spreading,
here on the codes of an autoencoder.
"""

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import cg
from scipy.spatial import KDTree

NEIGHBOURS = 5
REACH = 0.99  # how far labels spread, 0 to 1: alpha in the paper
ITERATIONS = 50  # of the conjugate gradients: the paper takes 20
SHARE = 0.42  # of the pictures that are learnt first, as many of each class, the surest


def graph(codes: NDArray, neighbours: int = NEIGHBOURS) -> sparse.csr_array:
    """The normalised adjacency (N, N) of codes (N, latent_dim), N above `neighbours`.

    1 / sqrt(the degrees of both) where one is among the other's nearest, else 0.
    """
    nearest = KDTree(codes).query(codes, neighbours + 1)[1][:, 1:]
    rows = np.repeat(np.arange(len(codes)), neighbours)
    one_way = sparse.csr_array((np.ones(len(rows)), (rows, nearest.ravel())), shape=(len(codes), len(codes)))
    both = one_way.maximum(one_way.T)
    scale = sparse.diags_array(1 / np.sqrt(both.sum(1)))
    return (scale @ both @ scale).tocsr()


def spread(adjacency: sparse.csr_array, known: NDArray, labels: NDArray) -> NDArray:
    """The share of each class (N, 10) at each node, from the nodes `known` (K,) with their labels (K,) 0 to 9.

    Solves (I - REACH adjacency) Z = Y, in which each class has the same weight whatever the number of its labels.
    """
    system = sparse.eye_array(adjacency.shape[0]) - REACH * adjacency
    shares = np.zeros((adjacency.shape[0], 10))
    for digit in np.unique(labels):
        mine = known[labels == digit]
        source = np.zeros(adjacency.shape[0])
        source[mine] = 1 / len(mine)
        shares[:, digit] = cg(system, source, rtol=1e-6, maxiter=ITERATIONS)[0]
    return _to_shares(shares)


def surest(shares: NDArray, known: NDArray, labels: NDArray, count: int) -> tuple[NDArray, NDArray]:
    """Which of the N pictures to learn from and as what, both (M,), at most `count` of each class, by lowest entropy.

    Of shares (N, 10). What is `known` (K,) keeps its label (K,) and comes first.
    """
    even = _to_shares(shares / shares.mean(0).clip(1e-12))  # so that no class takes another's pictures
    doubt = -(even * np.log(even)).sum(1)
    answers = even.argmax(1)
    doubt[known], answers[known] = -1, labels
    chosen = [mine[doubt[mine].argsort(kind="stable")][:count] for mine in _by_class(answers)]
    order = np.concatenate(chosen)
    return order, answers[order]


def _by_class(labels: NDArray) -> list[NDArray]:
    return [np.flatnonzero(labels == digit) for digit in range(10)]


def _to_shares(values: NDArray) -> NDArray:
    """Rows (N, 10) that add up to 1, no entry below 1e-12."""
    positive = values.clip(1e-12)
    return positive / positive.sum(1, keepdims=True)
