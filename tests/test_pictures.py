"""Arrays of digits become one picture."""

import numpy as np

from convae.pictures import GAP, enlarge, grid


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
    assert np.array_equal(grid((digits * 255).round().astype(np.uint8), 2, 1, 7), picture)
