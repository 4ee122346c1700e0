"""How well drawings are read: test digits drawn anywhere on a canvas, small or large, thin or thick, turned, inverted.

`python benchmarks/drawing.py` prints the accuracy of the classifier on 2,000 test digits as they are, drawn on a canvas
and read through `convae.drawing`, and drawn the same but only shrunk to 28x28.
"""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from app import PROJECT
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, rotate, zoom

sys.path.insert(0, str(PROJECT))

from convae import data, drawing, runs, weights

COUNT, CANVAS, PIXEL = 2_000, 280, 8  # at scale 1, a pixel of the digit is 8 of the canvas
SCALES, TURN, THINNER, THICKER = (0.3, 1.5), 15, 0.8, 1.5  # degrees; pixels of the digit


def draw(digit: NDArray, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A canvas (280, 280, 4) of uint8 with the digit (28, 28) in [0, 1] on it."""
    scale = rng.uniform(*SCALES)
    large = np.clip(rotate(zoom(digit, PIXEL * scale, order=3), rng.uniform(-TURN, TURN), order=1), 0, 1)
    depth = distance_transform_edt(large > 0.5)
    more = rng.uniform(-THINNER, THICKER) * PIXEL * scale
    more = max(more, -0.6 * depth.max())  # a pen that still leaves a line
    room = int(max(more, 0)) + 1
    depth = np.pad(depth, room)
    ink = np.clip(depth - distance_transform_edt(depth == 0) + more + 0.5, 0, 1)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][:CANVAS, :CANVAS]
    top, left = (rng.integers(0, CANVAS - side + 1) for side in ink.shape)
    canvas = np.zeros((CANVAS, CANVAS))
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    grey = (255 * (1 - canvas if rng.random() < 0.5 else canvas)).round().astype(np.uint8)
    return np.stack([grey, grey, grey, np.full_like(grey, 255)], axis=-1)


def main() -> None:
    """Print the three accuracies."""
    model, test = weights.load(runs.open_run("classifier-12")), data.load("test", print)
    rng = np.random.default_rng(0)
    canvases = [draw(digit, rng) for digit in data.to_float(test.images[:COUNT, 0]).numpy()]
    shrunk = torch.from_numpy(np.stack(canvases))[..., 0][:, None].float() / 255
    ways = {
        "as they are": data.to_float(test.images[:COUNT]),
        "drawn, read through convae.drawing": torch.cat([drawing.normalise(canvas) for canvas in canvases]),
        "drawn, only shrunk to 28x28": F.interpolate(shrunk, size=28, mode="bilinear", antialias=True),
    }
    for name, pictures in ways.items():
        with torch.no_grad():
            right = (model(pictures).argmax(1) == test.labels[:COUNT]).float().mean()
        print(f"{COUNT:,} test digits {name}: {float(right):.2%} right")


if __name__ == "__main__":
    main()
