"""A run is a directory of plain files that can be read without this program: create, open, list, watch and delete.

`config.json`, `metrics.jsonl` (one record a line), `model.safetensors`, `log.txt`, and `resume.pt` while the run is
unfinished. Nothing here imports torch, so that a list of runs is quick.
"""

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

from convae import jobs
from convae.config import TrainConfig, check_name
from convae.errors import ConfigError, RunError

FORMAT = 1
CONFIG, METRICS, WEIGHTS, RESUME, FAILURE = (
    "config.json",
    "metrics.jsonl",
    "model.safetensors",
    "resume.pt",
    "failure.txt",
)
QUEUED = "queued"  # holds the run's place in the queue
PROJECT = Path(__file__).resolve().parent.parent


def runs_dir() -> Path:
    """The folder of all runs: `$CONVAE_RUNS` or the project's `checkpoints/`."""
    return Path(os.environ.get("CONVAE_RUNS") or PROJECT / "checkpoints")


def studies_dir() -> Path:
    """The folder of all studies, each a folder of its own: beside the runs."""
    return runs_dir() / "studies"


@dataclass(frozen=True)
class Run:
    """One run directory with its settings."""

    path: Path
    config: TrainConfig
    about: dict[str, Any]  # all of config.json

    @property
    def name(self) -> str:
        return self.path.name

    def status(self) -> str:
        """`running`, `waiting`, `finished`, `failed`, `stopped` (on request) or `interrupted` (its process is gone)."""
        if jobs.is_running(self.path):
            return "running"
        if (self.path / QUEUED).exists():
            return "waiting"
        if self.has_failed():
            return "failed"
        if self.is_finished():
            return "finished"
        return "stopped" if jobs.stop_requested(self.path) else "interrupted"

    def is_finished(self) -> bool:
        """Whether it was trained to its end."""
        return (self.path / WEIGHTS).exists() and not (self.path / RESUME).exists()

    def has_failed(self) -> bool:
        """Whether training ended by itself before its time."""
        return (self.path / FAILURE).exists()

    def failure(self) -> str:
        """Why it failed."""
        return (self.path / FAILURE).read_text().strip()

    def metrics(self) -> list[dict[str, Any]]:
        """The records so far; a line that is still being written, or is not JSON, is left out."""
        return MetricsReader(self).read()

    def last_scores(self) -> dict[str, Any]:
        """The last record in which the test set was scored, {} if there is none."""
        return next((r for r in reversed(self.metrics()) if r.get("test_loss") is not None), {})

    def weights_hash(self) -> str:
        """SHA-256 of the weights file, '' if there is none."""
        path = self.path / WEIGHTS
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


class MetricsReader:
    """Reads the records of a run again and again, each line of the file once, from any thread."""

    def __init__(self, run: Run):
        self._path = run.path / METRICS
        self._lock = Lock()
        self._file, self._offset = 0, 0
        self._records: list[dict[str, Any]] = []

    def read(self) -> list[dict[str, Any]]:
        """The records so far, as `Run.metrics`."""
        with self._lock, suppress(FileNotFoundError), self._path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_ino != self._file or about.st_size < self._offset:  # replaced, as when a run goes on
                self._file, self._offset, self._records = about.st_ino, 0, []
            file.seek(self._offset)
            content = file.read()
            whole = content[: content.rfind(b"\n") + 1]
            self._offset += len(whole)
            self._records += [record for line in whole.splitlines() if (record := _parse_record(line)) is not None]
            return list(self._records)
        return []


def _parse_record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or not isinstance(record.get("step"), int):
        return None
    return record if all(isinstance(record.get(name), int | float) for name in ("epoch", "elapsed")) else None


def create(config: TrainConfig, name: str, extra: dict[str, Any] | None = None) -> Run:
    """A new run directory. Raises `RunError` if the name is taken, the encoder run is not there or does not fit."""
    path = runs_dir() / check_name(name)
    about = {
        "format": FORMAT,
        "train": config.to_dict(),
        "command": config.command(name),
        "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "versions": {"python": platform.python_version(), **{p: version(p) for p in ("torch", "numpy")}},
        "threads": int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1),
        **(extra or {}),
    }
    if config.encoder_run is not None:
        source = check_encoder_run(config)
        if source.is_finished():
            about["encoder_sha256"] = source.weights_hash()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=path.parent))
        scratch.chmod(0o755)
        (scratch / CONFIG).write_text(json.dumps(about, indent=2) + "\n")
        (scratch / METRICS).touch()
    except OSError as error:
        raise RunError(f"cannot write to {path.parent}: {error.strerror}") from error
    try:
        scratch.rename(path)  # fails if it exists with anything in it: of two at the same moment, one wins
    except OSError as error:
        shutil.rmtree(scratch)
        raise RunError(f"a run named {name!r} exists already: choose another name or delete {path}") from error
    return Run(path, config, about)


def check_encoder_run(config: TrainConfig) -> Run:
    """The run named by `config.encoder_run`, which is finished or in training or waits for it.

    Raises `RunError` if it is neither of these, not there or does not fit.
    """
    source = open_run(config.encoder_run or "")
    if source.config.latent_dim != config.latent_dim:
        raise RunError(
            f"encoder_run={source.name!r} has latent_dim {source.config.latent_dim}, not {config.latent_dim}: "
            "choose one with the same latent_dim"
        )
    if source.status() not in ("finished", "running", "waiting"):
        raise RunError(f"encoder_run={source.name!r} is not finished: train it to its end first")
    return source


def open_run(name: str) -> Run:
    """The run of that name; raises `RunError` if it is missing or its config.json cannot be used."""
    path = runs_dir() / check_name(name)
    try:
        about = json.loads((path / CONFIG).read_text())
        if about["format"] > FORMAT:
            raise RunError(
                f"{path / CONFIG} was written by a later version (format {about['format']}): update this one"
            )
        return Run(path, TrainConfig.from_dict(about["train"]), about)
    except FileNotFoundError:
        raise RunError(f"no run named {name!r} in {path.parent}: `python -m convae list` shows what is there") from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise RunError(f"{path / CONFIG} cannot be used: {error}") from error


def list_runs(names: Iterable[str] | None = None) -> list[Run]:
    """The runs of these names, or all by name; a folder with a broken config.json is left out."""
    found = []
    for name in sorted(path.parent.name for path in runs_dir().glob(f"*/{CONFIG}")) if names is None else names:
        try:
            found.append(open_run(name))
        except (RunError, ConfigError):
            continue
    return found


def unreadable() -> list[str]:
    """Why a folder that looks like a run is none, one message each: edited, half copied, from a later version."""
    messages = []
    for name in sorted(path.parent.name for path in runs_dir().glob(f"[!.]*/{CONFIG}")):
        try:
            open_run(name)
        except (RunError, ConfigError) as error:
            messages.append(str(error))
    half = sorted({p.parent for p in runs_dir().glob(f"[!.]*/{WEIGHTS}") if not (p.parent / CONFIG).exists()})
    return messages + [f"{path} has weights but no {CONFIG}: copy it whole, or import its weights" for path in half]


def find(**settings: Any) -> list[Run]:
    """The runs with weights whose settings are these, finished ones first, then by name."""
    matching = [
        run
        for run in list_runs()
        if (run.path / WEIGHTS).exists() and all(getattr(run.config, k) == v for k, v in settings.items())
    ]
    return sorted(matching, key=lambda run: not run.is_finished())


def delete(run: Run) -> None:
    """Remove the run for good; raises `RunError` while it is running."""
    with jobs.at_work(run.path):
        shutil.rmtree(run.path)


def write_atomically(path: Path, content: bytes) -> None:
    """Write under a temporary name and move it over the old file, so that nobody ever reads half of it."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def free_name(name: str) -> str:
    """`name`, or `name-2`, `name-3` and so on if there is such a run already."""
    taken = {path.name for path in runs_dir().glob("*")}
    return next(n for n in [name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))] if n not in taken)
