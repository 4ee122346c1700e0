"""Training from the page in a real Chromium: watched, stopped, killed and gone on with."""

import re
import subprocess
import zipfile

import pytest
from conftest import end_all_work
from playwright.sync_api import Page, expect


@pytest.fixture(autouse=True)
def end_training(home):
    """Leave the machine to the next test."""
    yield
    end_all_work(home)


def choose_classifier(page: Page) -> None:
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Classifier", exact=True).click()


def start_long_training(page: Page) -> None:
    """Start one that goes on until it is ended."""
    page.get_by_text("classic", exact=True).click()
    expect(page.get_by_text("--recipe classic")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile(r"^running .* images/s"))).to_be_visible()


def test_training_from_the_page_draws_curves_and_ends_in_a_usable_run(page, server, home):
    page.goto(f"{server}/train?labels=50")
    choose_classifier(page)
    page.get_by_text("Only 50 labelled samples").click()
    expect(page.get_by_text("python -m convae train classifier --labels 50")).to_be_visible()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile(r"^running"))).to_be_visible()
    expect(page.locator(".charts .js-plotly-plot").first).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\d+% · Train"))
    expect(page.get_by_text(re.compile(r"^finished .* test accuracy"))).to_be_visible()
    expect(page).to_have_title("Train · ConvAE Explorer")
    (run,) = home.glob("classifier-12-50*")
    assert (run / "model.safetensors").exists()
    assert not (run / "resume.pt").exists()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    with zipfile.ZipFile(download.value.path()) as zipped:
        assert f"{run.name}/model.safetensors" in zipped.namelist()
    moment, epoch = page.get_by_role("slider", name="Moment of the training"), page.locator(".film .epoch")
    expect(epoch).to_have_text("epoch 100 of 100")
    answers = page.locator(".film table").inner_text()
    sent: list[object] = []
    page.on("websocket", lambda socket: pytest.fail("a new connection"))
    page.on("request", lambda request: sent.append(request.url))
    moment.fill("0")
    expect(epoch).to_have_text("epoch 0 of 100")
    assert page.locator(".film table").inner_text() != answers
    page.wait_for_timeout(3000)
    assert sent == []


def test_a_chart_keeps_its_zoom_while_data_arrive_and_the_run_can_be_stopped_in_another_tab(page, server, home):
    page.goto(f"{server}/train")
    start_long_training(page)
    plot = page.locator(".charts .js-plotly-plot").first
    expect(plot).to_be_visible()
    axes = "p => [...p._fullLayout.xaxis.range, ...p._fullLayout.yaxis.range]"
    area = plot.locator(".nsewdrag")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.9, steps=5)
    page.mouse.up()
    zoomed, updates = plot.evaluate(axes), int(plot.get_attribute("data-updates") or 0)
    plot.evaluate("p => (p.sameElement = true)")
    page.wait_for_function("n => +document.querySelector('.charts > div').dataset.updates >= n", arg=updates + 3)
    assert plot.evaluate(axes) == zoomed
    assert plot.evaluate("p => p.sameElement")

    page.reload()
    expect(page.get_by_text(re.compile(r"^running .* images/s"))).to_be_visible()
    second = page.context.new_page()
    second.goto(f"{server}/train")
    second.get_by_role("button", name="Stop training").click()
    for tab in (page, second):
        expect(tab.get_by_text(re.compile(r"^stopped"))).to_be_visible()
    assert (home / "autoencoder-12-classic" / "resume.pt").exists()


def test_a_killed_run_is_told_and_goes_on(page, server):
    page.goto(f"{server}/train?latent_dim=3")
    start_long_training(page)
    subprocess.run(["pkill", "-KILL", "-f", "convae train --resume autoencoder-3-classic"], check=True)
    expect(page.get_by_text(re.compile(r"^interrupted"))).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text(re.compile(r"^running .* images/s"))).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text(re.compile(r"^stopped"))).to_be_visible()


def test_a_waiting_run_can_be_taken_out_of_the_queue(page, server):
    page.goto(f"{server}/train?labels=3000&latent_dim=4")
    page.get_by_role("button", name="From scratch and pretrained at 3000 labels").click()
    expect(page.get_by_text("Queue: 1 waiting")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text(re.compile("^Queue:"))).to_have_count(0)
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text(re.compile(r"^stopped"))).to_be_visible()
