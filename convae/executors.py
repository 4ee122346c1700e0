"""Where the tasks of a study are done: in processes on this machine, or on a Dask cluster."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from convae.errors import RunError
from convae.jobs import ENVIRONMENT

CONNECT_S = 5
MOST_DEATHS = 3  # of a worker without a result in between

Task = TypeVar("Task")
Open = Callable[[], Any]  # gives a context manager of an Executor


@contextmanager
def processes(workers: int | None = None) -> Iterator[Executor]:
    """Processes on this machine, by default one for each core; what they do must keep to one thread."""
    before = {name: os.environ.get(name) for name in (*ENVIRONMENT, "OMP_NUM_THREADS")}
    os.environ.update(ENVIRONMENT, OMP_NUM_THREADS="1")  # for the workers, which begin with this environment
    try:
        with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("spawn")) as executor:
            try:
                yield executor
            finally:
                executor.shutdown(wait=False, cancel_futures=True)
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def dask(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at that address; raises `RunError` if it cannot be reached."""
    try:
        from distributed import Client
    except ImportError as error:
        raise RunError("a scheduler needs Dask: pip install -r requirements-dask.txt") from error
    try:
        client = Client(address, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise RunError(
            f"no Dask scheduler answers at {address} ({error}): start one, or leave out --scheduler"
        ) from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise RunError(f"the Dask scheduler at {address} has no workers: start one with `dask worker {address}`")
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)


def run_all(do: Callable[[Task], Any], tasks: Iterable[Task], open_executor: Open) -> Iterator[tuple[Task, Any]]:
    """Do every task; yields each with its result, or with the exception it raised, as they end.

    When a worker process dies, what it had under way is done again by others. Raises `RunError` after `MOST_DEATHS`
    deaths without a result in between.
    """
    left, deaths = list(tasks), 0
    while left:
        try:
            with open_executor() as executor:
                futures: dict[Future, Task] = {executor.submit(do, task): task for task in left}
                for future in as_completed(futures):
                    task, error = futures[future], future.exception()
                    if isinstance(error, BrokenProcessPool):
                        raise error
                    left.remove(task)
                    deaths = 0
                    yield task, error or future.result()
        except BrokenProcessPool as error:
            deaths += 1
            if deaths >= MOST_DEATHS:
                raise RunError(
                    f"worker processes die before they are done ({error}): is there enough memory?"
                ) from error
