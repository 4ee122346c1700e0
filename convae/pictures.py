"""Arrays of digits -> one picture to look at."""

import numpy as np
from numpy.typing import NDArray

GAP = 2  # pixels between digits, before enlarging


def enlarge(picture: NDArray, factor: int) -> NDArray:
    """Repeat each pixel of (H, W) or (H, W, 3) `factor` times, so that browsers do not smooth it."""
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def grid(digits: NDArray, columns: int, factor: int = 2, background: int = 128) -> NDArray[np.uint8]:
    """Tile digits (N, 28, 28), float in [0, 1] or uint8, into one grey uint8 picture, row by row."""
    shown = digits if digits.dtype == np.uint8 else (np.clip(digits, 0, 1) * 255).round().astype(np.uint8)
    n, height, width = shown.shape
    rows = -(-n // columns)
    cells = np.full((rows * columns, height + GAP, width + GAP), background, np.uint8)
    cells[:n, :height, :width] = shown
    tiled = cells.reshape(rows, columns, height + GAP, width + GAP).swapaxes(1, 2).reshape(rows * (height + GAP), -1)
    return enlarge(tiled[:-GAP, :-GAP], factor)
