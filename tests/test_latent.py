"""Codes of digits."""

import numpy as np
import pytest
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
