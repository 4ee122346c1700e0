"""The user's own digits are kept, parted and learnt from."""

import threading

import pytest
import torch
from conftest import made_up_digits

from convae import data, own_digits, run_training, runs
from convae.config import TrainConfig
from convae.data import Digits
from convae.errors import DataError


def picture(value: float) -> torch.Tensor:
    return torch.full((1, 1, 28, 28), value)


def test_what_is_added_comes_back_in_order(runs_home):
    assert own_digits.add(picture(1.0), 3) == 1
    assert own_digits.add(picture(0.2), 7) == 2
    kept = own_digits.load()
    assert kept.images.shape == (2, 1, 28, 28)
    assert kept.images[:, 0, 0, 0].tolist() == [255, 51]
    assert kept.labels.tolist() == [3, 7]
    own_digits.remove_last()
    assert own_digits.load().labels.tolist() == [3]
    own_digits.remove_all()
    assert len(own_digits.load().labels) == 0
    own_digits.remove_all()


def test_two_tabs_lose_nothing(runs_home):
    adders = [threading.Thread(target=own_digits.add, args=(picture(1.0), digit)) for digit in range(10)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    assert sorted(own_digits.load().labels.tolist()) == list(range(10))


def test_every_second_of_each_digit_is_kept_for_the_test():
    digits = Digits(torch.arange(7).view(7, 1, 1, 1), torch.tensor([4, 4, 9, 4, 9, 9, 0]))
    learn, test = own_digits.split(digits)
    assert learn.images.flatten().tolist() == [0, 2, 3, 5, 6]
    assert test.images.flatten().tolist() == [1, 4]


@pytest.mark.parametrize("label", [-1, 10])
def test_a_label_that_is_no_digit_is_refused(runs_home, label):
    with pytest.raises(DataError, match="not a digit"):
        own_digits.add(picture(1.0), label)


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_named_and_not_written_over(runs_home, content):
    own_digits.path().write_bytes(content)
    for attempt in (own_digits.load, lambda: own_digits.add(picture(1.0), 1)):
        with pytest.raises(DataError, match="own_digits.npz is damaged"):
            attempt()
    assert own_digits.path().read_bytes() == content


def test_a_full_disk_is_told_and_keeps_what_was_there(runs_home, monkeypatch):
    own_digits.add(picture(1.0), 1)

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own_digits, "write_atomically", full)
    with pytest.raises(DataError, match="No space left on device"):
        own_digits.add(picture(1.0), 2)
    assert own_digits.load().labels.tolist() == [1]


def test_a_run_learns_from_them_besides_mnists(runs_home, monkeypatch):
    monkeypatch.setattr(data, "load", lambda *arguments: made_up_digits())
    for label in (5, 5, 5, 6):
        own_digits.add(picture(label / 10), label)
    config = TrainConfig(model="classifier", labels=20, own_digits=3, epochs=1, latent_dim=3, device="cpu")
    train = run_training.make_trainer(runs.create(config, "own")).train
    assert len(train.labels) == 22
    assert train.labels[-2:].tolist() == [5, 5]
    assert train.images[-2:, 0, 0, 0].tolist() == [128, 128]


def test_fewer_than_the_run_was_made_with_are_told(runs_home, monkeypatch):
    monkeypatch.setattr(data, "load", lambda *arguments: made_up_digits())
    run = runs.create(TrainConfig(model="classifier", labels=20, own_digits=3, epochs=1, latent_dim=3), "own")
    with pytest.raises(DataError, match="own_digits=3: there are only 0"):
        run_training.make_trainer(run)
