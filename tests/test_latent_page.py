"""The Latent space page in Streamlit's own test runner."""

import json
import shutil

import numpy as np
import pytest
import torch
from app_pages import components, open_page, press, sliders, words
from streamlit.testing.v1 import AppTest

from convae import data, latent, runs, weights
from convae.config import TrainConfig
from convae.models import Autoencoder


def picture(page: AppTest) -> str:
    """The address, made from its content, of the page's first picture."""
    return page.get("image")[0].proto.imgs[0].url


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
    ("view", "words_on_it", "images"),
    [
        ("Map", "lasso", 0),
        ("Nearest digits", "60,000", 10),
        ("Paths", "", 2),
        ("Arithmetic", "A − B + C", 4),
        ("Each number", "99th percentile", 2),
        ("One number", "correlation", 0),
    ],
)
def test_views_below_the_pad(shipped_home, view, words_on_it, images):
    page = open_page("pages/latent_space.py", latent_dim=2, latent_view=view)
    assert not page.exception
    assert words_on_it in words(page)
    assert len(page.get("image")) == images


@pytest.mark.parametrize(("latent_dim", "layout"), [(2, None), (12, "t-SNE"), (12, "PCA")])
@pytest.mark.parametrize("colour", ["digit", "reconstruction error"])
def test_the_map_shows_all_test_digits(shipped_home, latent_dim, layout, colour):
    state = {"map_layout": layout} if layout else {}
    page = open_page("pages/latent_space.py", latent_dim=latent_dim, latent_view="Map", map_colour=colour, **state)
    assert not page.exception
    figure = json.loads(components(page)["code_map"]["figure"])
    assert len(figure["data"]) == 10
    assert len(figure["layout"].get("images", [])) == (latent_dim == 2)
    assert ("coloraxis" in figure["layout"]) == (colour != "digit")


def test_a_run_without_a_tsne_map_offers_it_and_shows_pca_meanwhile(shipped_home):
    shutil.rmtree(shipped_home / "autoencoder-12" / "map")
    page = open_page("pages/latent_space.py", latent_view="Map")
    assert not page.exception
    assert "Make the t-SNE map" in [button.label for button in page.button]
    assert components(page)["code_map"]["axes"] is not None


@pytest.mark.parametrize("latent_dim", [1, 64])
def test_the_shortest_and_the_longest_code(shipped_home, latent_dim):
    run = runs.create(TrainConfig(model="autoencoder", latent_dim=latent_dim), f"ae-{latent_dim}")
    torch.manual_seed(0)
    weights.save(run.path / runs.WEIGHTS, Autoencoder(latent_dim))
    views = (None, "Map", "Nearest digits", "Paths", "Arithmetic", "Each number", "One number")
    page = open_page("pages/latent_space.py", latent_dim=latent_dim)
    for view in views:
        page.session_state["latent_view"] = view
        page.run()
        assert not page.exception
        assert not page.error


def test_a_link_to_a_run_that_is_gone_is_told(shipped_home):
    page = open_page("pages/latent_space.py", query={"autoencoder": "gone"})
    assert not page.exception
    assert "no autoencoder 'gone'" in page.warning[0].value
    assert components(page)["latent_pad"]


def test_one_of_several_autoencoders_is_chosen(shipped_home):
    mine = runs.create(TrainConfig(model="autoencoder", latent_dim=12), "mine")
    weights.save(mine.path / runs.WEIGHTS, Autoencoder(12))
    page = open_page("pages/latent_space.py")
    assert page.selectbox(key="autoencoder").options == ["autoencoder-12", "mine"]
    page.selectbox(key="autoencoder").set_value("mine").run()
    assert not page.exception
    assert components(page)["latent_pad"]["version"] == mine.weights_hash()


def test_weights_of_another_code_length_under_the_open_page_are_told(shipped_home):
    page = open_page("pages/latent_space.py")
    shutil.copy(shipped_home / "autoencoder-4" / "model.safetensors", shipped_home / "autoencoder-12")
    page.run()
    assert not page.exception
    assert "model.safetensors" in page.error[0].value
