"""How recipes start and step."""

import math

import pytest
import torch

from convae.config import preset
from convae.models import Autoencoder
from convae.recipes import MEAN_PIXEL, Muon, initialise, make_optimizers, orthogonalise, set_learning_rate


@pytest.mark.parametrize("shape", [(1, 12, 576), (2, 12, 64), (3, 32, 32)])
def test_orthogonalise_brings_singular_values_near_one(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, s, vh = torch.linalg.svd(orthogonalise(matrices, steps=5), full_matrices=False)
    assert s.min() > 0.1
    assert s.max() < 1.5
    u0, _, vh0 = torch.linalg.svd(matrices, full_matrices=False)
    found = ((u @ vh) * (u0 @ vh0)).sum((1, 2))
    torch.testing.assert_close(found, torch.full((shape[0],), float(shape[1])), atol=0.1, rtol=0)


def test_matrices_of_one_shape_are_updated_as_if_alone():
    """Wide, tall and convolution kernels, several of a shape, in both memory layouts."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(8, 4, 3, 3), (8, 36), (36, 8), (8, 4, 3, 3)]
    weights = [torch.randn(shape, generator=generator) for shape in shapes]
    weights[3] = weights[3].to(memory_format=torch.channels_last)
    gradients = [torch.randn(shape, generator=generator) for shape in shapes]

    def after(chosen: list[int]) -> list[torch.Tensor]:
        params = [torch.nn.Parameter(weights[i].clone()) for i in chosen]
        for p, i in zip(params, chosen, strict=True):
            p.grad = gradients[i].clone()
        Muon(params, lr=0.1, weight_decay=0.1).step()
        return params

    together, alone = after([0, 1, 2, 3]), [after([i])[0] for i in range(4)]
    for a, b in zip(together, alone, strict=True):
        torch.testing.assert_close(a, b)


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
