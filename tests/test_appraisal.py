"""How well models redraw digits, the same number wherever it is said."""

import json
import math

import numpy as np
import pytest
import torch
from app_pages import open_page, words

from convae import appraisal, data, own_digits, runs, training, weights
from convae.__main__ import main
from convae.data import Digits


def test_redrawn_digits_have_the_models_pictures_and_errors(test_digits):
    model = weights.load(runs.open_run("autoencoder-12"))
    drawn = appraisal.redraw(model, test_digits.images)
    originals = test_digits.images.float() / 255
    with torch.no_grad():
        expected = model(originals)
    np.testing.assert_allclose(drawn.pictures, expected[:, 0], atol=1e-6)
    np.testing.assert_allclose(drawn.mse, (expected - originals).square().mean((1, 2, 3)), atol=1e-6)
    assert drawn.ssim.shape == (500,)
    assert 0.8 < drawn.ssim.mean() < 1


def test_a_classifier_redraws_nothing_but_its_code_is_measured(train_digits, test_digits):
    run = runs.open_run("classifier-12")
    quality = appraisal.measure(run, weights.load(run), train_digits, test_digits)
    assert math.isnan(quality.mse)
    assert quality.probe > 0.95
    autoencoder = runs.open_run("autoencoder-12")
    other = appraisal.measure(autoencoder, weights.load(autoencoder), train_digits, test_digits)
    assert quality.probe > other.probe
    assert quality.readout_mse > other.readout_mse


def test_it_is_kept_with_one_version_of_the_weights(shipped_home):
    run = runs.open_run("autoencoder-12")
    quality = appraisal.Quality(0.1, 0.2, 0.3, 0.4, 0.5)
    appraisal.write(run, quality)
    assert appraisal.read(run) == quality
    (run.path / appraisal.FILE).write_bytes(b"half a file")
    assert appraisal.read(run) is None


def test_page_evaluate_and_report_say_the_same(shipped_home, capsys, tmp_path):
    assert main(["evaluate", "autoencoder-12", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    run = runs.open_run("autoencoder-12")
    assert found["mse"] == pytest.approx(found["test_loss"], rel=1e-4)
    scores = training.evaluate(weights.load(run), data.load("test"))
    assert found["test_loss"] == pytest.approx(scores["loss"], rel=1e-6)
    page = open_page("pages/reconstructions.py", reconstructions_view="In numbers")
    assert not page.exception
    assert f"| Autoencoder | {found['mse']:.4f} | {found['ssim']:.3f} |" in words(page)
    line = (
        f"| autoencoder-12 | 12 | {found['probe']:.1%} | {found['neighbours']:.1%} | {found['readout_mse']:.4f} | "
        f"{found['mse']:.4f} |"
    )
    assert line in words(page)
    file = tmp_path / "report.html"
    assert main(["report", "autoencoder-12", "classifier-12", "--to", str(file)]) == 0
    report = file.read_text()
    for name in ("mse", "ssim", "readout_mse", "probe", "neighbours"):
        assert f"<td>{found[name]:.4f}</td>" in report
    assert "https://cdn" not in report.split("</style>")[1][:3000]
    assert main(["report", "autoencoder-12", "--to", str(file)]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("view", ["Side by side", "In numbers", "Code length", "Confusions"])
def test_each_view_is_shown(shipped_home, view):
    page = open_page("pages/reconstructions.py", reconstructions_view=view)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("order", ["at random", "worst redrawn", "best redrawn"])
def test_digits_are_shown_in_that_order(shipped_home, order):
    page = open_page("pages/reconstructions.py", which_digits=order)
    assert not page.exception
    drawn = appraisal.redraw(weights.load(runs.open_run("autoencoder-12")), data.load("test").images)
    extreme = {"worst redrawn": drawn.mse.argmax(), "best redrawn": drawn.mse.argmin()}.get(order)
    if extreme is not None:
        assert f"Digits {extreme} (a " in words(page)
        assert f"Errors {drawn.mse[extreme]:.4f}, " in words(page)


def test_digits_are_shown_by_their_numbers(shipped_home):
    state = {"which_digits": "by number", "digit_numbers": "0, 9999 x 10000"}
    page = open_page("pages/reconstructions.py", **state)
    assert not page.exception
    assert "Digits 0 (a 7), 9999 (a 6)." in words(page)
    assert "x, 10000: no test digit has this number" in page.warning[0].value


def test_ones_own_digits_are_redrawn(shipped_home):
    page = open_page("pages/reconstructions.py", which_digits="my own")
    assert not page.exception
    assert "Draw a digit on the Draw page" in page.info[0].value
    test = data.load("test")
    own_digits.add(test.images[:1] / 255, 7)
    page = open_page("pages/reconstructions.py", which_digits="my own", drawing=test.images[1:2] / 255)
    assert not page.exception
    assert "Digits your last drawing, your 7." in words(page)
    drawn = appraisal.redraw(weights.load(runs.open_run("autoencoder-12")), test.images[:2])
    assert f"Errors {drawn.mse[1]:.4f}, {drawn.mse[0]:.4f}." in words(page)


def test_a_cell_of_the_confusions_shows_its_digits(shipped_home):
    page = open_page("pages/reconstructions.py", reconstructions_view="Confusions", confusion_cell=(7, 7))
    assert not page.exception
    model = weights.load(runs.open_run("classifier-12"))
    test = data.load("test")
    with torch.no_grad():
        answers = torch.cat([model(part.float() / 255).argmax(1) for part in test.images.split(500)])
    count = int(((test.labels == 7) & (answers == 7)).sum())
    assert f"**{count:,}** test digits are a **7** read as a **7**" in words(page)
    assert f"{int((answers == test.labels).sum()):,} of 10,000 test digits are read right" in words(page)
    page.session_state["confusion_digit"] = 0
    page.run()
    assert not page.exception
    assert "Test digit **0**, a 7" in words(page)


def test_a_classifier_trained_anew_or_gone_is_told(shipped_home):
    page = open_page("pages/reconstructions.py")
    assert not page.warning
    classifier = runs.open_run("classifier-12")
    other = weights.load(runs.open_run("classifier-12-100-classic"))
    weights.save(classifier.path / runs.WEIGHTS, other)
    page = open_page("pages/reconstructions.py")
    assert "classifier-12 has been trained anew since classifier-decoding-12 took its encoder" in page.warning[0].value
    (classifier.path / runs.WEIGHTS).unlink()
    page = open_page("pages/reconstructions.py")
    assert "cannot be read" in page.warning[0].value


def test_weights_replaced_while_the_page_is_open_are_noticed(shipped_home):
    page = open_page("pages/reconstructions.py")
    before = words(page)
    run = runs.open_run("autoencoder-12")
    model = weights.load(run)
    with torch.no_grad():
        model.decoder.deconv3.bias += 1
    weights.save(run.path / runs.WEIGHTS, model)
    page.run()
    assert not page.exception
    error = appraisal.redraw(model, data.load("test").images).mse.mean()
    assert f"{error:.4f} on all test digits" in words(page)
    assert f"{error:.4f} on all test digits" not in before


def test_made_up_digits_can_be_measured_too(tiny):
    run = runs.open_run("autoencoder-2")
    quality = appraisal.measure(run, weights.load(run), Digits(*(x.repeat(2, *[1] * (x.ndim - 1)) for x in tiny)), tiny)
    assert np.isfinite(quality).all()
