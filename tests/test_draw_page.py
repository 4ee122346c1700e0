"""The Draw page, driven through Streamlit's own test runner."""

import io
import json

import numpy as np
import pytest
import torch
from app_pages import draw, open_page, press, sliders, words
from PIL import Image

from convae import calibration, latent, own_digits, queue, runs, weights


def test_a_drawing_is_classified(shipped_home, test_digits):
    page = open_page("pages/draw.py")
    right = 0
    for index in range(10):
        draw(page, test_digits.images[index, 0].numpy())
        assert not page.exception
        label = int(test_digits.labels[index])
        right += f"**classifier-12**: a **{label}**" in words(page)
        bars = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
        assert [len(bar["x"]) for bar in bars] == [10, 10, 10]
    assert right >= 9


def test_a_dash_is_doubted_and_a_digit_is_not(shipped_home, test_digits):
    dash = np.zeros((28, 28), np.uint8)
    dash[13:15, 5:23] = 255
    page = draw(open_page("pages/draw.py"), dash)
    assert not page.exception
    assert "Is this a digit? It is stranger than" in page.warning[0].value
    assert "which means little for what is no digit" in words(page)
    draw(page, test_digits.images[0, 0].numpy())
    assert not page.warning
    assert "Stranger than" in words(page)


def test_a_drawing_goes_to_the_sliders(shipped_home):
    page = draw(open_page("pages/draw.py"))
    page.session_state["plain_sliders"] = True
    page.switch_page("pages/latent_space.py").run()
    press(page, "My drawing")
    assert not page.exception
    model = weights.load(runs.open_run("autoencoder-12"))
    np.testing.assert_allclose(sliders(page), latent.encode(model.encoder, page.session_state["drawing"])[0], atol=1e-5)


def test_a_blank_canvas_asks_for_a_digit(shipped_home):
    page = draw(open_page("pages/draw.py"), np.zeros((28, 28), np.uint8))
    assert not page.exception
    assert "canvas is blank" in words(page)


def test_the_probabilities_are_calibrated(shipped_home, test_digits):
    page = draw(open_page("pages/draw.py"), test_digits.images[3, 0].numpy())
    run = runs.open_run("classifier-12-100-classic")
    temperature = calibration.read(run)
    assert temperature is not None
    with torch.no_grad():
        chances = (weights.load(run)(page.session_state["drawing"]) / temperature).softmax(1)[0]
    assert f"**{run.name}**: a **{int(chances.argmax())}**, {float(chances.max()):.0%} sure" in words(page)


def test_the_drawing_is_back_after_a_look_at_another_page(shipped_home):
    page = draw(open_page("pages/draw.py"))
    page.switch_page("pages/compare.py").run()
    page.switch_page("pages/draw.py").run()
    assert not page.exception
    assert "**classifier-12**: a **1**" in words(page)
    press(page, "Clear")
    assert "Draw a digit from 0 to 9" in words(page)


def upload(content: bytes, name: str = "digit.png"):
    page = open_page("pages/draw.py", source="An image or photo")
    return page.file_uploader[0].set_value((name, content, "image/png")).run()


def test_an_uploaded_digit_goes_onto_the_canvas(shipped_home, test_digits):
    file = io.BytesIO()
    Image.fromarray(255 - test_digits.images[0, 0].numpy()).resize((300, 300)).save(file, "PNG")
    page = upload(file.getvalue())
    assert not page.exception
    assert not page.error
    assert "**classifier-12**: a **7**" in words(page)
    assert page.session_state["board"].start["objects"][0]["src"].startswith("data:image/png")
    press(page, "Clear")
    assert "Draw a digit from 0 to 9" in words(page)


@pytest.mark.parametrize("content", [b"no image at all", b"\x89PNG\r\n\x1a\n broken"])
def test_an_upload_that_is_no_image_is_a_message(shipped_home, content):
    page = upload(content)
    assert not page.exception
    assert "this file is no image" in page.error[0].value


@pytest.mark.parametrize("view", ["What counts", "Digits like it", "What would change its mind"])
def test_each_reason_is_shown(shipped_home, test_digits, view):
    page = draw(open_page("pages/draw.py", draw_view=view), test_digits.images[7, 0].numpy())
    assert not page.exception
    assert not page.error
    assert len(page.get("image")) > 4 or "read the same all the way" in words(page)


def test_no_classifier_chosen_asks_for_one(shipped_home):
    page = draw(open_page("pages/draw.py", draw_view="What counts"))
    page.multiselect[0].set_value([]).run()
    assert not page.exception
    assert "Choose a classifier above." in words(page)


def test_one_can_teach_it_ones_hand(shipped_home, monkeypatch, test_digits):
    monkeypatch.setattr(queue, "ensure_worker", lambda: None)
    page = open_page("pages/draw.py", draw_view="Teach it your hand")
    for index in range(4):
        draw(page, test_digits.images[index, 0].numpy())
        press(page, "Keep it among my digits")
        assert not page.exception
    assert own_digits.load().labels.tolist() == test_digits.labels[:4].tolist()
    page.run()
    press(page, "Train classifier on your digits")
    assert not page.exception
    before, after = (run.config for run in queue.waiting()) if len(queue.waiting()) == 2 else (None, None)
    if before is None:  # the classifier without one's own digits is among the shipped ones
        (after,) = (run.config for run in queue.waiting())
    assert after is not None
    assert (after.own_digits, after.labels, after.encoder_run) == (4, 100, "autoencoder-12")


def test_what_the_own_digits_gained_is_measured_on_others(shipped_home, test_digits):
    model = weights.load(runs.open_run("classifier-12"))
    pictures = test_digits.images[:40].float() / 255
    for picture, label in zip(pictures, test_digits.labels[:40].tolist(), strict=True):
        own_digits.add(picture[None], label)
    before = runs.open_run("classifier-12-100-pretrained-classic")
    after = runs.create(
        type(before.config).from_dict({**before.config.to_dict(), "own_digits": 40}), "classifier-12-100-own"
    )
    weights.save(after.path / runs.WEIGHTS, model)
    (after.path / runs.METRICS).write_text(
        json.dumps({"step": 1, "epoch": 1.0, "elapsed": 1.0, "test_loss": 0.1, "test_accuracy": 0.99}) + "\n"
    )
    page = open_page("pages/draw.py", draw_view="Teach it your hand")
    assert not page.exception
    _, test = own_digits.split(own_digits.load())
    with torch.no_grad():
        right = (model(test.images.float() / 255).argmax(1) == test.labels).float().mean()
    assert page.metric[0].value == f"{right:.0%}"
    assert f"your {len(test.labels)} digits" in page.metric[0].label
    assert page.metric[1].value == "99.0%"


def test_a_damaged_file_of_own_digits_is_a_message(shipped_home):
    own_digits.path().write_bytes(b"nothing")
    page = open_page("pages/draw.py", draw_view="Teach it your hand")
    assert not page.exception
    assert "own_digits.npz is damaged" in page.error[0].value
