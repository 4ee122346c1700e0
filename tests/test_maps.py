"""Maps of codes."""

import shutil

import numpy as np
import pytest
from conftest import SHIPPED

from convae import __main__, data, maps, runs
from convae.runs import Run


@pytest.fixture
def run(runs_home) -> Run:
    shutil.copytree(SHIPPED / "autoencoder-2", runs_home / "a")
    return runs.open_run("a")


def test_tsne_keeps_groups_together_and_apart():
    rng = np.random.default_rng(0)
    codes = np.concatenate([rng.normal(size=(40, 5)) + centre for centre in (0, 20)])
    shares: list[float] = []
    points = maps.tsne(codes, shares.append)
    assert points.shape == (80, 2)
    assert np.isfinite(points).all()
    a, b = points[:40], points[40:]
    assert np.linalg.norm(a.mean(0) - b.mean(0)) > 2 * max(a.std(), b.std())
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert np.array_equal(maps.tsne(codes), points)


def test_a_map_belongs_to_one_version_of_the_weights(run):
    points = np.arange(8.0).reshape(4, 2)
    assert maps.read(run) is None
    maps.write(run, points)
    stored = maps.read(run)
    assert stored is not None
    assert np.array_equal(stored, points)
    shutil.copy(SHIPPED / "autoencoder-4" / "model.safetensors", run.path)
    assert maps.read(run) is None


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut", b"\x93NUMPY"])
def test_a_damaged_map_is_as_good_as_none(run, content):
    (maps.folder(run) / maps.POINTS).write_bytes(content)
    assert maps.read(run) is None


def test_progress_is_told_from_another_process(run):
    assert maps.progress(run) == 0
    maps.report_progress(run, 0.25)
    assert maps.progress(run) == 0.25
    (maps.folder(run) / maps.PROGRESS).write_text("x")
    assert maps.progress(run) == 0


@pytest.mark.parametrize("latent_dim", [4, 8, 12, 16, 32])
def test_shipped_maps_are_of_the_shipped_weights(latent_dim):
    points = maps.read(runs.open_run(f"autoencoder-{latent_dim}"))
    assert points is not None
    assert points.shape == (10_000, 2)


def test_the_command_makes_a_map_of_the_test_digits(shipped_home, monkeypatch, test_digits, capsys):
    run = runs.open_run("autoencoder-12")
    shutil.rmtree(maps.folder(run))
    monkeypatch.setattr(data, "load", lambda split, dataset: {"test": test_digits}[split])
    assert __main__.main(["map", run.name]) == 0
    points = maps.read(run)
    assert points is not None
    assert points.shape == (500, 2)
    distances = np.linalg.norm(points[:, None] - points, axis=2) + 1e9 * np.eye(500)
    labels = test_digits.labels.numpy()
    assert (labels[distances.argmin(1)] == labels).mean() > 0.7
    assert maps.progress(run) == 1
    assert "autoencoder-12/map" in capsys.readouterr().out
