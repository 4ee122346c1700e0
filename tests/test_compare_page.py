"""The Compare page: the comparison, its digits and the label lab."""

import json

import pytest
from app_pages import open_page, press, words

from convae import jobs, label_curves, runs, study_results
from convae.arms import ARMS

TITLES = [arm.title for arm in ARMS.values()]


def write_study(scores: dict[str, dict[int, list[float]]]) -> None:
    folder = runs.studies_dir() / "balanced"
    study_results.begin(folder, {"sampling": "balanced"})
    for arm, counts in scores.items():
        for labels, found in counts.items():
            for seed, accuracy in enumerate(found):
                row = {"arm": arm, "labels": labels, "seed": seed, "accuracy": accuracy}
                study_results.append(folder, row)


def efficiency(page) -> dict:
    return json.loads(page.get("plotly_chart")[-1].proto.spec)


def test_the_lab_draws_every_arm_with_anchors_and_says_what_is_saved(shipped_home):
    write_study({"scratch": {100: [0.8, 0.82], 1000: [0.92]}, "fine-tuned": {100: [0.865]}})
    page = open_page("pages/compare.py")
    assert not page.exception
    figure = efficiency(page)
    names = [trace.get("name") for trace in figure["data"]]
    assert [name for name in names if name in TITLES] == ["From scratch", "Fine-tuned"]
    assert "published, other networks" in names
    curve = label_curves.curve({100: [0.8, 0.82], 1000: [0.92]})
    needed = label_curves.labels_needed(curve, 0.865)
    assert needed is not None
    assert f"does what from scratch needs about **{needed:,.0f}** for (86.5%" in words(page)


def test_without_a_study_it_says_so(shipped_home):
    page = open_page("pages/compare.py")
    assert "Nothing has been studied here yet." in words(page)


def test_the_button_goes_on_with_the_study(shipped_home, monkeypatch):
    started: list[list[str]] = []
    monkeypatch.setattr(jobs, "start", lambda command, log, cwd: started.append(command))
    page = open_page("pages/compare.py", labels=50)
    press(page, "Study 50 labels: all ways, 3 seeds")
    assert not page.exception
    (command,) = started
    assert " ".join(command[3:]) == (
        "study --resume --name balanced --labels 50 --seeds 3 --autoencoder autoencoder-12 --sampling balanced"
    )


def test_a_study_that_could_not_begin_says_why(shipped_home):
    folder = runs.studies_dir() / "first"
    folder.mkdir(parents=True)
    (folder / jobs.LOG).write_text("convae: autoencoder-12 has other weights\n")
    page = open_page("pages/compare.py", lab_sampling="first")
    assert "autoencoder-12 has other weights" in page.error[0].value


def test_failed_trainings_are_told(shipped_home):
    write_study({"scratch": {100: [0.8]}})
    row = {"arm": "scratch", "labels": 100, "seed": 1, "accuracy": None, "error": "DataError: mnist is not here"}
    study_results.append(runs.studies_dir() / "balanced", row)
    page = open_page("pages/compare.py")
    assert "DataError: mnist is not here" in page.warning[0].value


@pytest.mark.parametrize(("sampling", "counts"), [("first", "13, 14, 6, 11, 11, 5, 11, 10, 8, 11"), ("balanced", "10")])
def test_the_labelled_images_are_shown(shipped_home, sampling, counts):
    page = open_page("pages/compare.py", compare_sampling=sampling, compare_digits="The labelled images")
    assert not page.exception
    assert f"All 100; of each digit from 0 to 9: {counts}" in words(page)


def test_the_digits_that_only_one_reads_are_shown(shipped_home):
    page = open_page("pages/compare.py", compare_digits="What only one reads right")
    assert not page.exception
    assert "**Pretrained encoder** alone reads" in words(page)
    assert "**From scratch** alone reads" in words(page)
