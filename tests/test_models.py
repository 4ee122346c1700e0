"""The networks compute the specification's functions under the specification's names."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from convae.errors import ConfigError
from convae.models import Autoencoder, Classifier, ClassifierDecoding, Decoder, Encoder, build

ENCODER = {
    "conv1.weight": (16, 1, 5, 5),
    "conv1.bias": (16,),
    "conv2.weight": (32, 16, 3, 3),
    "conv2.bias": (32,),
    "conv3.weight": (64, 32, 3, 3),
    "conv3.bias": (64,),
    "fc.weight": (12, 576),
    "fc.bias": (12,),
}
DECODER = {
    "fc.weight": (576, 12),
    "fc.bias": (576,),
    "deconv1.weight": (64, 32, 3, 3),
    "deconv1.bias": (32,),
    "deconv2.weight": (32, 16, 3, 3),
    "deconv2.bias": (16,),
    "deconv3.weight": (16, 1, 5, 5),
    "deconv3.bias": (1,),
}
HEAD = {"fc1.weight": (64, 12), "fc1.bias": (64,), "fc2.weight": (10, 64), "fc2.bias": (10,)}


def foreign(shapes: dict[str, tuple[int, ...]], prefix: str, generator: torch.Generator) -> dict[str, Tensor]:
    return {prefix + name: torch.randn(shape, generator=generator) * 0.1 for name, shape in shapes.items()}


def encode(s: dict[str, Tensor], x: Tensor) -> Tensor:
    """The specification's encoder, from functional calls in the specification's order."""
    x = F.max_pool2d(F.relu(F.conv2d(x, s["encoder.conv1.weight"], s["encoder.conv1.bias"])), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, s["encoder.conv2.weight"], s["encoder.conv2.bias"], padding=1)), 2)
    x = F.relu(F.conv2d(x, s["encoder.conv3.weight"], s["encoder.conv3.bias"], stride=2, padding=1))
    return F.linear(x.flatten(1), s["encoder.fc.weight"], s["encoder.fc.bias"])


def decode(s: dict[str, Tensor], z: Tensor) -> Tensor:
    """The specification's decoder, from functional calls."""
    x = F.linear(z, s["decoder.fc.weight"], s["decoder.fc.bias"]).view(-1, 64, 3, 3)
    halves = {"stride": 2, "padding": 1, "output_padding": 1}
    x = F.relu(F.conv_transpose2d(x, s["decoder.deconv1.weight"], s["decoder.deconv1.bias"], **halves))
    x = F.relu(F.conv_transpose2d(x, s["decoder.deconv2.weight"], s["decoder.deconv2.bias"], **halves))
    x = F.conv_transpose2d(x, s["decoder.deconv3.weight"], s["decoder.deconv3.bias"], stride=2, output_padding=1)
    return torch.sigmoid(x)


def classify(s: dict[str, Tensor], x: Tensor) -> Tensor:
    """The specification's classifier, from functional calls."""
    hidden = F.relu(F.linear(encode(s, x), s["fc1.weight"], s["fc1.bias"]))
    return F.linear(hidden, s["fc2.weight"], s["fc2.bias"])


@pytest.fixture
def images() -> Tensor:
    return torch.rand(7, 1, 28, 28, generator=torch.Generator().manual_seed(3))


def test_state_dicts_have_the_specified_names_and_shapes():
    def shapes(model):
        return {name: tuple(t.shape) for name, t in model.state_dict().items()}

    assert shapes(Encoder()) == ENCODER
    assert shapes(Decoder()) == DECODER
    both = {f"encoder.{n}": s for n, s in ENCODER.items()} | {f"decoder.{n}": s for n, s in DECODER.items()}
    assert shapes(Autoencoder()) == both
    assert shapes(ClassifierDecoding(Encoder(), Decoder())) == both
    assert shapes(Classifier()) == {f"encoder.{n}": s for n, s in ENCODER.items()} | HEAD


def test_foreign_weights_give_the_specified_reconstruction(images):
    generator = torch.Generator().manual_seed(0)
    state = foreign(ENCODER, "encoder.", generator) | foreign(DECODER, "decoder.", generator)
    for model in (Autoencoder(), ClassifierDecoding(Encoder(), Decoder())):
        model.load_state_dict(state, strict=True)
        with torch.no_grad():
            torch.testing.assert_close(model(images), decode(state, encode(state, images)), atol=1e-6, rtol=0)


def test_foreign_weights_give_the_specified_logits(images):
    generator = torch.Generator().manual_seed(0)
    state = foreign(ENCODER, "encoder.", generator) | foreign(HEAD, "", generator)
    model = Classifier()
    model.load_state_dict(state, strict=True)
    with torch.no_grad():
        torch.testing.assert_close(model(images), classify(state, images), atol=1e-6, rtol=0)
        fast = model.to(memory_format=torch.channels_last)(images)
        torch.testing.assert_close(fast, classify(state, images), atol=1e-6, rtol=0)


@pytest.mark.parametrize("latent_dim", [1, 2, 12, 64])
@pytest.mark.parametrize("count", [1, 5])
def test_shapes_and_ranges(latent_dim, count):
    images = torch.rand(count, 1, 28, 28)
    model = Autoencoder(latent_dim)
    assert model.encoder(images).shape == (count, latent_dim)
    pictures = model(images)
    assert pictures.shape == images.shape
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert Classifier(latent_dim, num_classes=7)(images).shape == (count, 7)


def test_each_model_owns_its_loss(images):
    labels = torch.arange(7)
    autoencoder, classifier = Autoencoder(), Classifier()
    loss, metrics = autoencoder.loss(images, labels)
    assert loss.item() == pytest.approx((autoencoder(images) - images).square().mean().item())
    assert metrics == {}
    loss, metrics = classifier.loss(images, labels)
    log_probabilities = classifier(images).log_softmax(1)
    assert loss.item() == pytest.approx(-log_probabilities[range(7), labels].mean().item(), rel=1e-5)
    assert metrics["accuracy"].item() == pytest.approx((log_probabilities.argmax(1) == labels).float().mean().item())


def test_labels_are_smoothed_in_training_only(images):
    labels = torch.arange(7)
    classifier = Classifier()
    plain = classifier.loss(images, labels)[0].item()
    classifier.label_smoothing = 0.2
    log_probabilities = classifier(images).log_softmax(1)
    smoothed = 0.8 * plain - 0.2 * log_probabilities.mean().item()
    assert classifier.loss(images, labels)[0].item() == pytest.approx(smoothed, rel=1e-5)
    assert classifier.eval().loss(images, labels)[0].item() == pytest.approx(plain)


def test_classifier_uses_the_encoder_it_is_given():
    encoder = Encoder(5)
    assert Classifier(5, encoder=encoder).encoder is encoder


def test_classifier_decoding_trains_only_its_decoder(images):
    model = ClassifierDecoding(Encoder(), Decoder())
    model.loss(images, torch.zeros(7, dtype=torch.int64))[0].backward()
    assert all(p.grad is None for p in model.encoder.parameters())
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.decoder.parameters())


def test_build_refuses_an_encoder_that_does_not_fit():
    with pytest.raises(ConfigError, match="latent_dim is 3, not 12"):
        build("classifier", 12, Encoder(3))
    with pytest.raises(ConfigError, match="needs the encoder"):
        build("classifier-decoding", 12)
