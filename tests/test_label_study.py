"""Each arm learns from the labels it may know, and from nothing of the test digits."""

import dataclasses

import numpy as np
import pytest
import torch

from convae import consistency, executors, label_study, runs, weights
from convae.arms import ARMS
from convae.data import Digits
from convae.errors import RunError
from convae.label_study import Task, learn, run_task

RUN = "autoencoder-12"


def task(arm: str, labels: int = 50, seed: int = 0) -> Task:
    return Task(labels, arm, seed, "balanced", RUN, runs.open_run(RUN).weights_hash())


@pytest.fixture
def encoder():
    return weights.load(runs.open_run(RUN)).encoder


@pytest.fixture
def quick(monkeypatch):
    """The arms with a few steps each; those that begin with nothing need more of them."""
    for name, arm in ARMS.items():
        steps = min(arm.steps, 30 if arm.pretrained else 100)
        monkeypatch.setitem(ARMS, name, dataclasses.replace(arm, steps=steps))
    monkeypatch.setattr(label_study, "FIRST_STEPS", 30)


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_learns(arm, quick, encoder, train_digits, test_digits):
    answers = learn(task(arm), ARMS[arm], train_digits, encoder)(test_digits.images)
    assert answers.shape == (500,)
    assert (answers == test_digits.labels.numpy()).mean() > 0.4


@pytest.mark.parametrize("arm", ARMS)
def test_the_test_labels_reach_no_weight(arm, quick, monkeypatch, train_digits, test_digits):
    """The same task with the test labels mixed up trains the same weights, and so answers the same."""
    trained: list[torch.Tensor] = []

    def noted(train):
        def note(*arguments):
            model = train(*arguments)
            trained.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
            return model

        return note

    monkeypatch.setattr(label_study, "_train", noted(label_study._train))
    monkeypatch.setattr(consistency, "learn_on", noted(consistency.learn_on))
    mixed = Digits(test_digits.images, test_digits.labels[torch.randperm(500, generator=torch.Generator())])
    found = []
    for test in (test_digits, mixed):
        trained.clear()
        monkeypatch.setattr(label_study, "_digits", lambda split, test=test: train_digits if split == "train" else test)
        result = run_task(task(arm))
        found.append((list(trained), result["accuracy"]))
    (first, right), (second, by_chance) = found
    assert len(first) == len(second) == {"linear-probe": 0, "self-training": 2}.get(arm, 1)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert right > by_chance


def test_only_the_labels_that_are_allowed_are_looked_at(quick, encoder, train_digits, test_digits):
    """Labels beyond those of the draw can be anything."""
    known = label_study.labelled_subset(train_digits.labels, 50, "first", 0)
    blind = torch.zeros_like(train_digits.labels)
    blind[known] = train_digits.labels[known]
    for arm in ("fine-tuned", "self-training"):
        first = dataclasses.replace(task(arm), sampling="first")
        answers = [
            learn(first, ARMS[arm], Digits(train_digits.images, labels), encoder)(test_digits.images)
            for labels in (train_digits.labels, blind)
        ]
        np.testing.assert_array_equal(*answers)


def test_a_frozen_encoder_stays_as_it_is(quick, encoder, train_digits):
    before = [p.clone() for p in encoder.parameters()]
    labelled = Digits(train_digits.images[:50], train_digits.labels[:50])
    model = label_study._train(task("frozen"), ARMS["frozen"], labelled, encoder, 20)
    assert all(torch.equal(a, b) for a, b in zip(before, model.encoder.parameters(), strict=True))


def test_an_autoencoder_with_other_weights_is_refused():
    with pytest.raises(RunError, match="has other weights here"):
        run_task(dataclasses.replace(task("frozen"), weights="0" * 64))


def test_one_label_is_enough_for_a_probe(encoder, train_digits, test_digits):
    first = dataclasses.replace(task("linear-probe", labels=1), sampling="first")
    answers = learn(first, ARMS["linear-probe"], train_digits, encoder)(test_digits.images)
    assert set(answers.tolist()) == {int(train_digits.labels[0])}


def test_a_dask_cluster_and_this_machine_come_to_the_same(shipped_home, cluster):
    tasks = [task("linear-probe", 20, seed) for seed in (0, 1)]
    here = dict(executors.run_all(run_task, tasks, lambda: executors.processes(2)))
    there = dict(executors.run_all(run_task, tasks, lambda: executors.dask(cluster)))
    assert [here[t]["accuracy"] for t in tasks] == [there[t]["accuracy"] for t in tasks]
    assert min(here[t]["accuracy"] for t in tasks) > 0.5
