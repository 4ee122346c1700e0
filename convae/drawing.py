"""Canvas pixels -> a picture made the way MNIST's were: cropped, 20 pixels at its longer side, centred by mass.

LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998, section III-A.
"""

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from convae.errors import ConvaeError

SIZE, INNER = 28, 20
INK = 0.15  # of the full range: less is background


class BlankDrawingError(ConvaeError):
    """There is nothing on the canvas."""


def normalise(pixels: NDArray) -> Tensor:
    """A (1, 1, 28, 28) float32 picture in [0, 1], white on black, from (H, W, 4) uint8 pixels, whichever is the ink.

    The ink is what differs from the most frequent brightness at the border. Raises `BlankDrawingError` if nothing does.
    """
    ink = _ink(torch.tensor(pixels))
    rows, columns = (ink.amax(1) > INK).nonzero()[:, 0], (ink.amax(0) > INK).nonzero()[:, 0]
    if not len(rows):
        raise BlankDrawingError("The canvas is blank: draw a digit")
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _centre(_fit(cropped))[None, None]


def _ink(pixels: Tensor) -> Tensor:
    """How much each pixel (H, W, 4) differs from the border, (H, W) in [0, 1]."""
    colour, opacity = pixels[..., :3].float().mean(-1) / 255, pixels[..., 3].float() / 255
    grey = colour * opacity
    border = torch.cat([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = (grey - border.median()).abs()
    return ink / ink.amax().clamp(min=INK)


def _fit(ink: Tensor) -> Tensor:
    """Scale (h, w) with anti-aliasing so that the longer side is 20 pixels."""
    scale = INNER / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape]
    return F.interpolate(ink[None, None], size=size, mode="bilinear", antialias=True)[0, 0].clamp(0, 1)


def _centre(ink: Tensor) -> Tensor:
    """Place (h, w) into (28, 28) so that its centre of mass is in the middle, as far as it fits."""
    picture = torch.zeros(SIZE, SIZE)
    h, w = ink.shape
    row = (ink.sum(1) * torch.arange(h)).sum() / ink.sum()
    column = (ink.sum(0) * torch.arange(w)).sum() / ink.sum()
    top = min(max(round(SIZE / 2 - 0.5 - float(row)), 0), SIZE - h)
    left = min(max(round(SIZE / 2 - 0.5 - float(column)), 0), SIZE - w)
    picture[top : top + h, left : left + w] = ink
    return picture
