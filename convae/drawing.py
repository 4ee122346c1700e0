"""Canvas pixels -> a picture made the way MNIST's were: cropped, 20 pixels at its longer side, centred by mass.

LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998, section III-A. A stroke
thinner or thicker than MNIST's is also brought to their weight.
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from convae.errors import ConvaeError

SIZE, INNER = 28, 20
INK = 0.15  # of the full range: less is background
WORK = 8 * INNER  # pixels at the longer side while the stroke's weight is changed
# What the middle half of MNIST's training digits have, in pixels of the finished picture.
THIN, THICK = 2.1, 3.0


class BlankDrawingError(ConvaeError):
    """There is nothing on the canvas."""


class Steps(NamedTuple):
    """A drawing on its way, white on black, all float32 in [0, 1]."""

    ink: Tensor  # (H, W) what was found on the background
    stroke: Tensor  # (h, w) cut out, with a stroke of MNIST's weight
    picture: Tensor  # (1, 1, 28, 28) scaled and centred


def normalise(pixels: NDArray) -> Tensor:
    """The picture (1, 1, 28, 28) in [0, 1] of a drawing; as `steps`."""
    return steps(pixels).picture


def steps(pixels: NDArray) -> Steps:
    """How pixels (H, W), (H, W, 3) or (H, W, 4) of uint8, whichever is the ink, become a picture like MNIST's.

    The ink is what differs from the most frequent brightness at the border. Raises `BlankDrawingError` if nothing does.
    """
    ink = _ink(torch.tensor(pixels))
    if ink.amax() < INK:
        raise BlankDrawingError("The canvas is blank: draw a digit")
    stroke = _weigh(_scale(_crop(ink), WORK))
    return Steps(ink, stroke, _centre(_scale(_crop(stroke), INNER))[None, None])


def stroke_width(ink: NDArray) -> float:
    """The mean width of the strokes of ink (H, W) in [0, 1], in its pixels.

    Across a stroke of width w, the distances to the nearest pixels beside it are w / 4 + 1 / 2 on average.
    """
    inside = np.pad(ink > 0.5, 1)  # beyond the edge there is no ink
    return float(4 * distance_transform_edt(inside)[inside].mean() - 2) if inside.any() else 0.0


def _ink(pixels: Tensor) -> Tensor:
    """How much each pixel differs from the border, (H, W) in [0, 1]."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    colour = pixels[..., :3].float().mean(-1) / 255
    grey = colour * pixels[..., 3].float() / 255 if pixels.shape[-1] == 4 else colour
    border = torch.cat([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = (grey - border.median()).abs()
    return ink / ink.amax().clamp(min=INK)


def _crop(ink: Tensor) -> Tensor:
    rows, columns = (ink.amax(1) > INK).nonzero()[:, 0], (ink.amax(0) > INK).nonzero()[:, 0]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _scale(ink: Tensor, longer: int) -> Tensor:
    """Scale (h, w) with anti-aliasing so that the longer side has that many pixels."""
    scale = longer / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape]
    return F.interpolate(ink[None, None], size=size, mode="bilinear", antialias=True)[0, 0].clamp(0, 1)


def _weigh(ink: Tensor) -> Tensor:
    """Make strokes (h, w) that are thinner or thicker than MNIST's so much wider or narrower on both sides."""
    unit = WORK / INNER
    width = stroke_width(ink.numpy()) / unit
    wanted = min(max(width, THIN), THICK)
    if width in (0, wanted):
        return ink
    more = (wanted - width) / 2 * unit / (1 - wanted / INNER)  # the whole grows, too, and is scaled down for it
    room = int(max(more, 0)) + 2
    inside = np.pad(ink.numpy() > 0.5, room)
    depth = distance_transform_edt(inside)
    more = max(more, 1 - depth.max())  # of a stroke something is left
    edge = np.where(inside, depth, 1 - distance_transform_edt(~inside))  # 1/2 on the edge itself
    return torch.from_numpy(np.clip(edge + more, 0, 1)).float()


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
