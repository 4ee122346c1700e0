"""The queue: runs that wait for the machine, which trains one at a time.

A waiting run's directory holds its place in the queue, and one process works the queue off; so the queue outlives the
pages and the server, and can be read and changed from any of them.
"""

import sys
import time
from contextlib import ExitStack
from pathlib import Path

from convae import jobs, runs
from convae.errors import RunError
from convae.runs import PROJECT, QUEUED, Run, write_atomically

POLL_S = 0.2


def add(run: Run) -> None:
    """Put the run at the end of the queue; one that waits already keeps its place."""
    if not (run.path / QUEUED).exists():
        write_atomically(run.path / QUEUED, str(time.time_ns()).encode())


def remove(run: Run) -> None:
    """Take the run out of the queue; it can be put there again."""
    jobs.request_stop(run.path)
    (run.path / QUEUED).unlink(missing_ok=True)


def waiting() -> list[Run]:
    """The runs that wait, the next one first."""
    names = [name for _, name in sorted(_places())]
    return [run for run in runs.list_runs(names) if run.status() == "waiting"]


def at_work() -> list[str]:
    """What the machine is at now: names of runs and of studies; more than one if some were started by hand."""
    places = [*runs.runs_dir().glob(f"[!.]*/{jobs.LOCK}"), *runs.studies_dir().glob(f"*/{jobs.LOCK}")]
    return [path.parent.name for path in places if jobs.is_running(path.parent)]


def held_up() -> list[Run]:
    """The runs that wait for others; not the next one while the machine is free, which is about to begin."""
    every = waiting()
    return every if not every or at_work() else every[1:]


def ensure_worker() -> None:
    """Have a process at work on the queue if anything waits in it."""
    if waiting() and not jobs.is_running(_folder()):
        jobs.start([sys.executable, "-m", "convae", "queue"], _folder() / jobs.LOG, cwd=PROJECT)


def work() -> None:
    """Train the waiting runs, each in a process of its own, until none waits; nothing if another process does so."""
    with ExitStack() as stack:
        try:
            stack.enter_context(jobs.at_work(_folder()))
        except RunError:
            return
        while _places():
            if at_work():
                time.sleep(POLL_S)
            elif found := waiting():
                _train(found[0], _place(found[0].path))
            else:
                raise RunError("what waits in the queue cannot be read: `python -m convae list` shows what can")


def _train(run: Run, place: int | None) -> None:
    command = [sys.executable, "-m", "convae", "train", "--resume", run.name]
    process = jobs.start(command, run.path / jobs.LOG, cwd=PROJECT)
    while process.poll() is None:
        if _was_removed(run):
            process.terminate()
        time.sleep(POLL_S)
    # The run leaves the queue by itself when its training begins, and may be in it again, at another place, when its
    # process ends. One whose training could not even begin leaves now.
    if _place(run.path) == place:
        (run.path / QUEUED).unlink(missing_ok=True)


def _was_removed(run: Run) -> bool:
    taken_out = jobs.stop_requested(run.path) and not (run.path / QUEUED).exists()
    return taken_out and not jobs.is_running(run.path)


def _places() -> list[tuple[int, str]]:
    every = [(_place(path.parent), path.parent.name) for path in runs.runs_dir().glob(f"*/{QUEUED}")]
    return [(place, name) for place, name in every if place is not None]


def _place(path: Path) -> int | None:
    """Since when the run of that directory waits, in ns; None if it does not."""
    try:
        return int((path / QUEUED).read_text())
    except (OSError, ValueError):  # gone in the meantime, or edited by hand
        return None


def _folder() -> Path:
    path = runs.runs_dir() / ".queue"
    path.mkdir(parents=True, exist_ok=True)
    return path
