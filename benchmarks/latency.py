"""How soon a moved slider shows its digit: the latent pad, which decodes in the browser, against Streamlit's sliders.

`python benchmarks/latency.py` starts the app, drives it in Chromium and prints medians and their ratio; how many
pictures a second the pad paints when a slider moves on every frame; how long a slider that is let go of takes to reach
Python and come back; and how long the search for the nearest of 60,000 codes takes.
"""

import sys
import time
from statistics import median

from app import PROJECT, app, chromium
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(PROJECT))
TIMES = 20

# From the key press to the frame after the change of `attribute` of the element that `find` returns, in ms.
NEXT_CHANGE = """([find, attribute]) => {
    window.answer = new Promise((resolve) => {
        addEventListener("keydown", (event) => {
            const start = event.timeStamp;
            new MutationObserver((_, observer) => {
                observer.disconnect();
                requestAnimationFrame(() => resolve(performance.now() - start));
            }).observe(document.querySelector(find[0]).shadowRoot?.querySelector(find[1])
                ?? document.querySelector(find.join(" ")),
                {attributes: true, attributeFilter: [attribute]});
        }, {once: true, capture: true});
    });
}"""

# From the key press to the page's new address, in ms.
NEW_ADDRESS = """() => {
    window.answer = new Promise((resolve) => {
        addEventListener("keydown", (event) => {
            const start = event.timeStamp, before = location.href;
            const look = () => (location.href === before ? setTimeout(look, 1) : resolve(performance.now() - start));
            look();
        }, {once: true, capture: true});
    });
}"""

# Move a slider of the pad on every animation frame for two seconds.
SWEEP = """() => new Promise((resolve) => {
    const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).find((r) => r?.querySelector(".pad"));
    const pad = root.querySelector(".pad"), slider = root.querySelector("input[type=range]");
    const before = +pad.dataset.paints, start = performance.now();
    let frames = 0;
    const move = () => {
        frames++;
        slider.value = +slider.min + (slider.max - slider.min) * ((frames % 50) / 50);
        slider.dispatchEvent(new Event("input"));
        const seconds = (performance.now() - start) / 1000;
        if (seconds < 2) requestAnimationFrame(move);
        else resolve([frames / seconds, (pad.dataset.paints - before) / seconds, +pad.dataset.decodeMs]);
    };
    requestAnimationFrame(move);
})"""


def latency(page: Page, find: list[str], attribute: str) -> float:
    """Median milliseconds from a key press on slider z0 to its new picture."""
    slider = page.get_by_role("slider", name="z0")
    times = []
    for i in range(TIMES):
        slider.focus()
        page.wait_for_timeout(300)
        page.evaluate(NEXT_CHANGE, [find, attribute])
        slider.press("ArrowRight" if i % 2 else "ArrowLeft")
        times.append(page.evaluate("window.answer"))
    return median(times)


def release(page: Page) -> float:
    """Median milliseconds from a slider's release to the page's new address, which Python has set."""
    slider = page.get_by_role("slider", name="z0")
    times = []
    for i in range(TIMES):
        slider.focus()
        page.wait_for_timeout(500)
        page.evaluate(NEW_ADDRESS)
        slider.press("ArrowRight" if i % 2 else "ArrowLeft")
        times.append(page.evaluate("window.answer"))
    return median(times)


def search() -> float:
    """Median milliseconds to find the ten nearest of 60,000 random codes of 12 numbers."""
    import numpy as np

    from convae.latent import neighbours

    codes = np.random.default_rng(0).normal(size=(60_000, 12)).astype(np.float32)
    times = []
    for code in codes[:TIMES]:
        start = time.perf_counter()
        neighbours(code, codes, 10)
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def main() -> None:
    """Measure both and print the ratio."""
    with app() as (address, _), sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/latent_space")
        page.locator(".pad[data-paints]").wait_for()
        page.wait_for_timeout(2000)
        page.locator(".pad").evaluate("e => e.getRootNode().host.classList.add('pad-host')")
        pad = latency(page, [".pad-host", ".pad"], "data-paints")
        frames, paints, decode_ms = page.evaluate(SWEEP)
        there_and_back = release(page)
        page.get_by_text("Plain sliders").click()
        page.locator("[data-testid=stImage] img").wait_for()
        page.wait_for_timeout(2000)
        server = latency(page, ["[data-testid=stImage]", "img"], "src")
        browser.close()
    print(f"key to picture: pad {pad:.0f} ms, Streamlit's slider {server:.0f} ms, ratio {server / pad:.1f}")
    print(f"slider moved on every frame: {frames:.0f} frames/s, {paints:.0f} pictures/s, {decode_ms:.1f} ms a decode")
    print(f"slider let go of, to Python and back: {there_and_back:.0f} ms")
    print(f"nearest 10 of 60,000 codes: {search():.1f} ms")


if __name__ == "__main__":
    main()
