"""How soon a drawn stroke is read: the Draw page against a page that only says how much of its canvas is white.

`python benchmarks/verdict.py` starts both, draws in Chromium and prints medians, less the time for which the canvas
itself waits for a further stroke, and their ratio.
"""

import tempfile
from pathlib import Path
from statistics import median

from app import app, chromium
from playwright.sync_api import Page, sync_playwright

TIMES = 20
DEBOUNCE_MS = 200
PLAIN = """
import streamlit as st
from streamlit_drawable_canvas import st_canvas
generation = st.session_state.setdefault("generation", 0)
if st.button("Clear"):
    st.session_state["generation"] += 1
    st.rerun()
canvas = st_canvas(
    stroke_width=22, stroke_color="#fff", background_color="#000", height=280, width=280, return_image_data=True,
    key=f"digit_{generation}",
)
if canvas.image_data is not None:
    st.markdown(f"{canvas.image_data[..., 0].mean():.0f} sure")
"""

# From the end of the stroke to the frame after the text is there, in ms.
TEXT_SHOWN = """() => {
    window.answer = new Promise((resolve) => {
        addEventListener("mouseup", (event) => {
            const start = event.timeStamp;
            const there = () => [...document.querySelectorAll("[data-testid=stMarkdown]")]
                .some((element) => element.textContent.includes(" sure"));
            const look = () => (there() ? requestAnimationFrame(() => resolve(performance.now() - start))
                : setTimeout(look, 2));
            look();
        }, {once: true, capture: true});
    });
}"""


def stroke_to_text(page: Page) -> float:
    """Median milliseconds from the end of a stroke to the text, without the canvas's own wait."""
    times = []
    for _ in range(TIMES + 1):
        page.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_timeout(1000)
        box = page.locator("canvas.upper-canvas").bounding_box()
        assert box is not None
        x, y = box["x"] + 140, box["y"]
        page.evaluate(TEXT_SHOWN)
        page.mouse.move(x, y + 50)
        page.mouse.down()
        page.mouse.move(x, y + 230, steps=6)
        page.mouse.up()
        times.append(page.evaluate("window.answer") - DEBOUNCE_MS)
    return median(times[1:])  # the first loads torch


def main() -> None:
    """Measure both and print the ratio."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        plain = Path(folder) / "plain.py"
        plain.write_text(PLAIN)
        browser = chromium(playwright)
        found = []
        for script in (None, plain):
            with app(script) if script else app() as (address, _):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(60_000)
                page.goto(address if script else f"{address}/draw")
                page.locator("canvas.upper-canvas").wait_for()
                page.wait_for_timeout(2000)
                found.append(stroke_to_text(page))
        browser.close()
    ours, bare = found
    print(f"end of a stroke to the verdict, beyond the canvas's own {DEBOUNCE_MS} ms: {ours:.0f} ms,")
    print(f"on a page that only says how much is white {bare:.0f} ms, ratio {ours / bare:.1f}")


if __name__ == "__main__":
    main()
