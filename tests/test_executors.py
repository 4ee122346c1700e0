"""Tasks are done in processes, and done again when a process dies."""

import os
import time
from pathlib import Path

import pytest

from convae import executors
from convae.errors import RunError


def square(number: int) -> int:
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number**2


def die_once(mark: str) -> int:
    """Kill the worker the first time, answer the second."""
    path = Path(mark)
    if not path.exists():
        path.touch()
        time.sleep(0.5)
        os.kill(os.getpid(), 9)
    return 7


def die(_: int) -> None:
    os.kill(os.getpid(), 9)


def test_every_task_gives_its_result_or_its_error():
    found = dict(executors.run_all(square, [2, 3, -1], lambda: executors.processes(2)))
    assert (found[2], found[3]) == (4, 9)
    assert str(found[-1]) == "-1 is negative"


def test_what_a_dead_worker_had_is_done_again(tmp_path):
    marks = [str(tmp_path / name) for name in "abc"]
    found = list(executors.run_all(die_once, marks, lambda: executors.processes(2)))
    assert sorted(found) == [(mark, 7) for mark in marks]


def test_workers_that_always_die_are_told():
    with pytest.raises(RunError, match="worker processes die"):
        list(executors.run_all(die, [1], lambda: executors.processes(1)))


def test_a_dask_cluster_gives_the_same(cluster):
    tasks = list(range(10))
    here = dict(executors.run_all(square, tasks, lambda: executors.processes(2)))
    assert dict(executors.run_all(square, tasks, lambda: executors.dask(cluster))) == here


def test_what_a_dead_worker_of_the_cluster_had_is_done_by_another(cluster, tmp_path):
    marks = [str(tmp_path / name) for name in "ab"]
    assert sorted(executors.run_all(die_once, marks, lambda: executors.dask(cluster))) == [(m, 7) for m in marks]


def test_a_scheduler_that_does_not_answer_is_told_within_ten_seconds():
    start = time.monotonic()
    with pytest.raises(RunError, match="no Dask scheduler answers"), executors.dask("tcp://127.0.0.1:9"):
        pass
    assert time.monotonic() - start < 10
