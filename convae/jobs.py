"""Start, watch and stop a process that works on a directory. Knows no models.

A working process holds the directory's lock, which the system lets go of however the process ends; so "it runs" is
true only while it does, in whichever tab, server or shell it was started.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from convae.errors import RunError

LOCK, STOP, LOG = "lock", "stop", "log.txt"

# glibc gives large buffers back to the system at every step unless told to keep them. Threads that wait for work spin
# only briefly: without end, two processes on the same cores slow each other down tenfold; not at all (a passive wait
# policy), a step of many small operations takes half as long again.
ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "GOMP_SPINCOUNT": "20000",
}


def start(command: list[str], log: Path, cwd: Path) -> subprocess.Popen:
    """Start `command` in a session of its own, so that it outlives this process; its errors are appended to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )


@contextmanager
def at_work(directory: Path) -> Iterator[None]:
    """Hold the directory's lock; raises `RunError` if another process holds it."""
    lock = FileLock(directory / LOCK)
    try:
        # Longer than the moment for which `is_running` holds the lock.
        lock.acquire(timeout=1)
    except Timeout:
        raise RunError(
            f"{directory.name} is being worked on by another process: wait for it or stop it first"
        ) from None
    try:
        (directory / STOP).unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def is_running(directory: Path) -> bool:
    """Whether a process is at work on the directory now."""
    if not (directory / LOCK).exists():
        return False
    lock = FileLock(directory / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def request_stop(directory: Path) -> None:
    """Ask the process at work to stop at its next record."""
    (directory / STOP).touch()


def stop_requested(directory: Path) -> bool:
    """Whether `request_stop` was called since the work began, or before the work that has now ended did."""
    return (directory / STOP).exists()


def log_tail(directory: Path, lines: int = 12) -> str:
    """The last lines of the process's output, '' if there is none."""
    try:
        text = (directory / LOG).read_bytes()[-20_000:].decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.replace("\r", "\n").splitlines()[-lines:])
