"""The shipped runs are whole, small, what they say they are, and as good as the README says."""

import pytest
from conftest import SHIPPED

from convae import data, runs, training, weights
from convae.__main__ import config_from, make_parser

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
