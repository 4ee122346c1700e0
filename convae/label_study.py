"""Accuracy against the number of labels: ways to train x numbers of labels x seeds, each a task of its own.

A task learns from the training digits alone; the test digits are looked at once, when it has ended.
"""

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from convae import consistency, data, label_propagation, latent, runs, weights
from convae.arms import ARMS, PROBE, SELF_TRAINING, Arm
from convae.config import TrainConfig, preset
from convae.data import Digits, labelled_subset, to_float
from convae.errors import RunError
from convae.models import Encoder, Model
from convae.training import Trainer

BATCH_SIZE, LEAST_EPOCHS = 64, 2
BATCH = 500  # of pictures that are only looked at
FIRST_RATE, FIRST_STEPS = 15e-3, 400  # of self-training, on what the spread labels are surest of

Predict = Callable[[Tensor], NDArray]


@dataclass(frozen=True, order=True)
class Task:
    """One training; small enough to be sent anywhere, with all that a worker needs besides MNIST and the run."""

    labels: int
    arm: str
    seed: int
    sampling: str
    autoencoder: str
    weights: str  # SHA-256 of the autoencoder's weights: another one's would be another study


def run_task(task: Task) -> dict[str, Any]:
    """Do the task on one thread, with this machine's MNIST and runs; its fields, the test accuracy and the seconds.

    Raises `RunError` if the autoencoder is not here or has other weights, `DataError` if MNIST cannot be had.
    """
    torch.set_num_threads(1)
    start = time.perf_counter()
    predict = learn(task, ARMS[task.arm], _digits("train"), _encoder(task))
    test = _digits("test")
    accuracy = float((predict(test.images) == test.labels.numpy()).mean())
    return {**dataclasses.asdict(task), "accuracy": accuracy, "seconds": round(time.perf_counter() - start, 2)}


def learn(task: Task, arm: Arm, train: Digits, encoder: Encoder) -> Predict:
    """Train as the arm says on the labels that the task allows; returns what names the digits of uint8 images (N,).

    Of `train` only the labels of those images are looked at; `encoder` is the autoencoder's.
    """
    known = labelled_subset(train.labels, task.labels, task.sampling, task.seed)
    labelled = Digits(train.images[known], train.labels[known])
    if task.arm == PROBE:
        return _probe(labelled, arm, encoder)
    if task.arm == SELF_TRAINING:
        return _self_train(task, arm, train.images, labelled, known.numpy(), encoder)
    steps = max(arm.steps, math.ceil(LEAST_EPOCHS * task.labels / BATCH_SIZE))
    return _classifier(_train(task, arm, labelled, encoder, steps))


def _train(task: Task, arm: Arm, digits: Digits, encoder: Encoder, steps: int) -> Model:
    config = _config(task, arm, encoder, epochs=max(1, round(steps / math.ceil(len(digits.labels) / BATCH_SIZE))))
    trainer = Trainer(config, digits, test=None, encoder=encoder if arm.pretrained else None)
    for _ in trainer.records():
        pass
    return trainer.model.eval()


def _config(task: Task, arm: Arm, encoder: Encoder, **changes: Any) -> TrainConfig:
    settings: dict[str, Any] = {
        "latent_dim": encoder.latent_dim,
        "batch_size": BATCH_SIZE,
        "augment": arm.augment,
        "learning_rate": arm.learning_rate,
        "freeze_encoder": arm.freeze_encoder,
        "seed": task.seed,
        "device": "cpu",
    }
    encoder_run = task.autoencoder if arm.pretrained else None
    return preset("classifier", encoder_run=encoder_run, **{**settings, **changes})


@torch.no_grad()
def _probabilities(model: Model, images: Tensor) -> NDArray:
    return torch.cat([model(to_float(part)).softmax(1) for part in images.split(BATCH)]).numpy()


def _classifier(model: Model) -> Predict:
    return lambda images: _probabilities(model, images).argmax(1)


def _probe(labelled: Digits, arm: Arm, encoder: Encoder) -> Predict:
    """Logistic regression on the standardised codes; `learning_rate` is its inverse strength of regularisation."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = labelled.labels.numpy()
    if len(np.unique(labels)) == 1:  # nothing to tell apart
        return lambda images: np.full(len(images), labels[0])
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=arm.learning_rate, max_iter=1000))
    probe.fit(latent.encode(encoder, labelled.images), labels)
    return lambda images: probe.predict(latent.encode(encoder, images))


def _self_train(task: Task, arm: Arm, images: Tensor, labelled: Digits, known: NDArray, encoder: Encoder) -> Predict:
    """Learn first what labels spread over the codes are surest of, then from all pictures."""
    labels = labelled.labels.numpy()
    shares = label_propagation.spread(label_propagation.graph(latent.encode(encoder, images)), known, labels)
    count = max(1, round(label_propagation.SHARE * len(images) / 10))
    chosen, answers = label_propagation.surest(shares, known, labels, count)
    first = dataclasses.replace(arm, learning_rate=FIRST_RATE)
    begun = _train(
        task, first, Digits(images[torch.from_numpy(chosen)], torch.from_numpy(answers)), encoder, FIRST_STEPS
    )
    return _classifier(consistency.learn_on(begun, images, labelled, _config(task, arm, encoder), arm.steps))


@lru_cache(maxsize=2)
def _digits(split: str) -> Digits:
    return data.load(split)


def _encoder(task: Task) -> Encoder:
    run = runs.open_run(task.autoencoder)
    if run.weights_hash() != task.weights:
        raise RunError(f"{task.autoencoder} has other weights here than where the study began: copy the run here")
    return weights.load(run).encoder
