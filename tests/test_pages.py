"""Every page, with and without trained models, driven through Streamlit's own test runner."""

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from convae import data, latent, runs, weights
from ui.frame import PAGES

TIMEOUT_S = 120
PATHS = [path for path, _, _ in PAGES]


def open_page(path: str, **state) -> AppTest:
    page = AppTest.from_file(str(runs.PROJECT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    for key, value in state.items():
        page.session_state[key] = value
    return page.switch_page(path).run()


def words(page: AppTest) -> str:
    """All the text on the page."""
    kinds = (page.title, page.markdown, page.caption, page.info, page.warning, page.error, page.success, page.metric)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.fixture
def no_launch(monkeypatch) -> list[list[str]]:
    """The names of the runs that a page would have trained in a process of its own."""
    from ui import training

    launched: list[list[str]] = []
    monkeypatch.setattr(training, "launch", launched.append)
    return launched


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_useful_with_the_shipped_models(shipped_home, path):
    page = open_page(path)
    assert not page.exception
    assert not page.error
    assert page.title[0].value
    assert "There is no" not in words(page)
    assert page.sidebar.number_input(key="latent_dim").value == 12
    assert page.sidebar.number_input(key="labels").value == 100


@pytest.mark.parametrize("path", PATHS)
def test_every_page_says_what_to_do_without_any_model(runs_home, path):
    page = open_page(path)
    assert not page.exception
    assert not page.error
    assert "There is no" in words(page) or "There are none" in words(page) or "No run yet" in words(page)


@pytest.mark.parametrize("path", ["pages/latent_space.py", "pages/reconstructions.py", "pages/draw.py"])
def test_a_missing_latent_dim_can_be_trained_from_the_page(shipped_home, no_launch, path):
    page = open_page(path, latent_dim=7)
    assert not page.exception
    button = next(b for b in page.button if b.label.startswith("Train "))
    button.click().run()
    assert not page.exception
    ((name,),) = no_launch
    assert runs.open_run(name).config.latent_dim == 7


@pytest.mark.parametrize("path", ["pages/latent_space.py", "pages/draw.py", "pages/reconstructions.py"])
def test_broken_weights_are_a_message(shipped_home, path):
    for file in shipped_home.glob("*/model.safetensors"):
        file.write_bytes(file.read_bytes()[:1000])
    page = open_page(path)
    if path == "pages/draw.py":
        page = draw(page)
    assert not page.exception
    assert any("is damaged" in error.value for error in page.error)


def test_home_lists_the_runs_with_their_scores(shipped_home):
    table = open_page("streamlit_app.py").dataframe[0].value
    row = table.set_index("run").loc["classifier-12"]
    assert row["test accuracy"] == runs.open_run("classifier-12").last_scores()["test_accuracy"]
    assert len(table) == len(runs.list_runs())


def picture(page: AppTest) -> str:
    """The address, made from its content, of the page's first picture."""
    return page.get("image")[0].proto.imgs[0].url


def sliders(page: AppTest) -> list[float]:
    return [slider.value for slider in page.slider if slider.label.startswith("z")]


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def test_plain_sliders_decode_the_code_that_the_pad_shows(shipped_home):
    page = open_page("pages/latent_space.py", plain_sliders=True)
    assert len(sliders(page)) == 12
    before = picture(page)
    third = next(slider for slider in page.slider if slider.label == "z3")
    third.set_value(third.max).run()
    assert picture(page) != before
    assert page.text_input(key="code_text").value.split(", ")[3] == f"{third.max:.3f}"
    press(page, "Undo")
    assert picture(page) == before
    press(page, "Redo")
    assert picture(page) != before
    press(page, "Zero")
    assert sliders(page) == [0.0] * 12
    assert not page.exception


def test_starting_from_a_real_digit_shows_its_code(shipped_home):
    page = open_page("pages/latent_space.py", plain_sliders=True)
    page.number_input(key="test_digit").set_value(42).run()
    model = weights.load(runs.open_run("autoencoder-12"))
    code = latent.encode(model.encoder, data.load("test").images[42:43])[0]
    np.testing.assert_allclose(sliders(page), code, atol=1e-5)


@pytest.mark.parametrize("label", ["Random digit", "Mean of the class", "Random code"])
def test_other_starts_show_another_code(shipped_home, label):
    page = open_page("pages/latent_space.py")
    before = page.text_input(key="code_text").value
    press(page, label)
    assert not page.exception
    assert page.text_input(key="code_text").value != before


@pytest.mark.parametrize(
    ("text", "message"),
    [("1, 2", "has 2 numbers, not 12"), ("a" + " 1" * 11, "no number"), ("nan" + ", 1" * 11, "NaN"), ("", "0 numbers")],
)
def test_a_pasted_code_that_cannot_be_used_changes_nothing(shipped_home, text, message):
    page = open_page("pages/latent_space.py")
    before = page.text_input(key="code_text").value
    page.text_input(key="code_text").set_value(text).run()
    assert not page.exception
    assert message in page.warning[0].value
    assert page.text_input(key="code_text").value == before


def test_a_pasted_code_is_shown(shipped_home):
    page = open_page("pages/latent_space.py", plain_sliders=True)
    page.text_input(key="code_text").set_value("[" + ", ".join(str(i / 10) for i in range(12)) + "]").run()
    assert sliders(page) == [i / 10 for i in range(12)]


@pytest.mark.parametrize(
    ("view", "words_on_it"), [("Map", "lasso"), ("Nearest digits", "60,000"), ("Paths", "each number")]
)
@pytest.mark.parametrize("latent_dim", [2, 12])
def test_views_below_the_pad(shipped_home, view, words_on_it, latent_dim):
    page = open_page("pages/latent_space.py", latent_dim=latent_dim, latent_view=view)
    assert not page.exception
    assert words_on_it in words(page)
    if view == "Map":
        spec = json.loads(page.get("plotly_chart")[0].proto.spec)
        assert len(spec["data"]) == 10
    else:
        assert len(page.get("image")) == (10 if view == "Nearest digits" else 1 + latent_dim)


def drawing(digit: np.ndarray) -> dict:
    """The canvas's state with a 28x28 uint8 digit drawn large on it."""
    pixels = np.zeros((280, 280, 4), np.uint8)
    pixels[..., :3] = digit.repeat(10, 0).repeat(10, 1)[..., None]
    pixels[..., 3] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    image = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return {"drawing": {"raw": {"objects": [{"type": "path"}]}, "data": image}}


def draw(page: AppTest, digit: np.ndarray | None = None) -> AppTest:
    stroke = np.zeros((28, 28), np.uint8)
    stroke[5:23, 13:15] = 255
    page.session_state["digit_0"] = drawing(stroke if digit is None else digit)
    return page.run()


def test_a_drawing_is_classified(shipped_home, test_digits):
    page = open_page("pages/draw.py")
    right = 0
    for index in range(10):
        draw(page, test_digits.images[index, 0].numpy())
        assert not page.exception
        label = int(test_digits.labels[index])
        right += f"**classifier-12**: a **{label}**" in words(page)
        bars = json.loads(page.get("plotly_chart")[0].proto.spec)["data"][0]
        assert len(bars["x"]) == 10
    assert right >= 9


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


def test_train_shows_the_command_and_starts_that_run(shipped_home, no_launch):
    page = open_page("pages/train.py", latent_dim=5)
    assert "python -m convae train autoencoder --latent-dim 5" in page.code[0].value
    next(b for b in page.button if b.label == "Start training").click().run()
    assert not page.exception
    assert no_launch == [["autoencoder-5"]]
    assert runs.open_run("autoencoder-5").config.latent_dim == 5


def test_train_says_why_settings_do_not_go_together(runs_home):
    page = open_page("pages/train.py")
    page.selectbox[0].set_value("classifier-decoding").run()
    assert not page.exception
    assert "encoder_run is missing" in page.warning[0].value
    assert next(b for b in page.button if b.label == "Start training").disabled


def test_compare_states_the_gain_from_the_runs(shipped_home):
    page = open_page("pages/compare.py")
    names = {"": [], "pretrained-": []}
    for arm, scores in names.items():
        for seed in ("", "-seed1", "-seed2"):
            run = runs.open_run(f"classifier-12-100-{arm}classic{seed}")
            scores.append(run.last_scores()["test_accuracy"])
    gain = (sum(names["pretrained-"]) - sum(names[""])) / 3 * 100
    assert f"gains **{gain:.1f} points**" in page.success[0].value
    assert len(page.get("plotly_chart")) == 4


def test_compare_trains_what_is_missing(shipped_home, no_launch):
    page = open_page("pages/compare.py", labels=250)
    next(b for b in page.button if b.label.startswith("Train comparison at 250 labels")).click().run()
    assert not page.exception
    (names,) = no_launch
    configs = [runs.open_run(name).config for name in names]
    assert sorted((c.seed, c.encoder_run or "") for c in configs) == [
        (seed, encoder) for seed in range(3) for encoder in ("", "autoencoder-12")
    ]
    assert {c.labels for c in configs} == {250}


def test_reconstructions_state_the_error_of_what_they_show(shipped_home, test_digits):
    page = open_page("pages/reconstructions.py")
    model = weights.load(runs.open_run("autoencoder-12"))
    images = test_digits.images[:10].float() / 255
    with torch.no_grad():
        error = (model(images) - images).square().mean().item()
    assert f"mean squared error {error:.4f}" in words(page)
    assert len(page.get("image")) == 3
