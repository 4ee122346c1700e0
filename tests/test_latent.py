"""Codes of digits."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Generator

from convae import latent
from convae.data import to_float
from convae.models import Decoder, Encoder


def test_codes_and_pictures_agree_with_the_networks(test_digits):
    encoder, decoder = Encoder(5), Decoder(5)
    codes = latent.encode(encoder, test_digits.images)
    with torch.no_grad():
        expected = encoder(to_float(test_digits.images))
        np.testing.assert_allclose(codes, expected.numpy(), atol=1e-6)
        np.testing.assert_allclose(latent.decode(decoder, codes), decoder(expected)[:, 0].numpy(), atol=1e-6)
    assert latent.decode(decoder, [[0.0] * 5]).shape == (1, 28, 28)


def test_samples_have_the_mean_and_covariance_of_each_class():
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(3, 3))
    labels = np.repeat([0, 1], 2500)
    centres = np.array([[9, 2, 3], [-9, 0, 1]])
    codes = rng.normal(size=(5000, 3)) @ mixing + centres[labels]
    generator = Generator().manual_seed(0)
    drawn = np.stack([latent.sample(codes, labels, generator) for _ in range(4000)])
    mine = drawn[drawn[:, 0] > 0]
    assert len(mine) / 4000 == pytest.approx(0.5, abs=0.05)
    np.testing.assert_allclose(mine.mean(0), codes[labels == 0].mean(0), atol=0.25)
    np.testing.assert_allclose(np.cov(mine.T), np.cov(codes[labels == 0].T), atol=0.6)


def test_one_dimension_is_enough():
    assert latent.sample(np.arange(10.0)[:, None], np.zeros(10)).shape == (1,)


vectors = arrays(np.float64, 5, elements=st.floats(-10, 10, allow_subnormal=False))


@given(start=vectors, end=vectors, steps=st.integers(2, 20))
def test_paths_begin_and_end_exactly(start, end, steps):
    for path in (latent.straight(start, end, steps), latent.spherical(start, end, steps)):
        assert path.shape == (steps, 5)
        assert np.isfinite(path).all()
        assert np.array_equal(path[0], start)
        assert np.array_equal(path[-1], end)


def test_a_spherical_path_keeps_its_length():
    path = latent.spherical([3, 0, 0], [0, 3, 0], 7)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), 3)
    np.testing.assert_allclose(path[3], [3 / 2**0.5, 3 / 2**0.5, 0])


@given(code=vectors, low=vectors, dead=st.integers(0, 4))
def test_a_traversal_changes_one_number_and_a_dead_one_not_at_all(code, low, dead):
    high = low + 1
    low[dead] = high[dead] = code[dead]
    rows = latent.traverse(code, low, high, 6)
    assert rows.shape == (5, 6, 5)
    assert (rows[dead] == code).all()
    for i in range(5):
        assert (np.delete(rows[i], i, axis=1) == np.delete(code, i)).all()
        assert rows[i, 0, i] == low[i]
        assert rows[i, -1, i] == high[i]


@given(codes=arrays(np.float64, (30, 5), elements=st.floats(-10, 10)), code=vectors, count=st.integers(1, 30))
def test_neighbours_equal_brute_force(codes, code, count):
    indices, distances = latent.neighbours(code, codes, count)
    brute = np.sqrt(((codes - code) ** 2).sum(1))
    np.testing.assert_allclose(distances, np.sort(brute)[:count])
    np.testing.assert_allclose(brute[indices], distances)
    assert len(set(indices.tolist())) == count


def test_a_projection_is_onto_the_axes_of_most_variance():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 4)) * [1, 10, 0.1, 5]
    points = latent.project(codes)
    np.testing.assert_allclose(points.std(0), np.linalg.svd(codes - codes.mean(0))[1][:2] / 500**0.5, rtol=1e-6)
    two = codes[:, :2]
    assert np.array_equal(latent.project(two), two)
    assert latent.project(codes[:, :1]).shape == (500, 2)
