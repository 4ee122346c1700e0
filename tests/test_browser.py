"""The main path in a real Chromium, against a real server: train a little, move a slider, draw, read the prediction."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import SHIPPED
from playwright.sync_api import Page, expect, sync_playwright

from convae import codes, data, latent, runs, weights
from convae.models import Autoencoder

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
SLOW_MS = 120_000


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """The folder of the server's runs: copies of the shipped ones."""
    home = tmp_path_factory.mktemp("browser") / "runs"
    for path in SHIPPED.glob("*/config.json"):
        shutil.copytree(path.parent, home / path.parent.name)
    return home


@pytest.fixture(scope="module")
def server(home) -> Iterator[str]:
    """The address of a running app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.headless", "true", "--server.port", str(port), "--server.fileWatcherType", "none"]
    log = (home.parent / "server.log").open("wb")
    environment = {**os.environ, "CONVAE_RUNS": str(home)}
    process = subprocess.Popen(command, cwd=runs.PROJECT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the server did not start:\n" + (home.parent / "server.log").read_text())
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def page(server) -> Iterator[Page]:
    """A tab of Debian's Chromium, or of the one that Playwright installs."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=ARGUMENTS)
        tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        tab.set_default_timeout(SLOW_MS)
        expect.set_options(timeout=SLOW_MS)
        yield tab
        assert tab.locator("[data-testid=stException]").count() == 0
        browser.close()


def test_the_menu_leads_to_every_page(page, server):
    page.goto(server)
    expect(page.get_by_role("heading", name="ConvAE Explorer")).to_be_visible()
    for name, heading in (
        ("Train", "Train"),
        ("Latent space", "Latent space"),
        ("Draw", "Draw a digit"),
        ("Reconstructions", "Reconstructions"),
        ("Compare", "How many labels does pretraining save?"),
        ("Home", "ConvAE Explorer"),
    ):
        page.locator("[data-testid=stSidebar]").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()


def test_training_from_the_page_draws_curves_and_ends_in_a_usable_run(page, server, home):
    page.goto(f"{server}/train?labels=50")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Classifier", exact=True).click()
    page.get_by_text("Only 50 labelled samples").click()
    expect(page.get_by_text("python -m convae train classifier --labels 50")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile(r"^running"))).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^finished .* test accuracy"))).to_be_visible()
    (run,) = home.glob("classifier-12-50*")
    assert (run / "model.safetensors").exists()
    assert not (run / "resume.pt").exists()


def test_a_run_can_be_stopped_and_resumed_after_a_reload(page, server, home):
    page.goto(f"{server}/train")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile(r"^running .* images/s"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile(r"^running"))).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text(re.compile(r"^stopped"))).to_be_visible()
    assert (home / "autoencoder-12-2" / "resume.pt").exists()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text(re.compile(r"^running"))).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text(re.compile(r"^stopped"))).to_be_visible()


def paints(page: Page) -> int:
    return int(page.locator(".pad").get_attribute("data-paints") or 0)


def test_a_digit_morphs_while_a_slider_is_dragged(page, server):
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"{server}/latent_space")
    page.locator(".pad[data-paints]").wait_for()
    expect(page).to_have_url(re.compile("z="))
    page.wait_for_load_state("networkidle")
    assert sent
    sent.clear()
    canvas = page.locator(".pad canvas")
    before, painted = canvas.evaluate("c => c.toDataURL()"), paints(page)
    slider = page.get_by_role("slider", name="z3")
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    seen = set()
    for i in range(20):
        page.mouse.move(box["x"] + 10 + i * (box["width"] - 20) / 20, y)
        seen.add(canvas.evaluate("c => c.toDataURL()"))
    assert len(seen - {before}) > 10
    assert paints(page) - painted >= 15
    assert sent == []
    url = page.url
    page.mouse.up()
    expect(page).not_to_have_url(url)


def test_the_pads_decoder_is_the_models(page, server):
    """JavaScript and torch draw the same pictures to 1e-4, for 100 codes of each shipped code length."""
    page.goto(server)
    script = (runs.PROJECT / "ui" / "latent_pad.js").read_text()
    for latent_dim in (2, 4, 8, 12, 16, 32):
        run = runs.open_run(f"autoencoder-{latent_dim}")
        zs = torch.randn(100, latent_dim, generator=torch.Generator().manual_seed(latent_dim)) * 2
        drawn = page.evaluate(
            """async ([script, flat, zs]) => {
                const module = await import(URL.createObjectURL(new Blob([script], {type: "text/javascript"})));
                const weights = module.unpack(Float32Array.from(flat), zs[0].length);
                return zs.map((z) => Array.from(module.decode(z, weights)));
            }""",
            [script, codes.decoder_weights(run).tolist(), zs.tolist()],
        )
        model = weights.load(run)
        assert isinstance(model, Autoencoder)
        expected = latent.decode(model.decoder, zs).reshape(100, 784)
        np.testing.assert_allclose(np.array(drawn), expected, atol=1e-4, rtol=0)


def test_a_link_shows_the_same_code_and_undo_goes_back(page, server):
    page.goto(f"{server}/latent_space")
    page.locator(".pad[data-paints]").wait_for()
    text = page.get_by_role("textbox", name="The code")
    expect(text).to_have_value(re.compile("^[-0-9]"))
    first = text.input_value()
    page.get_by_role("button", name="Random digit").click()
    expect(text).not_to_have_value(first)
    expect(page).not_to_have_url(re.compile(f"z={re.escape(first.split(',')[0])}%"))
    second, link = text.input_value(), page.url
    page.get_by_role("button", name="Undo").click()
    expect(text).to_have_value(first)
    page.goto(link)
    expect(page.get_by_role("textbox", name="The code")).to_have_value(second)
    expect(page.get_by_role("spinbutton", name="value of z0")).to_have_value(f"{float(second.split(',')[0]):.2f}")


def test_a_click_on_the_map_puts_the_digit_into_the_sliders(page, server):
    page.goto(f"{server}/latent_space")
    text = page.get_by_role("textbox", name="The code")
    expect(text).to_have_value(re.compile("^[-0-9]"))
    before = text.input_value()
    page.get_by_text("Map", exact=True).click()
    plot = page.locator(".js-plotly-plot .nsewdrag")
    expect(plot).to_be_visible()
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for _ in range(60):  # until a digit is under the pointer
        x += 3
        page.mouse.move(x, y)
        page.wait_for_timeout(150)
        if page.locator(".hoverlayer .hovertext").count():
            break
    named = page.locator(".hoverlayer .hovertext").first.text_content() or ""
    page.mouse.click(x, y)
    expect(text).not_to_have_value(before)
    index = int(named.split()[-1])
    model = weights.load(runs.open_run("autoencoder-12"))
    code = latent.encode(model.encoder, data.load("test").images[index : index + 1])[0]
    shown = [float(value) for value in text.input_value().split(", ")]
    np.testing.assert_allclose(shown, code, atol=1e-3)


def test_a_drawn_one_is_read_as_a_one(page, server):
    page.goto(f"{server}/draw")
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + 50, box["y"] + box["height"] - 50
    page.mouse.move(x, top)
    page.mouse.down()
    page.mouse.move(x, bottom, steps=6)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"classifier-12: a 1, \d+% sure"))).to_be_visible()
    expect(page.locator(".js-plotly-plot .bars .point").first).to_be_attached()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()


def test_settings_are_kept_across_pages_and_in_the_address(page, server):
    page.goto(server)
    field = page.get_by_role("spinbutton", name="Code length")
    field.fill("8")
    field.press("Enter")
    expect(page).to_have_url(re.compile("latent_dim=8"))
    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Latent space").click()
    expect(page.get_by_role("slider", name="z7")).to_be_visible()
    expect(page.get_by_role("slider", name="z8")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("slider", name="z7")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Code length")).to_have_value("8")
