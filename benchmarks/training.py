"""How much sooner than the classic loop: images a second at equal steps, and seconds to the same quality.

`python benchmarks/training.py` trains as most people would write it (torchvision's MNIST, ToTensor, a DataLoader, Adam)
and by `convae.training`, in turn, each in a process of its own, and prints every repetition, medians and ratios. The
classic loop's time is that of its training alone; ours has the looks at the test digits in it. Both run on a GPU where
there is one. `--seeds 0` leaves out the second part, which takes most of the time; the whole takes half an hour on two
cores.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import torch
from torch.optim import Adam
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from convae import data, jobs, mnist_files, models, training
from convae.config import QUICK_LOOK, preset

BATCH, REPETITIONS = 64, 5
WARM_UP, STEPS = 30, 300
MOST_EPOCHS = 15  # of the classic loop, which is to be as good as after its usual ten
GOALS: dict[str, tuple[str, float, Callable[[float, float], bool]]] = {
    "autoencoder": ("loss", 0.0117, lambda found, goal: found <= goal),
    "classifier": ("accuracy", 0.99, lambda found, goal: found >= goal),
}


class ClassicLoop:
    """Model, data and optimiser as in a tutorial."""

    def __init__(self, model: str, seed: int):
        torch.manual_seed(seed)
        digits = MNIST(mnist_files.data_dir().parent.parent, train=True, transform=ToTensor())
        self.loader = DataLoader(digits, batch_size=BATCH, shuffle=True)
        self.device = training.pick_device("auto")
        self.model = models.build(model, 12).to(self.device)
        self.optimizer = Adam(self.model.parameters(), lr=1e-3)

    def epoch(self) -> Iterator[float]:
        """One pass over the training digits, a loss at a time."""
        for images, labels in self.loader:
            loss, _ = self.model.loss(images.to(self.device), labels.to(self.device))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            yield loss.item()


def classic_speed(model: str, seed: int) -> float:
    """Images a second of the classic loop, once warm."""
    steps = ClassicLoop(model, seed).epoch()
    for _ in range(WARM_UP):
        next(steps)
    start = time.perf_counter()
    for _ in range(STEPS):
        next(steps)
    return STEPS * BATCH / (time.perf_counter() - start)


def our_speed(model: str, seed: int) -> float:
    """Images a second of the same steps by `convae.training`, once warm."""
    trainer = training.Trainer(preset(model, "classic", batch_size=BATCH, seed=seed), data.load("train"), None)
    records = trainer.records()
    next(records)
    step, elapsed = trainer.step, trainer.elapsed
    while trainer.step < step + STEPS:
        next(records)
    return (trainer.step - step) * BATCH / (trainer.elapsed - elapsed)


def classic_time(model: str, seed: int) -> tuple[float, float]:
    """Seconds that the classic loop trains until it reaches the goal after an epoch, and what it then scores."""
    score, goal, reached = GOALS[model]
    loop, test, seconds, found = ClassicLoop(model, seed), data.load("test"), 0.0, float("nan")
    for _ in range(MOST_EPOCHS):
        start = time.perf_counter()
        for _ in loop.epoch():
            pass
        seconds += time.perf_counter() - start
        found = training.evaluate(loop.model, test)[score]
        if reached(found, goal):
            return seconds, found
    return float("inf"), found


def our_time(model: str, seed: int) -> tuple[float, float]:
    """Seconds of a whole run of the fast recipe at its shortest, one epoch, and what it scores."""
    trainer = training.Trainer(preset(model, QUICK_LOOK, seed=seed), data.load("train"), data.load("test"))
    *_, last = trainer.records()
    return trainer.elapsed, last[f"test_{GOALS[model][0]}"] or 0.0


TASKS: dict[str, Callable[[str, int], object]] = {
    "classic speed": classic_speed,
    "our speed": our_speed,
    "classic time": classic_time,
    "our time": our_time,
}


def alone(task: str, model: str, seed: int = 0):
    """The result of a task in a process of its own; ours has the environment of every training of the project."""
    environment = os.environ | jobs.ENVIRONMENT if task.startswith("our") else os.environ
    command = [sys.executable, __file__, "--task", task, "--model", model, "--seed", str(seed)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def compare_speed(model: str) -> None:
    """Print images a second, in turn."""
    found: dict[str, list[float]] = {"classic speed": [], "our speed": []}
    for _ in range(REPETITIONS):
        for task, values in found.items():
            values.append(alone(task, model))
    classic, ours = (median(values) for values in found.values())
    for task, values in found.items():
        print(f"{model}, {task}: {', '.join(f'{value:.0f}' for value in values)} images/s")
    print(f"{model}: {ours:.0f} images/s against {classic:.0f}, ratio {ours / classic:.2f}\n", flush=True)


def compare_time(model: str, seeds: int) -> None:
    """Print seconds to the goal, in turn."""
    score, goal, reached = GOALS[model]
    ratios = []
    for seed in range(seeds):
        (theirs, their_score), (ours, our_score) = (alone(f"{who} time", model, seed) for who in ("classic", "our"))
        ratios.append(theirs / ours if reached(our_score, goal) else 0.0)
        print(
            f"{model} to {score} {goal}, seed {seed}: classic {theirs:.0f} s ({their_score:.4f}), "
            f"ours {ours:.1f} s ({our_score:.4f}), ratio {ratios[-1]:.1f}",
            flush=True,
        )
    print(f"{model} to {score} {goal}: {median(ratios):.1f} times sooner, median of {seeds} seeds\n", flush=True)


def main() -> None:
    """Do one task of a process of its own, or all of them in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="trainings to each goal (3)")
    parser.add_argument("--models", nargs="+", choices=GOALS, default=list(GOALS))
    for option, kind in (("--task", str), ("--model", str), ("--seed", int)):
        parser.add_argument(option, type=kind, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        print(json.dumps(TASKS[options.task](options.model, options.seed)))
        return
    mnist_files.fetch()
    for model in options.models:
        compare_speed(model)
        if options.seeds:
            compare_time(model, options.seeds)


if __name__ == "__main__":
    main()
