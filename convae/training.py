"""The one loop that trains every model."""

import math
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from convae.config import TRAIN_SIZE, TrainConfig
from convae.data import Digits, batches, labelled_subset, random_affine, to_float
from convae.errors import ConfigError, NonFiniteLossError
from convae.models import Classifier, Encoder, Model, build
from convae.recipes import initialise, make_optimizers, set_learning_rate

RECORDS_PER_RUN = 200  # besides one an epoch
EVALUATIONS_PER_RUN = 12  # at most, spread evenly over the epochs; the last epoch is always evaluated
EVALUATION_BATCH = 250

Record = dict[str, float | None]


def pick_device(name: str) -> torch.device:
    """The device to compute on; `auto` takes CUDA, then MPS, then the CPU. Raises `ConfigError` if it is not there."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(device for device, there in available.items() if there)
    if not available[name]:
        raise ConfigError(f"device={name!r} is not available here; use cpu or auto")
    return torch.device(name)


@torch.no_grad()
def evaluate(model: Model, digits: Digits) -> dict[str, float]:
    """The model's loss and metrics, each a mean over all digits; raises `ConfigError` if there are none."""
    if not len(digits.labels):
        raise ConfigError("there are no digits to evaluate on")
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    sums: dict[str, float] = {}
    for images, labels in zip(
        digits.images.split(EVALUATION_BATCH), digits.labels.split(EVALUATION_BATCH), strict=True
    ):
        loss, metrics = model.loss(to_float(images.to(device)), labels.to(device))
        for name, value in {"loss": loss, **metrics}.items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(labels)
    model.train(was_training)
    return {name: total / len(digits.labels) for name, total in sums.items()}


class Trainer:
    """One training run in memory: `for record in trainer.records()` trains; leaving the loop stops it cleanly.

    A record holds step, epoch (a fraction between epochs), train_loss and the model's own train metrics (means since
    the record before), test_loss and test metrics (None where the test set was not looked at), learning_rate,
    images_per_s and elapsed seconds. `state_dict` at the end of an epoch is all that is needed to go on from there.
    """

    def __init__(
        self,
        config: TrainConfig,
        train: Digits,
        test: Digits | None,
        encoder: Encoder | None = None,
        more: Digits | None = None,
    ):
        """`encoder` gives the weights to start from where the settings name an encoder run.

        `more` digits are learnt from besides the labelled ones of `train`. Without `test` nothing is scored.
        """
        self.config = config
        self.device = pick_device(config.device)
        if config.labels < TRAIN_SIZE:
            chosen = labelled_subset(train.labels, config.labels, config.sampling, config.seed)
            train = Digits(train.images[chosen], train.labels[chosen])
        if more is not None:
            train = Digits(torch.cat([train.images, more.images]), torch.cat([train.labels, more.labels]))
        self.train = Digits(train.images.to(self.device), train.labels.to(self.device))
        self.test = test and Digits(test.images.to(self.device), test.labels.to(self.device))
        # channels_last is the layout that the CPU's and the GPU's convolutions are quickest in.
        self.model = new_model(config, encoder).to(self.device).to(memory_format=torch.channels_last)
        self.optimizers = make_optimizers(self.model, config)
        self.generator = Generator().manual_seed(config.seed)
        self.steps_per_epoch = math.ceil(len(self.train.labels) / config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.step = 0
        self.epoch = 0
        self.elapsed = 0.0

    @property
    def at_epoch_end(self) -> bool:
        """Whether `state_dict` may be called now."""
        return self.step == self.epoch * self.steps_per_epoch

    @property
    def finished(self) -> bool:
        return self.epoch == self.config.epochs

    def records(self) -> Iterator[Record]:
        """Train to the end, yielding what happened on the way; raises `NonFiniteLossError`."""
        record_every = max(1, self.total_steps // RECORDS_PER_RUN)
        evaluate_every = max(1, self.config.epochs // EVALUATIONS_PER_RUN)
        while not self.finished:
            yield from self._train_one_epoch(record_every)
            yield self._record(with_test=self.finished or self.epoch % evaluate_every == 0)

    def _train_one_epoch(self, record_every: int) -> Iterator[Record]:
        self.model.train()
        self._begin_record()
        for images, labels in batches(self.train, self.config.batch_size, self.generator):
            self._train_one_step(to_float(images), labels)
            if self.step % record_every == 0 and self.step % self.steps_per_epoch:
                yield self._record(with_test=False)
        self.epoch += 1

    def _train_one_step(self, images: Tensor, labels: Tensor) -> None:
        if self.config.augment:
            images = random_affine(images, self.generator)
        set_learning_rate(self.optimizers, self.config.recipe, self.step / self.total_steps)
        loss, metrics = self.model.loss(images, labels)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        for name, value in {"loss": loss, **metrics}.items():
            self._sums[name] = self._sums.get(name, 0) + value.detach() * len(labels)
        self._images += len(labels)
        self.step += 1

    def _begin_record(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._images = 0
        self._began = time.perf_counter()

    def _record(self, with_test: bool) -> Record:
        means = {name: float(total) / self._images for name, total in self._sums.items()}
        if not math.isfinite(means["loss"]):
            raise NonFiniteLossError(
                f"the training loss became {means['loss']} before step {self.step}: "
                f"try a learning rate below {self.config.learning_rate:g}"
            )
        seconds = time.perf_counter() - self._began
        record: Record = {"step": self.step, "epoch": round(self.step / self.steps_per_epoch, 4)}
        record |= {f"train_{name}": value for name, value in means.items()}
        tested = evaluate(self.model, self.test) if with_test and self.test else dict.fromkeys(means)
        record |= {f"test_{name}": value for name, value in tested.items()}
        record["learning_rate"] = self.optimizers[0].param_groups[0]["lr"]
        record["images_per_s"] = self._images / seconds
        self.elapsed += time.perf_counter() - self._began
        record["elapsed"] = self.elapsed
        self._begin_record()
        return record

    def state_dict(self) -> dict[str, Any]:
        """Everything that the rest of the run depends on, at the end of an epoch."""
        return {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "generator": self.generator.get_state(),
            "step": self.step,
            "epoch": self.epoch,
            "elapsed": self.elapsed,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to where `state_dict` was called; raises KeyError or RuntimeError if the state does not fit."""
        self.model.load_state_dict(state["model"])
        for optimizer, values in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(values)
        self.generator.set_state(state["generator"])
        self.step, self.epoch, self.elapsed = state["step"], state["epoch"], state["elapsed"]


def new_model(config: TrainConfig, encoder: Encoder | None = None) -> Model:
    """The untrained model of these settings, on a copy of `encoder` where one is given.

    Raises `ConfigError` if the encoder's latent_dim is another one, or if the settings and `encoder` disagree.
    """
    if (encoder is None) != (config.encoder_run is None):
        raise ConfigError(f"encoder_run={config.encoder_run!r} and the encoder that was given do not go together")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        own = Encoder(config.latent_dim) if encoder is not None else None
        model = build(config.model, config.latent_dim, own)
        initialise(model, config.recipe)
    if isinstance(model, Classifier):
        model.label_smoothing = config.label_smoothing
    if encoder is not None:
        if encoder.latent_dim != config.latent_dim:
            raise ConfigError(
                f"encoder_run={config.encoder_run!r} has latent_dim {encoder.latent_dim}, not {config.latent_dim}"
            )
        model.encoder.load_state_dict(encoder.state_dict())
        if config.freeze_encoder:
            model.encoder.requires_grad_(False)
    return model
