"""Every page, with and without trained models, driven through Streamlit's own test runner."""

import json
import shutil
from collections.abc import Callable

import pytest
import torch
from app_pages import components, draw, open_page, press, words

from convae import jobs, queue, runs, weights
from ui.frame import PAGES

PATHS = [path for path, _, _ in PAGES]


@pytest.fixture
def no_launch(monkeypatch) -> Callable[[], list[str]]:
    """The names of the runs that a page has put into the queue, which nothing trains."""
    monkeypatch.setattr(queue, "ensure_worker", lambda: None)
    return lambda: [run.name for run in queue.waiting()]


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
    (name,) = no_launch()
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
    assert row["test accuracy"] == 100 * runs.open_run("classifier-12").last_scores()["test_accuracy"]
    assert len(table) == len(runs.list_runs())


def test_train_shows_the_command_and_starts_that_run(shipped_home, no_launch):
    page = open_page("pages/train.py", latent_dim=5)
    assert "python -m convae train autoencoder --latent-dim 5" in page.code[0].value
    next(b for b in page.button if b.label == "Start training").click().run()
    assert not page.exception
    assert no_launch() == ["autoencoder-5"]
    assert runs.open_run("autoencoder-5").config.latent_dim == 5


def test_train_says_why_settings_do_not_go_together(runs_home):
    page = open_page("pages/train.py")
    page.selectbox[0].set_value("classifier-decoding").run()
    assert not page.exception
    assert "encoder_run is missing" in page.warning[0].value
    assert next(b for b in page.button if b.label == "Start training").disabled


def test_all_four_experiments_wait_in_an_order_in_which_each_can_begin(shipped_home, no_launch):
    with jobs.at_work(shipped_home / "autoencoder-12"):
        page = press(open_page("pages/train.py", latent_dim=5, labels=60), "All four experiments")
    assert not page.exception
    autoencoder, classifier, decoding, scratch, pretrained = queue.waiting()
    assert decoding.config.encoder_run == classifier.name
    assert (scratch.config.encoder_run, pretrained.config.encoder_run) == (None, autoencoder.name)
    assert {run.config.latent_dim for run in queue.waiting()} == {5}
    assert scratch.config.labels == pretrained.config.labels == 60
    assert "5 waiting" in page.expander[-1].label
    press(page, "Remove")
    assert not page.exception
    assert no_launch() == [classifier.name, decoding.name, scratch.name, pretrained.name]


def test_from_scratch_and_pretrained_are_queued_together(shipped_home, no_launch):
    page = open_page("pages/train.py", labels=60)
    press(page, "From scratch and pretrained at 60 labels")
    assert not page.exception
    assert no_launch() == ["classifier-12-60", "classifier-12-60-pretrained"]


def test_a_run_can_be_run_again_and_deleted(shipped_home, no_launch):
    page = open_page("pages/train.py", shown_run="classifier-12-100-classic")
    press(page, "Run again")
    assert not page.exception
    (name,) = no_launch()
    assert runs.open_run(name).config == runs.open_run("classifier-12-100-classic").config
    page = open_page("pages/train.py", shown_run="classifier-12-100-classic")
    press(page, "Delete for good")
    assert not page.exception
    assert not (shipped_home / "classifier-12-100-classic").exists()


def test_a_run_deleted_in_another_tab_is_told(shipped_home):
    page = open_page("pages/train.py", shown_run="classifier-12-100-classic")
    shutil.rmtree(shipped_home / "classifier-12-100-classic")
    page.run()
    assert not page.exception


def test_runs_are_drawn_together_and_seeds_as_one(shipped_home):
    names = [f"classifier-12-100-{arm}classic{seed}" for arm in ("", "pretrained-") for seed in ("", "-seed1")]
    page = open_page("pages/train.py", shown_run=names[0])
    page.multiselect[0].set_value(names[1:]).run()
    assert not page.exception
    _, accuracy = (json.loads(figure) for figure in components(page)["live_charts"]["figures"])
    legend = [trace["name"] for trace in accuracy["data"] if trace.get("showlegend", True)]
    assert legend == [f"{names[0]} × 2 seeds", f"{names[2]} × 2 seeds"]
    table = page.dataframe[0].value
    assert list(table.columns) == ["run", "encoder_run", "seed", "snapshots"]
    assert list(table["seed"]) == [0, 1, 0, 1]


@pytest.mark.parametrize("content", ["", "{}\n", '{"step": 1, "epoch": 1.0, "tra', '{"step": "x"}\n[1]\nnull\n'])
def test_damaged_records_are_passed_over(shipped_home, content):
    (shipped_home / "classifier-12" / "metrics.jsonl").write_text(content)
    for path in ("pages/train.py", "pages/compare.py", "streamlit_app.py"):
        assert not open_page(path, shown_run="classifier-12").exception


def test_what_cannot_be_read_is_told(shipped_home):
    (shipped_home / "classifier-12" / "config.json").write_text('{"format": 99, "train": {}}')
    page = open_page("pages/train.py")
    assert not page.exception
    assert "written by a later version" in page.expander[-1].children[0].value


def test_a_failed_run_says_why(shipped_home):
    (shipped_home / "classifier-12" / "failure.txt").write_text("the training loss became nan before step 3")
    (shipped_home / "classifier-12" / "log.txt").write_text("line of the log")
    page = open_page("pages/train.py", shown_run="classifier-12")
    assert "became nan before step 3" in page.error[0].value
    assert "line of the log" in [code.value for code in page.code]


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
    configs = [runs.open_run(name).config for name in no_launch()]
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
    assert len(page.get("image")) == 5
