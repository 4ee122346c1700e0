"""The main path in a real Chromium, against a real server: move a slider, follow the map, draw, read the prediction."""

import re

import numpy as np
import pytest
import torch
from app_browser import ONE, draw, settle, upper_canvas
from playwright.sync_api import Locator, Page, expect

from convae import codes, data, latent, runs, weights
from convae.models import Autoencoder


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
    script = (runs.PROJECT / "ui" / "decoder.js").read_text()
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


def open_map(page: Page, server: str) -> Locator:
    """The plane of the map, with the page's first code read."""
    page.goto(f"{server}/latent_space")
    expect(page.get_by_role("textbox", name="The code")).to_have_value(re.compile("^[-0-9]"))
    page.get_by_text("Map", exact=True).click()
    expect(page.locator(".codemap .here")).to_be_visible()
    plane = page.locator(".codemap .nsewdrag").first
    plane.scroll_into_view_if_needed()
    return plane


def test_a_click_on_the_map_puts_the_digit_into_the_sliders(page, server):
    plane = open_map(page, server)
    text = page.get_by_role("textbox", name="The code")
    before = text.input_value()
    box = plane.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    hovered = page.locator(".codemap .hovered")
    for _ in range(60):  # until a digit is under the pointer
        x += 3
        page.mouse.move(x, y)
        page.wait_for_timeout(150)
        if hovered.is_visible():
            break
    index = int(hovered.get_attribute("data-digit") or -1)
    digit = data.load("test").images[index]
    pixels = hovered.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data)")
    assert pixels[::4] == digit.flatten().tolist()
    page.mouse.click(x, y)
    expect(text).not_to_have_value(before)
    code = latent.encode(weights.load(runs.open_run("autoencoder-12")).encoder, digit[None])[0]
    shown = [float(value) for value in text.input_value().split(", ")]
    np.testing.assert_allclose(shown, code, atol=1e-3)


def test_the_map_follows_the_sliders_and_keeps_its_zoom(page, server):
    plane = open_map(page, server)
    ring = page.locator(".codemap .here")
    box = plane.bounding_box()
    assert box is not None
    axes = "p => [...p._fullLayout.xaxis.range, ...p._fullLayout.yaxis.range]"
    plot = page.locator(".codemap .plot")
    whole = plot.evaluate(axes)
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] * 0.9, steps=5)
    page.mouse.up()
    zoomed, before = plot.evaluate(axes), ring.get_attribute("style")
    assert zoomed != whole
    slider = page.get_by_role("slider", name="z9")
    url = page.url
    slider.press("Home")
    expect(ring).not_to_have_attribute("style", before or "")
    expect(page).not_to_have_url(url)
    assert plot.evaluate(axes) == zoomed
    expect(page.locator(".codemap .here")).to_be_visible()


def test_a_principal_direction_moves_all_numbers(page, server):
    page.goto(f"{server}/latent_space")
    text = page.get_by_role("textbox", name="The code")
    expect(text).to_have_value(re.compile("^[-0-9]"))
    before = [float(value) for value in text.input_value().split(", ")]
    page.get_by_role("combobox", name="What the sliders move").select_option("Principal directions")
    page.get_by_role("slider", name="p0").press("End")
    expect(text).not_to_have_value(", ".join(f"{value:.3f}" for value in before))
    step = np.array([float(value) for value in text.input_value().split(", ")]) - before
    summary = codes.read_summary(runs.open_run("autoencoder-12"))
    assert summary is not None
    assert abs(step @ summary.axes[0]) / np.linalg.norm(step) == pytest.approx(1, abs=1e-4)


def test_a_drawing_goes_to_the_sliders(page, server):
    page.goto(f"{server}/draw")
    upper_canvas(page)
    settle(page)
    draw(page, ONE)
    expect(page.get_by_text(re.compile(r"classifier-12: a 1"))).to_be_visible()
    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Latent space").click()
    text = page.get_by_role("textbox", name="The code")
    expect(text).to_have_value(re.compile("^[-0-9]"))
    before = text.input_value()
    page.get_by_role("button", name="My drawing").click()
    expect(text).not_to_have_value(before)
    page.get_by_text("Nearest digits", exact=True).click()
    expect(page.get_by_text(re.compile(r"^a 1, "))).not_to_have_count(0)


def test_a_drawn_one_is_read_as_a_one(page, server):
    page.goto(f"{server}/draw")
    upper_canvas(page)
    settle(page)
    draw(page, ONE)
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
