"""How unlike a real digit a picture is."""

import numpy as np
import pytest
import torch

from convae import codes, data, drawing, latent, runs, strangeness, weights
from convae.data import to_float
from convae.models import Autoencoder

RUN = "autoencoder-12"


@pytest.fixture(scope="module")
def model():
    return weights.load(runs.open_run(RUN))


@pytest.fixture(scope="module")
def calibration():
    run = runs.open_run(RUN)
    summary = codes.read_summary(run)
    assert summary is not None
    return strangeness.read(run, summary.reference)


def test_about_one_real_digit_in_a_hundred_is_taken_for_none(model, calibration):
    shares = strangeness.strangeness(model, calibration, to_float(data.load("test").images)).share
    assert shares.shape == (10_000,)
    assert 0 <= shares.min() <= shares.max() <= 1
    assert 0.005 < (shares >= 1 - strangeness.FALSE_ALARMS).mean() < 0.02
    # the autoencoder has learnt the digits that the shares are counted in, so that others are a little stranger
    np.testing.assert_allclose(np.quantile(shares, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)


def test_noise_and_a_dash_are_no_digits(model, calibration):
    noise = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    dash = np.zeros((280, 280), np.uint8)
    dash[130:150, 60:220] = 255
    shares = strangeness.strangeness(model, calibration, torch.cat([noise, drawing.normalise(dash)])).share
    assert (shares >= 1 - strangeness.FALSE_ALARMS).all()


def test_it_is_kept_with_the_weights_and_forgotten_with_them(shipped_home, model, calibration):
    run = runs.open_run(RUN)
    strangeness.write(run, calibration)
    found = strangeness.read(run, calibration.reference)
    assert found is not None
    for stored, made in zip(found, calibration, strict=True):
        np.testing.assert_array_equal(stored, made)
    weights.save(run.path / "model.safetensors", type(model)(12))
    assert strangeness.read(run, calibration.reference) is None


@pytest.mark.parametrize("latent_dim", [1, 3])
def test_any_autoencoder_can_be_calibrated(latent_dim, tiny):
    model = Autoencoder(latent_dim)
    reference = latent.encode(model.encoder, tiny.images[:3])  # fewer than the nearest that are asked for
    calibration = strangeness.calibrate(model, reference, tiny.images)
    shares = strangeness.strangeness(model, calibration, to_float(tiny.images)).share
    assert shares.min() < 0.1
    assert shares.max() > 0.9
