"""Drawing in a real Chromium: digits as strokes, off-centre and small, a dash, a file, a test digit."""

import io
import re

import numpy as np
import pytest
from app_browser import ONE, clear, draw, settle, upper_canvas
from conftest import wait_until
from PIL import Image
from playwright.sync_api import Page, expect

from convae import data

# Strokes in a square of side 1.
DIGITS = {
    0: [[(0.5, 0), (0.2, 0.15), (0.1, 0.5), (0.2, 0.85), (0.5, 1), (0.8, 0.85), (0.9, 0.5), (0.8, 0.15), (0.5, 0)]],
    1: ONE,
    2: [[(0.1, 0.25), (0.3, 0.03), (0.7, 0.03), (0.85, 0.3), (0.5, 0.65), (0.1, 1), (0.9, 1)]],
    3: [
        [(0.1, 0.05), (0.6, 0), (0.8, 0.2), (0.65, 0.42), (0.3, 0.48), (0.75, 0.58), (0.85, 0.8), (0.6, 1), (0.1, 0.95)]
    ],
    4: [[(0.25, 0), (0.1, 0.55), (0.9, 0.55)], [(0.7, 0.1), (0.65, 1)]],
    7: [[(0.1, 0), (0.9, 0), (0.4, 1)]],
}
# The sum of the red values of all of a canvas's pixels.
INK = """c => c.getContext("2d").getImageData(0, 0, c.width, c.height).data
    .reduce((sum, value, i) => (i % 4 ? sum : sum + value), 0)"""
DASH = [[(0, 0.5), (1, 0.55)]]


def ink(page: Page) -> int:
    """How much is on the canvas, once there is only one."""
    lower = page.locator("canvas.dc-canvas.lower-canvas")
    expect(lower).to_have_count(1)
    return lower.evaluate(INK)


def draw_anew(page: Page, strokes: list, **place: float) -> None:
    """Draw strokes onto the emptied canvas."""
    clear(page)
    draw(page, strokes, **place)


@pytest.fixture
def canvas(page, server) -> Page:
    page.goto(f"{server}/draw")
    upper_canvas(page)
    settle(page)
    return page


def verdict(digit: int) -> re.Pattern:
    return re.compile(rf"classifier-12: a {digit}, \d+% sure")


def test_drawn_digits_are_read_off_centre_and_small_too(canvas):
    for digit, strokes in DIGITS.items():
        draw_anew(canvas, strokes)
        expect(canvas.get_by_text(verdict(digit))).to_be_visible()
    draw_anew(canvas, DIGITS[2], left=180, top=15, side=70)
    expect(canvas.get_by_text(verdict(2))).to_be_visible()
    draw_anew(canvas, DIGITS[7], left=15, top=190, side=75)
    expect(canvas.get_by_text(verdict(7))).to_be_visible()


def test_a_dash_is_doubted(canvas):
    draw_anew(canvas, DASH)
    expect(canvas.get_by_text("Is this a digit?")).to_be_visible()
    expect(canvas.get_by_text("which means little for what is no digit")).to_be_visible()
    draw_anew(canvas, DIGITS[3])
    expect(canvas.get_by_text("Is this a digit?")).to_have_count(0)


def test_a_test_digit_from_the_gallery_can_be_changed_by_hand(canvas):
    canvas.get_by_text("A test digit", exact=True).click()
    button = canvas.locator(".digits button").first
    digit = int(button.inner_text().removeprefix("a "))
    button.click()
    expect(canvas.get_by_text(verdict(digit)).or_(canvas.get_by_text("Is this a digit?"))).to_be_visible()
    assert wait_until(lambda: ink(canvas) > 0)
    before = ink(canvas)
    canvas.get_by_text("Eraser", exact=True).click()
    settle(canvas)
    draw(canvas, [[(0, 0.5), (1, 0.5)]], left=20, top=20, side=240)
    assert wait_until(lambda: ink(canvas) < before)


def test_a_file_is_put_onto_the_canvas_and_stays_over_a_page_switch(canvas):
    file = io.BytesIO()
    seven = data.load("test").images[0, 0].numpy()
    Image.fromarray(np.asarray(255 - seven)).resize((300, 300)).save(file, "JPEG")
    canvas.get_by_text("An image or photo", exact=True).click()
    upload = {"name": "seven.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    canvas.locator("input[type=file]").set_input_files(upload)
    expect(canvas.get_by_text(verdict(7))).to_be_visible()
    menu = canvas.locator("[data-testid=stSidebar]")
    menu.get_by_role("link", name="Compare").click()
    expect(canvas.get_by_role("heading", name="How many labels")).to_be_visible()
    menu.get_by_role("link", name="Draw").click()
    expect(canvas.get_by_text(verdict(7))).to_be_visible()
    assert wait_until(lambda: ink(canvas) > 0)


def test_a_drawing_goes_on_to_the_sliders_and_the_map(canvas):
    draw_anew(canvas, DIGITS[1])
    expect(canvas.get_by_text(verdict(1))).to_be_visible()
    canvas.get_by_role("link", name="Take it to the sliders").click()
    expect(canvas.get_by_role("textbox", name="The code")).to_have_value(re.compile("^[-0-9]"))
    expect(canvas.locator(".codemap .here")).to_be_visible()
    canvas.get_by_text("Nearest digits", exact=True).click()
    expect(canvas.get_by_text(re.compile(r"^a 1, "))).not_to_have_count(0)
