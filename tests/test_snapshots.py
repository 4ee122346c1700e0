"""The film of a training run."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from convae import data, run_training, runs, snapshots, weights
from convae.config import TrainConfig


@given(epochs=st.integers(1, 2000), steps_per_epoch=st.integers(1, 1000))
def test_the_moments_are_few_and_end_with_the_run(epochs, steps_per_epoch):
    total = epochs * steps_per_epoch
    ends = [snapshots.moment(e * steps_per_epoch, total, epochs) for e in range(epochs + 1)]
    assert ends[0] == 0
    assert snapshots.AT_LEAST <= ends[-1] <= snapshots.AT_MOST
    if epochs <= snapshots.AT_MOST:
        assert all(later > earlier for earlier, later in pairwise(ends))


@pytest.mark.parametrize("latent_dim", [1, 2, 12])
def test_places_do_not_depend_on_how_the_codes_lie(latent_dim):
    """Turned, mirrored, moved and scaled, codes go to the same places as before."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(50, latent_dim)) * np.arange(latent_dim, 0, -1)
    before = snapshots.place(codes)
    turn = ortho_group.rvs(latent_dim, random_state=1) if latent_dim > 1 else -np.ones((1, 1))
    np.testing.assert_allclose(snapshots.place(3 * codes @ turn + 5, before), before, atol=1e-5)
    assert (before**2).mean() == pytest.approx(1 if latent_dim > 1 else 0.5, abs=1e-5)


def test_codes_that_are_all_the_same_have_a_place():
    assert np.isfinite(snapshots.place(np.ones((5, 3)), np.ones((5, 2), np.float32))).all()


def test_answers_are_counted_by_label():
    counts = snapshots.count_answers(np.array([0, 0, 9]), np.array([0, 1, 9]))
    assert counts.sum() == 3
    assert (counts[0, 0], counts[0, 1], counts[9, 9]) == (1, 1, 1)


def test_the_first_digits_of_every_class_are_shown():
    labels = np.array([5, 5, 5, 3, 5, 3])
    assert snapshots.choose(labels).tolist() == [3, 0, 5, 1]


@pytest.fixture
def filmed(runs_home, monkeypatch, train_digits, test_digits):
    """Trains and returns a run of the model on small real data."""
    parts = {"train": train_digits, "test": test_digits}
    monkeypatch.setattr(data, "load", lambda split, *arguments: parts[split])

    def make(model: str, name: str = "filmed", **settings) -> runs.Run:
        run = runs.create(TrainConfig(model=model, recipe="fast", epochs=2, device="cpu", **settings), name)
        run_training.train(run, run_training.make_trainer(run))
        return run

    return make


def test_the_film_of_an_autoencoder_ends_with_its_reconstructions(filmed, test_digits):
    run = filmed("autoencoder", learning_rate=15e-3)
    steps = snapshots.steps(run)
    assert steps[0] == 0
    assert steps[-1] == run.metrics()[-1]["step"]
    assert len(steps) == snapshots.AT_LEAST + 1
    digits, last = snapshots.read_digits(run), snapshots.read(run, steps[-1])
    assert digits is not None
    assert last is not None
    assert digits.labels.tolist() == test_digits.labels.tolist()
    shown = torch.from_numpy(digits.originals)[:, None]
    with torch.no_grad():
        redrawn = weights.load(run)(data.to_float(shown))[:, 0]
    np.testing.assert_allclose(last.redrawn / 255, redrawn, atol=0.5 / 255 + 1e-5)
    first = snapshots.read(run, 0)
    assert first is not None
    assert first.epoch == 0
    error = [((moment.redrawn / 255.0 - digits.originals / 255.0) ** 2).mean() for moment in (first, last)]
    assert error[1] < error[0] / 2
    files = list((run.path / snapshots.FOLDER).iterdir())
    assert max(file.stat().st_size for file in files) < 22_000
    assert len(files) <= snapshots.AT_MOST + 2


def test_the_film_of_a_classifier_ends_with_its_accuracy(filmed):
    run = filmed("classifier")
    last = snapshots.read(run, snapshots.steps(run)[-1])
    assert last is not None
    assert last.redrawn.shape == (0, 28, 28)
    assert np.trace(last.confusion) / last.confusion.sum() == pytest.approx(run.last_scores()["test_accuracy"])


def test_it_can_be_switched_off_and_changes_nothing(filmed):
    with_film, without = filmed("autoencoder"), filmed("autoencoder", "plain", snapshots=False)
    assert not (without.path / snapshots.FOLDER).exists()
    assert with_film.weights_hash() == without.weights_hash()


def test_what_is_damaged_is_left_out(filmed):
    run = filmed("autoencoder")
    path = run.path / snapshots.FOLDER / "0.npz"
    path.write_bytes(path.read_bytes()[:50])
    assert snapshots.read(run, 0) is None
    assert snapshots.read(run, 12345) is None
    (run.path / snapshots.FOLDER / snapshots.DIGITS).write_bytes(b"")
    assert snapshots.read_digits(run) is None
