"""Arrays of digits become one picture."""

import io

import numpy as np
from PIL import Image

from convae.pictures import GAP, animation, enlarge, grid, png


def test_enlarging_repeats_pixels():
    assert enlarge(np.array([[1, 2], [3, 4]]), 2).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]


def test_a_grid_places_digits_row_by_row():
    digits = np.stack([np.full((28, 28), value) for value in (0.0, 0.5, 1.0)])
    picture = grid(digits, columns=2, factor=1, background=7)
    assert picture.shape == (2 * 28 + GAP, 2 * 28 + GAP)
    step = 28 + GAP
    corners = [picture[0, 0], picture[0, step], picture[step, 0], picture[step, step], picture[28, 28]]
    assert [int(c) for c in corners] == [0, 128, 255, 7, 7]
    assert picture.dtype == np.uint8
    assert np.array_equal(grid((digits * 255).round().astype(np.uint8), 2, 1, background=7), picture)
    assert grid(digits, columns=2, factor=1, gap=0).shape == (56, 56)


def test_a_png_holds_the_same_pixels():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(picture)))), picture)


def test_an_animation_shows_one_digit_after_the_other():
    digits = np.stack([np.full((28, 28), value) for value in (0.0, 0.5, 1.0)])
    gif = Image.open(io.BytesIO(animation(digits, factor=2, milliseconds=40)))
    assert (gif.n_frames, gif.size, gif.info["loop"], gif.info["duration"]) == (3, (56, 56), 0, 40)
    shades = []
    for frame in range(3):
        gif.seek(frame)
        shades.append(gif.convert("L").getpixel((0, 0)))
    assert shades == [0, 128, 255]
