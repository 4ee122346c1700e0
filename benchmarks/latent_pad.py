"""How soon a moved slider shows its digit: the latent pad, which decodes in the browser, against Streamlit's sliders.

`python benchmarks/latent_pad.py` starts the app, drives it in Chromium and prints medians, their ratio, and how many
pictures a second the pad paints when a slider moves on every frame.
"""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
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


@contextmanager
def app() -> Iterator[str]:
    """The address of a running app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    process = subprocess.Popen([*command, "--server.port", str(port)], cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()


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


def main() -> None:
    """Measure both and print the ratio."""
    with app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/latent_space")
        page.locator(".pad[data-paints]").wait_for()
        page.wait_for_timeout(2000)
        page.locator(".pad").evaluate("e => e.getRootNode().host.classList.add('pad-host')")
        pad = latency(page, [".pad-host", ".pad"], "data-paints")
        frames, paints, decode_ms = page.evaluate(SWEEP)
        page.get_by_text("Plain sliders").click()
        page.locator("[data-testid=stImage] img").wait_for()
        page.wait_for_timeout(2000)
        server = latency(page, ["[data-testid=stImage]", "img"], "src")
        browser.close()
    print(f"key to picture: pad {pad:.0f} ms, Streamlit's slider {server:.0f} ms, ratio {server / pad:.1f}")
    print(f"slider moved on every frame: {frames:.0f} frames/s, {paints:.0f} pictures/s, {decode_ms:.1f} ms a decode")


if __name__ == "__main__":
    main()
