"""How soon each page shows its first picture, against an empty Streamlit page, and how much memory that takes.

`python benchmarks/startup.py` prints seconds, medians of three: cold (from `streamlit run` on, by a browser that has
been here before) and warm (a click in the menu of a server that has shown the page). What Streamlit itself needs is in
all of them. Then the memory of the server once it has shown all pages, and the most that a training process takes.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from app import PROJECT, Server, app, chromium
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(PROJECT))

from convae import jobs

TIMES = 3
# What is to be seen first on each page.
SEEN = {
    "Home": ("", "[data-testid=stPageLink]"),
    "Train": ("train", ".charts .js-plotly-plot"),
    "Latent space": ("latent_space", ".pad[data-paints]"),
    "Draw": ("draw", "canvas.upper-canvas"),
    "Reconstructions": ("reconstructions", "[data-testid=stImage] img"),
    "Compare": ("compare", "[data-testid=stPlotlyChart] .main-svg"),
}
SLIDER = "[data-testid=stSlider]"
EMPTY = 'import streamlit as st\nst.title("Empty")\nst.slider("z0")\n'
SETTLE_MS = 1500
TRAINING = "train autoencoder --recipe fast --epochs 1 --name measured --device cpu"


def shown(page: Page, selector: str) -> None:
    """Wait until something of that kind is there, in a component or outside."""
    page.locator(selector).first.wait_for()


def cold(page: Page, script: Path, path: str, selector: str) -> float:
    """Seconds from the start of the server to the first picture."""
    start = time.perf_counter()
    with app(script) as (address, _):
        page.goto(f"{address}/{path}", wait_until="commit")
        shown(page, selector)
        return time.perf_counter() - start


def warm(page: Page, name: str) -> float:
    """Seconds from a click in the menu to the page's first picture, a median."""
    times = []
    menu = page.locator("[data-testid=stSidebar]")
    other = "Draw" if name == "Home" else "Home"
    for _ in range(TIMES + 1):
        menu.get_by_role("link", name=other, exact=True).click()
        shown(page, SEEN[other][1])
        page.wait_for_timeout(SETTLE_MS)
        start = time.perf_counter()
        menu.get_by_role("link", name=name, exact=True).click()
        page.locator(f"h1:has-text('{heading(name)}')").wait_for()
        shown(page, SEEN[name][1])
        times.append(time.perf_counter() - start)
        page.wait_for_timeout(SETTLE_MS)
    return median(times[1:])


def heading(name: str) -> str:
    """The beginning of the page's title."""
    return {"Home": "ConvAE Explorer", "Compare": "How many labels", "Draw": "Draw a digit"}.get(name, name)


def resident_mib(status: str) -> float:
    """The memory that a process holds, by its status file (Linux)."""
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def memory_mib(server: Server) -> float:
    """The memory that the server holds."""
    return resident_mib(Path(f"/proc/{server.process}/status").read_text())


def torch_mib() -> float:
    """The memory that torch takes by itself."""
    code = "import torch; print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return resident_mib(done.stdout)


def training_mib() -> float:
    """The most memory that a training takes, as the system counts it."""
    with tempfile.TemporaryDirectory() as folder:
        code = "import resource, sys; from convae.__main__ import main; main(sys.argv[1:]);"
        code += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        environment = os.environ | jobs.ENVIRONMENT | {"CONVAE_RUNS": folder}
        command = [sys.executable, "-c", code, *TRAINING.split()]
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        browser = chromium(playwright)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        theirs = median([cold(page, empty, "", SLIDER) for _ in range(TIMES)])
        ours = {
            name: median([cold(page, PROJECT / "streamlit_app.py", *seen) for _ in range(TIMES)])
            for name, seen in SEEN.items()
        }
        with app() as server:
            page.goto(server.address)
            shown(page, SEEN["Home"][1])
            for name, seconds in ours.items():
                again = warm(page, name)
                print(f"{name}: cold {seconds:.2f} s, warm {again:.2f} s", flush=True)
            ratio = median(ours.values()) / theirs
            print(f"an empty Streamlit page: cold {theirs:.2f} s; the median of ours takes {ratio:.2f} times as long")
            print(f"the server once it has shown all pages: {memory_mib(server):.0f} MiB")
        browser.close()
    print(f"a Python that has imported torch, for comparison: {torch_mib():.0f} MiB")
    print(f"a training process: at most {training_mib():.0f} MiB")


if __name__ == "__main__":
    main()
