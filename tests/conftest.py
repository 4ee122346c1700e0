"""What the tests share: an empty folder of runs, small pieces of real MNIST, and tiny digits made up."""

import shutil
from pathlib import Path

import pytest
import torch

from convae import data, runs
from convae.config import TrainConfig
from convae.data import Digits
from convae.runs import Run

SHIPPED = runs.PROJECT / "checkpoints"


@pytest.fixture
def runs_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which this test's runs live, for this process and those it starts."""
    home = tmp_path / "runs"
    home.mkdir()
    monkeypatch.setenv("CONVAE_RUNS", str(home))
    return home


@pytest.fixture
def shipped_home(runs_home: Path) -> Path:
    """A copy of the shipped runs."""
    for path in SHIPPED.glob("*/config.json"):
        shutil.copytree(path.parent, runs_home / path.parent.name)
    return runs_home


@pytest.fixture(scope="session")
def train_digits() -> Digits:
    """The first 2,000 training digits."""
    digits = data.load("train")
    return Digits(digits.images[:2000], digits.labels[:2000])


@pytest.fixture(scope="session")
def test_digits() -> Digits:
    """The first 500 test digits."""
    digits = data.load("test")
    return Digits(digits.images[:500], digits.labels[:500])


@pytest.fixture
def tiny() -> Digits:
    """Forty made-up digits, four of each class."""
    images = torch.randint(0, 256, (40, 1, 28, 28), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    return Digits(images, torch.arange(40) % 10)


@pytest.fixture
def small_run(runs_home: Path, monkeypatch: pytest.MonkeyPatch, tiny: Digits) -> Run:
    """An untrained three-epoch run whose training data are the made-up digits."""
    monkeypatch.setattr(data, "load", lambda *arguments: tiny)
    return runs.create(TrainConfig(model="classifier", epochs=3, batch_size=16, latent_dim=3, device="cpu"), "small")
