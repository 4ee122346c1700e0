"""The shipped runs are whole, small, what they say they are, and as good as the README says."""

import dataclasses
from statistics import mean

import pytest
from conftest import SHIPPED

from convae import data, runs, study_results, training, weights
from convae.__main__ import config_from, make_parser
from convae.arms import ARMS

NAMES = sorted(path.parent.name for path in SHIPPED.glob("*/config.json"))


def test_the_promised_runs_are_here():
    promised = {f"autoencoder-{latent_dim}" for latent_dim in (2, 4, 8, 12, 16, 32)}
    promised |= {"classifier-12", "classifier-decoding-12"}
    for seed in ("", "-seed1", "-seed2"):
        promised |= {f"classifier-12-100-classic{seed}", f"classifier-12-100-pretrained-classic{seed}"}
    assert promised <= set(NAMES)


def test_together_they_are_under_six_mebibytes():
    files = [path for name in NAMES for path in (SHIPPED / name).iterdir()]
    assert sum(path.stat().st_size for path in files) < 6 * 2**20


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_run_scores_what_its_metrics_say(name, monkeypatch):
    monkeypatch.delenv("CONVAE_RUNS", raising=False)
    run = runs.open_run(name)
    assert run.status() == "finished"
    scores = training.evaluate(weights.load(run), data.load("test"))
    for value, score in scores.items():
        assert score == pytest.approx(run.last_scores()[f"test_{value}"], abs=2e-4)
    words = run.about["command"].split()
    assert config_from(make_parser().parse_args(words[3:])) == run.config
    assert run.config.labels <= 60_000
    assert "threads" in run.about


@pytest.mark.parametrize("sampling", ["balanced", "first"])
def test_the_shipped_study_is_of_the_shipped_autoencoder(sampling, monkeypatch):
    monkeypatch.delenv("CONVAE_RUNS", raising=False)
    folder = runs.studies_dir() / sampling
    about = study_results.read_about(folder)
    assert about["sampling"] == sampling
    assert about["weights"] == runs.open_run(about["autoencoder"]).weights_hash()
    assert about["arms"] == {name: dataclasses.asdict(arm) for name, arm in ARMS.items()}
    rows = study_results.read(folder)
    assert study_results.finished(rows) == rows
    means = {arm: mean(study_results.accuracies(rows, arm)[100]) for arm in ARMS}
    assert min(len(study_results.accuracies(rows, arm)[100]) for arm in ARMS) >= 3
    assert means["scratch"] < means["fine-tuned"] < means["fine-tuned-augmented"] < means["self-training"]
