"""Train a run directory from wherever it stands to its end, so that nothing is lost on the way."""

import io
import json
import time
from collections.abc import Callable
from typing import TextIO

import numpy as np
import torch

from convae import data, jobs, own_digits, snapshots, weights
from convae.config import MODELS
from convae.errors import RunError
from convae.models import Encoder
from convae.runs import FAILURE, METRICS, QUEUED, RESUME, WEIGHTS, Run, check_encoder_run, write_atomically
from convae.training import Record, Trainer

SAVE_EVERY_S = 2
SNAPSHOT_BATCH = 250


def make_trainer(run: Run, say: Callable[[str], None] = lambda line: None) -> Trainer:
    """A trainer for this run with its data and encoder, at the point from which the run can go on."""
    dataset = run.config.dataset
    digits = data.load("train", say, dataset), data.load("test", say, dataset)
    more = own_digits.to_learn(run.config.own_digits) if run.config.own_digits else None
    trainer = Trainer(run.config, *digits, _encoder(run), more)
    if (run.path / RESUME).exists():
        try:
            trainer.load_state_dict(torch.load(run.path / RESUME, weights_only=True))
        except Exception as error:  # a damaged file can fail in any way
            raise RunError(
                f"{run.path / RESUME} is damaged ({type(error).__name__}): delete the run and start again"
            ) from error
    return trainer


def _encoder(run: Run) -> Encoder | None:
    if run.config.encoder_run is None:
        return None
    source = check_encoder_run(run.config)
    if not source.is_finished():
        raise RunError(f"encoder_run={source.name!r} is not finished: train it to its end, then resume {run.name}")
    return weights.load(source).encoder


def train(run: Run, trainer: Trainer, on_record: Callable[[Record], None] = lambda record: None) -> bool:
    """Train the run to its end while keeping its directory up to date; True if it got there, False if it was stopped.

    Weights and resume point are saved at the start, at the end and at each epoch's end, but where epochs are short
    not more often than every `SAVE_EVERY_S`. Holds the run's lock. Raises `RunError` if
    another process works on the run or the disk is full, and `NonFiniteLossError`; what was saved before remains.
    """
    with jobs.at_work(run.path):
        if run.is_finished():
            raise RunError(f"{run.name} is finished: nothing is left to train")
        (run.path / FAILURE).unlink(missing_ok=True)
        (run.path / QUEUED).unlink(missing_ok=True)
        try:
            _truncate(run, trainer.step)
            save(run, trainer)
            saved = time.monotonic()
            if run.config.snapshots and not trainer.step:
                write_snapshot(run, trainer)
            moments = _moments(trainer)
            with (run.path / METRICS).open("a") as metrics:
                for record in trainer.records():
                    write_record(metrics, record)
                    if run.config.snapshots and _moments(trainer) > moments:
                        moments = _moments(trainer)
                        write_snapshot(run, trainer)  # before the save: after it, going on would leave it out
                    if (trainer.at_epoch_end and time.monotonic() - saved >= SAVE_EVERY_S) or trainer.finished:
                        save(run, trainer)
                        saved = time.monotonic()
                    on_record(record)
                    if jobs.stop_requested(run.path):
                        return False
        except OSError as error:
            raise RunError(f"cannot write to {run.path}: {error.strerror}. The last saved epoch is kept") from error
        (run.path / RESUME).unlink()
        return True


def record_failure(run: Run, message: str) -> None:
    """Leave word in the directory of why the run ended before its time."""
    (run.path / FAILURE).write_text(message + "\n")


def write_record(metrics: TextIO, record: Record) -> None:
    """Append the record as a line that readers see at once."""
    metrics.write(json.dumps(record) + "\n")
    metrics.flush()


def _truncate(run: Run, step: int) -> None:
    """Drop the records and snapshots after the point from which training goes on: they will be written again."""
    kept = [json.dumps(record) + "\n" for record in run.metrics() if record["step"] <= step]
    write_atomically(run.path / METRICS, "".join(kept).encode())
    snapshots.truncate(run, step)


def save(run: Run, trainer: Trainer) -> None:
    """Write resume point and weights, each under a temporary name moved over the old one."""
    buffer = io.BytesIO()
    torch.save(trainer.state_dict(), buffer)
    write_atomically(run.path / RESUME, buffer.getvalue())
    weights.save(run.path / WEIGHTS, trainer.model)  # last: weights without a resume point are those of a finished run


def _moments(trainer: Trainer) -> int:
    return snapshots.moment(trainer.step, trainer.total_steps, trainer.config.epochs)


@torch.no_grad()
def write_snapshot(run: Run, trainer: Trainer) -> None:
    """Keep what the model makes now of the first test digits."""
    assert trainer.test is not None
    model, images = trainer.model, trainer.test.images[: snapshots.ON_MAP]
    labels = trainer.test.labels[: snapshots.ON_MAP].cpu().numpy()
    shown = snapshots.choose(labels)
    if not trainer.step:
        snapshots.write_digits(run, snapshots.Digits(images[shown, 0].cpu().numpy(), labels))
    codes = torch.cat([model.encoder(data.to_float(part)) for part in images.split(SNAPSHOT_BATCH)])
    redrawn, confusion = np.zeros((0, 28, 28), np.uint8), np.zeros((0, 0), np.int64)
    if MODELS[run.config.model].uses_labels:
        confusion = snapshots.count_answers(labels, model.head(codes).argmax(1).cpu().numpy())
    else:
        redrawn = (model.head(codes[shown])[:, 0] * 255).round().byte().cpu().numpy()
    epoch = trainer.step / trainer.steps_per_epoch
    snapshots.write(run, trainer.step, epoch, codes.cpu().numpy(), redrawn, confusion)
