"""What a convolutional autoencoder learns about MNIST digits, and how many labels that saves."""

from convae.errors import ConvaeError

__all__ = ["ConvaeError"]
