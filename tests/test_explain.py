"""Why a classifier says what it says."""

import numpy as np
import pytest
import torch
from torch import nn

from convae import explain, latent, runs, weights
from convae.data import to_float


@pytest.fixture(scope="module")
def classifier():
    return weights.load(runs.open_run("classifier-12"))


@pytest.fixture(scope="module")
def autoencoder():
    return weights.load(runs.open_run("autoencoder-12"))


class LeftHalf(nn.Module):
    """Reads a 1 by the ink in the left half and a 0 by that in the right."""

    def forward(self, pictures):
        return torch.stack([pictures[..., 14:].sum((1, 2, 3)), pictures[..., :14].sum((1, 2, 3))], dim=1)


def test_occlusion_finds_what_speaks_for_and_against():
    heat = explain.occlusion(LeftHalf(), torch.ones(1, 1, 28, 28) * 0.1, digit=1)
    assert heat.shape == (28, 28)
    assert (heat[:, :8] > 0).all()
    assert (heat[:, 20:] < 0).all()
    np.testing.assert_allclose(heat[:, :14], heat[::-1, :14], atol=1e-5)


def test_blank_places_say_nothing(classifier, test_digits):
    picture = to_float(test_digits.images[:1])
    heat = explain.occlusion(classifier, picture, 7)
    far = torch.nn.functional.max_pool2d(picture, 2 * explain.PATCH - 1, 1, explain.PATCH - 1)[0, 0] == 0
    assert far.any()
    assert np.abs(heat[far.numpy()]).max() < 1e-4
    assert heat.max() > 0.5


def test_a_walk_ends_where_the_verdict_changes(classifier, autoencoder, test_digits):
    codes = latent.encode(autoencoder.encoder, to_float(test_digits.images))
    labels = test_digits.labels.numpy()
    four, nines = codes[labels == 4][0], codes[labels == 9]
    goal = explain.goal(classifier, autoencoder, nines, 9)
    change = explain.change_of_mind(classifier, autoencoder, four, goal)
    assert change is not None
    read = change.probabilities.argmax(1)
    assert change.pictures.shape == (explain.STRIP, 28, 28)
    assert read[0] == 4
    assert read[-1] != 4
    assert (read[:-1] == 4).all()
    assert 0 < change.share <= 1
    np.testing.assert_allclose(change.pictures[0], latent.decode(autoencoder.decoder, four[None])[0], atol=1e-6)


def test_a_walk_to_where_it_stands_changes_nothing(classifier, autoencoder, test_digits):
    code = latent.encode(autoencoder.encoder, to_float(test_digits.images[:1]))[0]
    assert explain.change_of_mind(classifier, autoencoder, code, code) is None


def test_the_goal_is_read_as_the_digit_when_it_is_redrawn(classifier, autoencoder, test_digits):
    codes = latent.encode(autoencoder.encoder, to_float(test_digits.images[:100]))
    goal = explain.goal(classifier, autoencoder, codes, 3)
    with torch.no_grad():
        drawn = torch.from_numpy(latent.decode(autoencoder.decoder, goal[None]))[:, None]
        assert classifier(drawn).argmax() == 3
