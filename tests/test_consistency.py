"""A classifier that knows something learns more from pictures without labels."""

import pytest
import torch
from torch import nn

from convae import consistency
from convae.config import preset
from convae.data import Digits
from convae.models import Classifier
from convae.training import Trainer, evaluate


def begun(digits: Digits) -> Classifier:
    """A classifier that has learnt a few digits, always the same."""
    config = preset("classifier", labels=60, epochs=30, seed=1, device="cpu")
    trainer = Trainer(config, digits, None)
    for _ in trainer.records():
        pass
    assert isinstance(trainer.model, Classifier)
    return trainer.model


def test_it_gets_better_by_pictures_without_labels(train_digits, test_digits):
    model = begun(train_digits)
    before = evaluate(model, test_digits)["accuracy"]
    labelled = Digits(train_digits.images[:60], train_digits.labels[:60])
    config = preset("classifier", learning_rate=6e-3, device="cpu")
    steady = consistency.learn_on(model, train_digits.images, labelled, config, steps=60)
    assert before > 0.6
    assert evaluate(steady, test_digits)["accuracy"] > before


def test_the_same_seed_gives_the_same_weights(train_digits):
    labelled = Digits(train_digits.images[:60], train_digits.labels[:60])
    config = preset("classifier", device="cpu")
    a, b = (consistency.learn_on(begun(train_digits), train_digits.images, labelled, config, 2) for _ in range(2))
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


class Undecided(nn.Module):
    """Gives every picture the same probabilities: 0.6 that it is a 1, 0.4 that it is a 3."""

    def forward(self, pictures):
        return torch.tensor([1e-9, 0.6, 1e-9, 0.4] + [1e-9] * 6).log().expand(len(pictures), 10)


@pytest.mark.parametrize(
    ("answered", "answer", "sure"),
    [([0.5, 0.5], 1, False), ([0.99, 0.01], 3, True)],  # until now, of 1 and 3
)
def test_an_answer_that_is_given_too_often_gives_way(answered, answer, sure):
    mean = torch.full((10,), 1e-6)
    mean[[1, 3]] = torch.tensor(answered)
    answers, surely = consistency._answer(Undecided(), torch.zeros(4, 1, 28, 28), mean)
    assert answers.tolist() == [answer] * 4
    assert surely.tolist() == [sure] * 4
    assert mean[1] + mean[3] == pytest.approx(1, abs=1e-3)
