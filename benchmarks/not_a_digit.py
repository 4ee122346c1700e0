"""What is told from a digit: the share of each kind of other drawing that the Draw page doubts, and of real digits.

`python benchmarks/not_a_digit.py` draws 500 of each kind, reads them as the page does and prints the share caught, that
at exactly one false alarm in a hundred test digits, and the area under the ROC curve against these. Nothing here was
seen in training: halves and pairs are of test digits, letters of other fonts (those inside Streamlit's package; letters
that look like digits are left out). Half a 1 is a 1; halves are counted with the ones and without.
"""

import importlib.resources
import string
import sys
from collections.abc import Callable

import numpy as np
import torch
from app import PROJECT
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.stats import rankdata

sys.path.insert(0, str(PROJECT))

from convae import codes, data, drawing, runs, strangeness, weights
from convae.models import Autoencoder

COUNT, CANVAS = 500, 280
FONTS = ("SourceSerifVariable-Roman", "SourceSansVF-Upright", "SourceCodeVF-Upright", "KaTeX_Typewriter-Regular")
LIKE_DIGITS = set("BCDGIJLOQSUZbcgijloqsuyz")  # 8 6 0 6 1 1 6 0 2 5 0 2 and the like

rng = np.random.default_rng(0)


def lines(points: NDArray, pen: int) -> NDArray[np.uint8]:
    """A canvas with a line through points (N, 2), with round ends."""
    image = Image.new("L", (CANVAS, CANVAS))
    pencil = ImageDraw.Draw(image)
    pencil.line([tuple(point) for point in points], fill=255, width=pen, joint="curve")
    for x, y in points:
        pencil.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=255)
    return np.array(image)


def dash() -> NDArray[np.uint8]:
    """A straight stroke, flatter than 35 degrees: a steep one is a 1."""
    middle, angle = rng.uniform(80, 200, 2), rng.uniform(-0.6, 0.6)
    half = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(15, 50)
    return lines(np.stack([middle - half, middle + half]), int(rng.integers(12, 30)))


def scribble() -> NDArray[np.uint8]:
    """A line through 8 to 15 random places."""
    return lines(rng.uniform(40, 240, (rng.integers(8, 16), 2)), int(rng.integers(12, 30)))


def letter() -> NDArray[np.uint8]:
    """A letter that is no digit, too."""
    folder = importlib.resources.files("streamlit") / "static" / "static" / "media"
    name = FONTS[rng.integers(len(FONTS))]
    (path,) = (str(file) for file in folder.iterdir() if file.name.startswith(name + "."))
    letters = sorted(set(string.ascii_letters) - LIKE_DIGITS)
    image = Image.new("L", (CANVAS, CANVAS))
    font = ImageFont.truetype(path, 150)
    middle = (CANVAS / 2, CANVAS / 2)
    ImageDraw.Draw(image).text(middle, letters[rng.integers(len(letters))], font=font, fill=255, anchor="mm")
    return np.array(image)


def noise() -> NDArray[np.uint8]:
    """Grey pixels or black and white squares."""
    if rng.random() < 0.5:
        return rng.integers(0, 256, (CANVAS, CANVAS), dtype=np.uint8)
    return np.kron(rng.integers(0, 2, (28, 28), dtype=np.uint8) * 255, np.ones((10, 10), np.uint8))


def some_digit() -> NDArray[np.uint8]:
    """A test digit (28, 28)."""
    return data.load("test").images[rng.integers(10_000), 0].numpy()


def blank() -> NDArray[np.uint8]:
    """Nothing at all."""
    return np.full((CANVAS, CANVAS), rng.integers(256), np.uint8)


def half_a_digit() -> NDArray[np.uint8]:
    """A digit of which the upper, lower, left or right half is gone."""
    return half(some_digit())


def half_a_digit_but_1() -> NDArray[np.uint8]:
    """The same of any digit but a 1."""
    test = data.load("test")
    others = (test.labels != 1).nonzero()[:, 0]
    return half(test.images[others[rng.integers(len(others))], 0].numpy())


def half(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is left of a digit (28, 28) without its upper, lower, left or right half."""
    digit = np.rot90(digit, turns := int(rng.integers(4))).copy()
    rows = np.flatnonzero(digit.any(1))
    digit[: (rows[0] + rows[-1] + 1) // 2] = 0
    return np.kron(np.rot90(digit, -turns), np.ones((8, 8), np.uint8))


def two_digits() -> NDArray[np.uint8]:
    """Two side by side."""
    both = np.concatenate([some_digit()[:, 3:25], some_digit()[:, 3:25]], axis=1)
    return np.kron(both, np.ones((5, 5), np.uint8))


def read(make: Callable[[], NDArray[np.uint8]]) -> torch.Tensor:
    """Drawings of the kind as the models see them (COUNT, 1, 28, 28)."""
    return torch.cat([drawing.normalise(make()) for _ in range(COUNT)])


def blanks_refused() -> int:
    """How many of `COUNT` blank canvases are refused."""
    refused = 0
    for _ in range(COUNT):
        try:
            drawing.normalise(blank())
        except drawing.BlankDrawingError:
            refused += 1
    return refused


def main() -> None:
    """Print the table."""
    run = runs.open_run("autoencoder-12")
    model, summary = weights.load(run), codes.read_summary(run)
    assert isinstance(model, Autoencoder)
    assert summary is not None
    calibration = strangeness.read(run, summary.reference)
    assert calibration is not None
    test = data.to_float(data.load("test", print).images)
    real = strangeness.strangeness(model, calibration, test).share
    threshold = 1 - strangeness.FALSE_ALARMS
    exact = np.quantile(real, threshold)
    print(f"real test digits doubted: {np.mean(real >= threshold):.1%}")
    print(f"blank: {blanks_refused() / COUNT:.1%} refused")
    for make in (dash, scribble, letter, noise, two_digits, half_a_digit_but_1, half_a_digit):
        found = strangeness.strangeness(model, calibration, read(make)).share
        ranks = rankdata(np.concatenate([found, real]))[:COUNT]
        area = (ranks.sum() - COUNT * (COUNT + 1) / 2) / (COUNT * len(real))
        caught, at_one = np.mean(found >= threshold), np.mean(found > exact)
        print(f"{make.__name__.replace('_', ' ')}: {caught:.1%} doubted ({at_one:.1%}), AUROC {area:.3f}")


if __name__ == "__main__":
    main()
