"""Drive the app in a real browser: wait until it is done, and draw on its canvas."""

from playwright.sync_api import Locator, Page, expect

ONE = [[(0.5, 0), (0.5, 1)]]  # strokes in a square of side 1


def settle(page: Page) -> None:
    """Wait until the server has done what was asked of it."""
    page.wait_for_timeout(300)  # a message may be on its way
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")


def upper_canvas(page: Page) -> Locator:
    """The canvas that takes strokes, once there is only one."""
    canvas = page.locator("canvas.upper-canvas")
    expect(canvas).to_have_count(1)
    return canvas


def clear(page: Page) -> None:
    """Empty the canvas, and wait for the new one."""
    upper_canvas(page).evaluate("c => c.classList.add('old')")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("canvas.upper-canvas.old")).to_have_count(0)
    upper_canvas(page)
    settle(page)


def draw(page: Page, strokes: list, left: float = 80, top: float = 50, side: float = 180) -> None:
    """Draw strokes into a square of the canvas."""
    box = upper_canvas(page).bounding_box()
    assert box is not None
    for stroke in strokes:
        places = [(box["x"] + left + side * x, box["y"] + top + side * y) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=6)
        page.mouse.up()
