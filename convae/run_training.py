"""Train a run directory from wherever it stands to its end, so that nothing is lost on the way."""

import io
import json
import time
from collections.abc import Callable

import torch

from convae import data, jobs, weights
from convae.errors import RunError
from convae.models import Encoder
from convae.runs import FAILURE, METRICS, RESUME, WEIGHTS, Run, check_encoder_run, write_atomically
from convae.training import Record, Trainer

SAVE_EVERY_S = 2


def make_trainer(run: Run, say: Callable[[str], None] = lambda line: None) -> Trainer:
    """A trainer for this run with its data and encoder, at the point from which the run can go on."""
    dataset = run.config.dataset
    trainer = Trainer(run.config, data.load("train", say, dataset), data.load("test", say, dataset), _encoder(run))
    if (run.path / RESUME).exists():
        try:
            trainer.load_state_dict(torch.load(run.path / RESUME, weights_only=True))
        except Exception as error:  # a damaged file can fail in any way
            raise RunError(
                f"{run.path / RESUME} is damaged ({type(error).__name__}): delete the run and start again"
            ) from error
    return trainer


def _encoder(run: Run) -> Encoder | None:
    return None if run.config.encoder_run is None else weights.load(check_encoder_run(run.config)).encoder


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
        try:
            _truncate_metrics(run, trainer.step)
            save(run, trainer)
            saved = time.monotonic()
            with (run.path / METRICS).open("a") as metrics:
                for record in trainer.records():
                    metrics.write(json.dumps(record) + "\n")
                    metrics.flush()
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


def _truncate_metrics(run: Run, step: int) -> None:
    """Drop the records after the point from which training goes on: they will be written again."""
    kept = [json.dumps(record) + "\n" for record in run.metrics() if record["step"] <= step]
    write_atomically(run.path / METRICS, "".join(kept).encode())


def save(run: Run, trainer: Trainer) -> None:
    """Write weights and resume point, each under a temporary name moved over the old one."""
    weights.save(run.path / WEIGHTS, trainer.model)
    buffer = io.BytesIO()
    torch.save(trainer.state_dict(), buffer)
    write_atomically(run.path / RESUME, buffer.getvalue())
