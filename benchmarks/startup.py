"""How soon the Latent space page shows its first picture, against an empty Streamlit page.

`python benchmarks/startup.py` prints seconds, medians of five: cold (from `streamlit run` on, the browser has been here
before), a reload and a click in the menu of a server that has shown the page before; and the same for a page with one
slider. What Streamlit itself needs is in all of them.
"""

import tempfile
import time
from pathlib import Path
from statistics import median

from app import PROJECT, app, chromium
from playwright.sync_api import Page, sync_playwright

TIMES = 5
PICTURE, SLIDER = ".pad[data-paints]", "[data-testid=stSlider]"
EMPTY = 'import streamlit as st\nst.title("Empty")\nst.slider("z0")\n'

# When the first picture was painted, or the first slider shown, in ms since the navigation began.
WATCH = """selector => {
    const seen = (root) => root.querySelector(selector)
        || [...root.querySelectorAll("*")].some((e) => e.shadowRoot?.querySelector(selector));
    const look = () => {
        if (document.body && seen(document)) window.shownAt = performance.now();
        else requestAnimationFrame(look);
    };
    look();
}"""


def open_page(page: Page, address: str) -> float:
    """Seconds from the navigation to the first picture."""
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.shownAt")
    return page.evaluate("window.shownAt") / 1000


def measure(page: Page, script: Path, path: str) -> tuple[float, float]:
    """Seconds to the first picture: since the start of the server, and of a reload."""
    start = time.perf_counter()
    with app(script) as (address, _):
        up = time.perf_counter() - start
        cold = up + open_page(page, f"{address}/{path}")
        page.wait_for_timeout(1000)
        warm = median(open_page(page, f"{address}/{path}") for _ in range(TIMES))
    return cold, warm


def click(page: Page) -> float:
    """Seconds from a click in the menu to the first picture, on a server that has shown the page before."""
    times = []
    with app() as (address, _):
        open_page(page, f"{address}/latent_space")
        for _ in range(TIMES):
            page.get_by_role("link", name="Home").first.click()
            page.get_by_role("heading", name="ConvAE Explorer").wait_for()
            page.wait_for_timeout(1000)
            start = time.perf_counter()
            page.get_by_role("link", name="Latent space").first.click()
            page.locator(PICTURE).wait_for()
            times.append(time.perf_counter() - start)
    return median(times)


def main() -> None:
    """Measure both in turn and print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        browser = chromium(playwright)
        pages = {}
        for selector in (PICTURE, SLIDER):
            pages[selector] = browser.new_context().new_page()
            pages[selector].set_default_timeout(60_000)
            pages[selector].add_init_script(f"({WATCH})({selector!r})")
        ours, theirs = [], []
        for _ in range(TIMES):
            ours.append(measure(pages[PICTURE], PROJECT / "streamlit_app.py", "latent_space"))
            theirs.append(measure(pages[SLIDER], empty, ""))
        clicked = click(pages[PICTURE])
        browser.close()
    for name, i in (("streamlit run", 0), ("reload", 1)):
        a, b = median(row[i] for row in ours), median(row[i] for row in theirs)
        print(f"{name} to first picture: {a:.2f} s, empty Streamlit page {b:.2f} s, ratio {a / b:.2f}")
    print(f"click in the menu to first picture: {clicked:.2f} s")


if __name__ == "__main__":
    main()
