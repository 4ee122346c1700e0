"""The quick transposed convolution is PyTorch's, in its result and its gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from convae.deconvolution import FewChannelsDeconvolution


def result_and_gradients(layer: nn.ConvTranspose2d, x: Tensor) -> list[Tensor]:
    x = x.clone().requires_grad_()
    y = layer(x)
    y.square().sum().backward()
    return [y.detach(), *(value.grad for value in (x, *layer.parameters()) if value.grad is not None)]


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 3),
    channels=st.integers(1, 5),
    outputs=st.integers(1, 2),
    side=st.integers(1, 6),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    more=st.integers(0, 2),
    last=st.booleans(),
)
def test_it_is_the_transposed_convolution(count, channels, outputs, side, kernel, stride, padding, more, last):
    settings = {"stride": stride, "padding": padding, "output_padding": min(more, stride - 1)}
    if (side - 1) * stride - 2 * padding + kernel < 1:
        return
    torch.manual_seed(0)
    theirs = nn.ConvTranspose2d(channels, outputs, kernel, **settings)
    ours = FewChannelsDeconvolution(channels, outputs, kernel, **settings)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    x = torch.randn(count, channels, side, side)
    if last:
        x = x.to(memory_format=torch.channels_last)
    for a, b in zip(result_and_gradients(ours, x), result_and_gradients(theirs, x), strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)


def test_without_gradients_and_with_a_frozen_layer():
    layer = FewChannelsDeconvolution(3, 1, 5, stride=2).requires_grad_(False)
    x = torch.rand(2, 3, 4, 4, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad is not None
    assert layer.weight.grad is None
    with torch.no_grad():
        assert layer(x).shape == (2, 1, 11, 11)


@pytest.mark.parametrize("shape", [(1, 16, 12, 12), (0, 16, 12, 12)])
def test_the_decoders_last_layer_gives_pictures_of_any_number(shape):
    layer = FewChannelsDeconvolution(16, 1, 5, stride=2, output_padding=1)
    assert layer(torch.zeros(shape)).shape == (shape[0], 1, 28, 28)
