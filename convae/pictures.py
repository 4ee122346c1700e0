"""Arrays of digits -> one picture to look at, or a file of it."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GAP = 2  # pixels between digits, before enlarging
ORANGE, BLUE = (213, 94, 0), (0, 114, 178)  # Okabe and Ito's, which colour-blind readers can tell apart


def enlarge(picture: NDArray, factor: int) -> NDArray:
    """Repeat each pixel of (H, W) or (H, W, 3) `factor` times, so that browsers do not smooth it."""
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def square(picture: NDArray) -> NDArray:
    """Picture (H, W) in the middle of a black square."""
    side = max(picture.shape)
    rows, columns = side - picture.shape[0], side - picture.shape[1]
    return np.pad(picture, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)))


def grid(digits: NDArray, columns: int, factor: int = 2, gap: int = GAP, background: int = 128) -> NDArray[np.uint8]:
    """Tile digits (N, 28, 28), float in [0, 1] or uint8, into one grey uint8 picture, row by row."""
    shown = grey(digits)
    n, height, width = shown.shape
    rows = -(-n // columns)
    cells = np.full((rows * columns, height + gap, width + gap), background, np.uint8)
    cells[:n, :height, :width] = shown
    tiled = cells.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2).reshape(rows * (height + gap), -1)
    return enlarge(tiled[: tiled.shape[0] - gap, : tiled.shape[1] - gap], factor)


def row(colours: Sequence[NDArray[np.uint8]], columns: int, factor: int = 2) -> NDArray[np.uint8]:
    """At most `columns` pictures (28, 28, 3) side by side as `grid` would place them, the rest of the row grey."""
    cells = np.full((columns, 28, 28 + GAP, 3), 128, np.uint8)
    for cell, colour in zip(cells, colours, strict=False):
        cell[:, :28] = colour
    return enlarge(np.concatenate(list(cells), axis=1)[:, :-GAP], factor)


def grey(digits: NDArray) -> NDArray[np.uint8]:
    """Digits of any shape, float in [0, 1] or uint8, as uint8."""
    return digits if digits.dtype == np.uint8 else (np.clip(digits, 0, 1) * 255).round().astype(np.uint8)


def signed(values: NDArray, full: float) -> NDArray[np.uint8]:
    """Values (H, W) in colour (H, W, 3): white at 0, orange up to `full`, blue down to `-full`."""
    share = np.clip(values / full, -1, 1)[..., None]
    ends = np.where(share > 0, np.array(ORANGE), np.array(BLUE))
    return (255 + np.abs(share) * (ends - 255)).round().astype(np.uint8)


def png(picture: NDArray[np.uint8]) -> bytes:
    """A grey picture (H, W) as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def animation(digits: NDArray, factor: int = 6, milliseconds: int = 50) -> bytes:
    """Digits (N, 28, 28), float in [0, 1] or uint8, one after the other without end, as a GIF file."""
    first, *others = (Image.fromarray(enlarge(digit, factor)) for digit in grey(digits))
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)
    return file.getvalue()
