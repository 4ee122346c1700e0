"""The five networks. Layer names and shapes are fixed: a state dict saved by anyone with the same layers loads here.

Images are (N, 1, 28, 28) float32 in [0, 1]; a code is (N, latent_dim). Each trainable model owns its loss:
`model.loss(images, labels)` gives a scalar to minimise and the metrics to record, so one loop trains them all.
"""

import sys
from abc import ABC, abstractmethod

import torch.nn.functional as F
from torch import Tensor, nn, no_grad

from convae.config import MODELS, NUM_CLASSES
from convae.deconvolution import FewChannelsDeconvolution
from convae.errors import ConfigError

Loss = tuple[Tensor, dict[str, Tensor]]


class Encoder(nn.Module):
    """Picture (N, 1, 28, 28) -> code (N, latent_dim)."""

    def __init__(self, latent_dim: int = 12):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=5)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1)
        self.fc = nn.Linear(64 * 3 * 3, latent_dim)

    @property
    def latent_dim(self) -> int:
        return self.fc.out_features

    def forward(self, x: Tensor) -> Tensor:
        # Pooling before ReLU is the same function as after it and leaves ReLU a quarter of the pixels.
        x = F.max_pool2d(self.conv1(x), 2).relu_()
        x = F.max_pool2d(self.conv2(x), 2).relu_()
        x = self.conv3(x).relu_()
        return self.fc(x.flatten(1))


class Decoder(nn.Module):
    """Code (N, latent_dim) -> picture (N, 1, 28, 28) in [0, 1]."""

    def __init__(self, latent_dim: int = 12):
        super().__init__()
        self.fc = nn.Linear(latent_dim, 64 * 3 * 3)
        self.deconv1 = nn.ConvTranspose2d(64, 32, kernel_size=3, stride=2, padding=1, output_padding=1)
        self.deconv2 = nn.ConvTranspose2d(32, 16, kernel_size=3, stride=2, padding=1, output_padding=1)
        self.deconv3 = FewChannelsDeconvolution(16, 1, kernel_size=5, stride=2, output_padding=1)

    @property
    def latent_dim(self) -> int:
        return self.fc.in_features

    def forward(self, code: Tensor) -> Tensor:
        x = self.fc(code).view(-1, 64, 3, 3)
        x = self.deconv1(x).relu_()
        x = self.deconv2(x).relu_()
        return self.deconv3(x).sigmoid_()


class Model(nn.Module, ABC):
    """What the training loop needs of a model."""

    encoder: Encoder

    @abstractmethod
    def head(self, code: Tensor) -> Tensor:
        """What the model makes of codes (N, latent_dim): pictures (N, 1, 28, 28) or logits (N, num_classes)."""

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(x))

    @abstractmethod
    def loss(self, images: Tensor, labels: Tensor) -> Loss:
        """A scalar to minimise and metrics to record, of images (N, 1, 28, 28) in [0, 1] and labels (N,) int64."""


class Autoencoder(Model):
    """Picture -> code -> picture, trained without labels to give the picture back."""

    def __init__(self, latent_dim: int = 12):
        super().__init__()
        self.encoder = Encoder(latent_dim)
        self.decoder = Decoder(latent_dim)

    def head(self, code: Tensor) -> Tensor:
        return self.decoder(code)

    def loss(self, images: Tensor, labels: Tensor) -> Loss:
        """Mean squared error over all pixels; the labels are not looked at."""
        return F.mse_loss(self(images), images), {}


class Classifier(Model):
    """Picture -> code -> logits (N, num_classes), on a new encoder or on a given pretrained one."""

    def __init__(self, latent_dim: int = 12, num_classes: int = NUM_CLASSES, encoder: Encoder | None = None):
        super().__init__()
        self.encoder = Encoder(latent_dim) if encoder is None else encoder
        self.fc1 = nn.Linear(latent_dim, 64)
        self.fc2 = nn.Linear(64, num_classes)
        self.label_smoothing = 0.0  # of the loss in training

    def head(self, code: Tensor) -> Tensor:
        return self.fc2(F.relu(self.fc1(code)))

    def loss(self, images: Tensor, labels: Tensor) -> Loss:
        """Cross-entropy with labels (N,) int64; the metric is the share of right answers.

        In training, `label_smoothing` of each target is spread over all classes (Szegedy et al. 2016, Rethinking the
        inception architecture, section 7).
        """
        logits = self(images)
        smoothing = self.label_smoothing if self.training else 0.0
        return F.cross_entropy(logits, labels, label_smoothing=smoothing), {
            "accuracy": (logits.argmax(1) == labels).float().mean()
        }


class ClassifierDecoding(Model):
    """A trained classifier's encoder, frozen, and a new decoder: what does that code still know of the picture?"""

    def __init__(self, encoder: Encoder, decoder: Decoder):
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.decoder = decoder

    def head(self, code: Tensor) -> Tensor:
        return self.decoder(code)

    def forward(self, x: Tensor) -> Tensor:
        with no_grad():
            code = self.encoder(x)
        return self.head(code)

    def loss(self, images: Tensor, labels: Tensor) -> Loss:
        """Mean squared error over all pixels; the labels are not looked at."""
        return F.mse_loss(self(images), images), {}


def build(model: str, latent_dim: int, encoder: Encoder | None = None) -> Model:
    """A new model of the kind named in `config.MODELS`, on `encoder` where one is given.

    Raises `ConfigError` if the encoder's code is not `latent_dim` long, or is missing where the model needs one.
    """
    if encoder is not None and encoder.latent_dim != latent_dim:
        raise ConfigError(f"the encoder's latent_dim is {encoder.latent_dim}, not {latent_dim}")
    kind = MODELS[model]
    cls = getattr(sys.modules[__name__], kind.class_name)
    if kind.encoder == "own":
        return cls(latent_dim)
    if kind.encoder == "optional":
        return cls(latent_dim, encoder=encoder)
    if encoder is None:
        raise ConfigError(f"{model} needs the encoder of a trained classifier")
    return cls(encoder, Decoder(latent_dim))
