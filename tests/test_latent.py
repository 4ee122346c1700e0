"""Codes of digits."""

import numpy as np
import torch
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


def test_ranges_hold_all_but_the_tails():
    codes = np.stack([np.linspace(0, 1, 101), np.linspace(-10, 10, 101)], 1)
    np.testing.assert_allclose(latent.ranges(codes), [[0.01, 0.99], [-9.8, 9.8]])


def test_samples_have_the_codes_mean_and_covariance():
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(3, 3))
    codes = rng.normal(size=(5000, 3)) @ mixing + [1, 2, 3]
    generator = Generator().manual_seed(0)
    drawn = np.stack([latent.sample(codes, generator) for _ in range(4000)])
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.15)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.4)


def test_one_dimension_is_enough():
    assert latent.sample(np.arange(10.0)[:, None]).shape == (1,)
