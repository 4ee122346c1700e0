"""How recipes start and step."""

import math

import pytest
import torch

from convae.config import preset
from convae.models import Autoencoder
from convae.recipes import MEAN_PIXEL, Muon, initialise, make_optimizers, orthogonalise, set_learning_rate


@pytest.mark.parametrize("shape", [(12, 576), (64, 12), (32, 32)])
def test_orthogonalise_brings_singular_values_near_one(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, s, vh = torch.linalg.svd(orthogonalise(matrix), full_matrices=False)
    assert s.min() > 0.3
    assert s.max() < 1.5
    u0, _, vh0 = torch.linalg.svd(matrix, full_matrices=False)
    torch.testing.assert_close(((u @ vh) * (u0 @ vh0)).sum(), torch.tensor(float(min(shape))), atol=0.1, rtol=0)


def test_muon_goes_downhill():
    weight = torch.nn.Parameter(torch.randn(8, 4, 3, 3, generator=torch.Generator().manual_seed(0)))
    optimizer = Muon([weight], lr=0.05)
    before = weight.square().sum().item()
    for _ in range(60):
        weight.square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    assert weight.square().sum().item() < before / 2


@pytest.mark.parametrize("recipe", ["classic", "fast"])
def test_every_trainable_parameter_has_one_optimizer(recipe):
    model = Autoencoder()
    model.encoder.requires_grad_(False)
    optimizers = make_optimizers(model, preset("autoencoder", recipe))
    owned = [id(p) for optimizer in optimizers for group in optimizer.param_groups for p in group["params"]]
    assert sorted(owned) == sorted(id(p) for p in model.decoder.parameters())


def test_fast_starts_at_the_mean_pixel():
    model = Autoencoder()
    initialise(model, "fast")
    assert torch.sigmoid(model.decoder.deconv3.bias).item() == pytest.approx(MEAN_PIXEL, abs=1e-6)


def test_mean_pixel_is_mnists(train_digits):
    assert train_digits.images.float().mean().item() / 255 == pytest.approx(MEAN_PIXEL, abs=0.005)


def test_fast_warms_up_and_ends_at_zero():
    config = preset("autoencoder", "fast")
    optimizers = make_optimizers(Autoencoder(), config)
    rates = []
    for step in range(1000):
        set_learning_rate(optimizers, "fast", step / 1000)
        rates.append(optimizers[0].param_groups[0]["lr"])
    assert rates[0] < config.learning_rate / 20
    assert max(rates) == pytest.approx(config.learning_rate, rel=0.03)
    assert rates.index(max(rates)) < 100
    assert rates[-1] < config.learning_rate / 500
    assert all(math.isfinite(rate) and rate > 0 for rate in rates)


def test_classic_keeps_its_rate():
    optimizers = make_optimizers(Autoencoder(), preset("autoencoder", "classic"))
    set_learning_rate(optimizers, "classic", 0.9)
    assert [group["lr"] for group in optimizers[0].param_groups] == [1e-3]
