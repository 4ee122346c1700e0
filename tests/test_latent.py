"""Codes of digits."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Generator

from convae import codes, latent
from convae.data import to_float
from convae.models import Autoencoder, Decoder, Encoder


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
    made_up = np.random.default_rng(0).normal(size=(500, 4)) * [1, 10, 0.1, 5]
    points = latent.project(made_up, codes.summarise(made_up, made_up[0], np.zeros(4)))
    centred = made_up - made_up.mean(0)
    np.testing.assert_allclose(points.std(0), np.linalg.svd(centred)[1][:2] / 500**0.5, rtol=1e-4)
    for few in (made_up[:, :2], made_up[:, :1]):
        points = latent.project(few, codes.summarise(few, few[0], np.zeros(few.shape[1])))
        assert points.shape == (500, 2)
        assert np.array_equal(points[:, : few.shape[1]], few)


@given(stops=st.lists(vectors, min_size=2, max_size=4), steps=st.integers(2, 9))
def test_a_way_goes_through_every_stop_once(stops, steps):
    for between in (latent.straight, latent.spherical):
        way = latent.through(stops, steps, between)
        assert way.shape == ((len(stops) - 1) * (steps - 1) + 1, 5)
        assert np.array_equal(way[:: steps - 1], stops)


def test_a_number_without_effect_changes_no_pixel():
    decoder = Decoder(3)
    with torch.no_grad():
        decoder.fc.weight[:, 1] = 0
        decoder.fc.weight[:, 2] *= 3
    changes = latent.changes(decoder, np.random.default_rng(0).normal(size=(6, 3)), [-1] * 3, [1] * 3)
    assert changes.shape == (3, 28, 28)
    assert (changes[1] == 0).all()
    assert changes[2].mean() > changes[0].mean() > 0


def test_changes_are_from_the_middle_to_both_ends():
    decoder = Decoder(1)
    codes = np.zeros((1, 1))
    swept = latent.decode(decoder, np.linspace(-2, 4, latent.CHANGE_STEPS)[:, None])
    expected = np.abs(swept - swept[latent.CHANGE_STEPS // 2]).mean(0)
    np.testing.assert_allclose(latent.changes(decoder, codes, [-2], [4])[0], expected, atol=1e-6)


def test_correlation_with_classes_is_pearsons():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 9, 200)  # no nine
    codes = rng.normal(size=(200, 3)) + (labels == 4)[:, None] * [5, 0, 0]
    codes[:, 2] = 1
    found = latent.class_correlations(codes, labels)
    assert found.shape == (3, 10)
    assert found[0, 4] == pytest.approx(np.corrcoef(codes[:, 0], labels == 4)[0, 1])
    assert found[0, 4] > 0.7
    assert (found[2] == 0).all()
    assert (found[:, 9] == 0).all()


def test_errors_are_each_pictures_mean_square(test_digits):
    model = Autoencoder(3)
    images = test_digits.images[:20]
    codes = latent.encode(model.encoder, images)
    difference = latent.decode(model.decoder, codes) - to_float(images)[:, 0].numpy()
    np.testing.assert_allclose(latent.errors(model, images), (difference**2).mean((1, 2)), atol=1e-6)


def test_the_plane_covers_the_points_from_the_top_left():
    codes, edges = latent.plane(np.array([[0.0, 10.0], [4.0, 30.0], [1.0, 20.0]]), 2)
    assert edges == (0, 4, 10, 30)
    assert codes.tolist() == [[1, 25], [3, 25], [1, 15], [3, 15]]


def test_a_summary_is_of_the_models_codes(test_digits):
    model = Autoencoder(3)
    summary = latent.summary_of(model, test_digits.images, test_digits.images[9])
    encoded = latent.encode(model.encoder, test_digits.images)
    np.testing.assert_allclose(summary.first, encoded[9], atol=1e-5)
    np.testing.assert_allclose(summary.mean, encoded.mean(0), atol=1e-5)
    assert (summary.effect > 0).all()
