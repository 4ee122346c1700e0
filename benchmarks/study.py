"""How much sooner two workers end a label study than one.

`python benchmarks/study.py` does the same tasks with one worker process and with two, in turn, twice each, and prints
the times and their ratio.
"""

import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convae import executors, runs
from convae.label_study import Task, run_task

RUN, LABELS, SEEDS = "autoencoder-12", 100, 8


def seconds(workers: int) -> float:
    """How long the tasks take."""
    weights = runs.open_run(RUN).weights_hash()
    tasks = [Task(LABELS, "fine-tuned-augmented", seed, "balanced", RUN, weights) for seed in range(SEEDS)]
    start = time.perf_counter()
    for task, result in executors.run_all(run_task, tasks, lambda: executors.processes(workers)):
        assert isinstance(result, dict), f"{task}: {result}"
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    found: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(2):
        for workers, times in found.items():
            times.append(seconds(workers))
            print(f"{SEEDS} trainings with {workers} worker{'s' if workers > 1 else ''}: {times[-1]:.0f} s", flush=True)
    print(f"two workers are {median(found[1]) / median(found[2]):.2f} times as fast as one")


if __name__ == "__main__":
    main()
