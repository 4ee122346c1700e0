"""Canvas pixels become pictures like MNIST's."""

import numpy as np
import pytest
import torch

from convae import drawing, weights
from convae.data import Digits, to_float
from convae.drawing import BlankDrawingError, normalise
from convae.runs import open_run


def canvas(mark: tuple[slice, slice], paper: int = 0, ink: int = 255, opacity: int = 255) -> np.ndarray:
    pixels = np.full((280, 280, 4), paper, np.uint8)
    pixels[..., 3] = opacity
    pixels[mark] = [ink, ink, ink, 255]
    return pixels


def centre(picture: torch.Tensor) -> tuple[float, float]:
    place = torch.arange(28.0)
    return float((picture.sum(1) * place).sum() / picture.sum()), float((picture.sum(0) * place).sum() / picture.sum())


@pytest.mark.parametrize(
    "mark",
    [
        (slice(0, 100), slice(0, 20)),
        (slice(200, 280), slice(250, 280)),
        (slice(140, 141), slice(0, 280)),
        (slice(0, 280), slice(0, 279)),
        (slice(7, 8), slice(9, 10)),
    ],
)
def test_a_mark_is_scaled_and_centred_wherever_it_was(mark):
    picture = normalise(canvas(mark))
    assert picture.shape == (1, 1, 28, 28)
    assert picture.dtype == torch.float32
    assert 0 <= picture.min() < 0.01
    assert picture.max() <= 1
    rows, columns = (picture[0, 0] > 0.1).any(1).sum(), (picture[0, 0] > 0.1).any(0).sum()
    assert max(rows, columns) == 20
    assert centre(picture[0, 0]) == pytest.approx((13.5, 13.5), abs=0.51)


def test_dark_ink_on_light_paper_is_the_same_drawing():
    mark = (slice(50, 150), slice(100, 130))
    white_on_black = normalise(canvas(mark))
    assert torch.equal(normalise(canvas(mark, paper=255, ink=0)), white_on_black)
    assert torch.equal(normalise(canvas(mark, paper=0, opacity=0)), white_on_black)


def test_grey_and_opaque_pixels_are_the_same_drawing():
    pixels = canvas((slice(50, 150), slice(100, 130)))
    assert torch.equal(normalise(pixels[..., 0]), normalise(pixels))
    assert torch.equal(normalise(pixels[..., :3]), normalise(pixels))


@pytest.mark.parametrize("width", [3, 9, 30])
def test_the_width_of_a_stroke_is_measured(width):
    ink = np.zeros((300, 300))
    ink[50:250, 100 : 100 + width] = 1
    assert drawing.stroke_width(ink) == pytest.approx(width, rel=0.35)
    assert drawing.stroke_width(np.zeros((5, 5))) == 0


@pytest.mark.parametrize("pen", [2, 6, 14, 26, 40])
def test_a_thin_and_a_thick_pen_draw_the_same_weight(pen):
    """A ring of any pen has a stroke of MNIST's weight in the end."""
    rows, columns = np.mgrid[:280, :280] - 140
    distance = np.abs(np.hypot(rows, columns) - 90)
    pixels = np.zeros((280, 280, 4), np.uint8)
    pixels[..., :3] = (255 * np.clip(pen / 2 - distance, 0, 1))[..., None]
    pixels[..., 3] = 255
    stroke = drawing.steps(pixels).stroke.numpy()
    width = drawing.stroke_width(stroke) * drawing.INNER / max(stroke.shape)
    assert drawing.THIN * 0.8 < width < drawing.THICK * 1.2


@pytest.mark.parametrize(("paper", "opacity"), [(0, 255), (255, 255), (0, 0), (77, 255)])
def test_a_blank_canvas_is_refused(paper, opacity):
    blank = np.full((280, 280, 4), paper, np.uint8)
    blank[..., 3] = opacity
    with pytest.raises(BlankDrawingError, match="draw a digit"):
        normalise(blank)


def test_read_only_pixels_are_welcome():
    pixels = canvas((slice(50, 150), slice(100, 130)))
    pixels.flags.writeable = False
    assert normalise(pixels).sum() > 0


def test_test_digits_survive_the_canvas(test_digits: Digits):
    """Digits blown up to a canvas, moved into a corner and normalised again are still recognised."""
    model = weights.load(open_run("classifier-12"))
    images = test_digits.images[:200, 0].numpy()
    redrawn = []
    for image in images:
        pixels = np.zeros((280, 280, 4), np.uint8)
        small = image.repeat(6, 0).repeat(6, 1)
        pixels[: len(small), : len(small), :3] = small[..., None]
        pixels[..., 3] = 255
        redrawn.append(normalise(pixels))
    labels = test_digits.labels[:200]
    with torch.no_grad():
        before = (model(to_float(test_digits.images[:200])).argmax(1) == labels).float().mean()
        after = (model(torch.cat(redrawn)).argmax(1) == labels).float().mean()
    assert before > 0.97
    assert after > before - 0.03
