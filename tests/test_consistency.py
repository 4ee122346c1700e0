"""A classifier that knows something learns more from pictures without labels."""

import torch

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


def test_answers_are_those_of_the_steady_copy_evened_out(train_digits):
    model = begun(train_digits).eval()
    pictures = train_digits.images[:20].float() / 255
    mean = torch.full((10,), 0.1)
    mean[3] = 1e-6  # a digit that was hardly ever answered
    answers, sure = consistency._answer(model, pictures, mean)
    assert (answers == 3).all()
    assert sure.dtype == torch.bool
    assert mean[3] > 1e-6
