"""Choose the settings of the label study's arms: `python scripts/tune_study.py`, on the last 5,000 training digits.

Every arm gets the same budget: six settings, two seeds, 100 balanced labels of the first 55,000 digits. The test digits
are never loaded. It takes about ten minutes on two cores.
"""

import dataclasses
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convae import runs
from convae.arms import ARMS, PROBE, SELF_TRAINING, Arm
from convae.label_study import Task

HELD_OUT, LABELS, SEEDS = 5_000, 100, 2
RATES, STEPS = (2.5e-3, 5e-3, 10e-3), (400, 1600)
SELF_TRAINING_RATES, SELF_TRAINING_STEPS = (3e-3, 6e-3, 12e-3), (500, 1000)
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def settings(name: str) -> list[Arm]:
    """The six settings tried for an arm."""
    if name == PROBE:
        return [dataclasses.replace(ARMS[name], learning_rate=strength) for strength in STRENGTHS]
    grid = product(SELF_TRAINING_RATES, SELF_TRAINING_STEPS) if name == SELF_TRAINING else product(RATES, STEPS)
    return [dataclasses.replace(ARMS[name], learning_rate=rate, steps=steps) for rate, steps in grid]


def score(name: str, arm: Arm, seed: int) -> float:
    """Accuracy on the held-out training digits."""
    import torch

    from convae import data, weights
    from convae.label_study import learn

    torch.set_num_threads(1)
    digits = data.load("train")
    run = runs.open_run("autoencoder-12")
    task = Task(LABELS, name, seed, "balanced", run.name, run.weights_hash())
    rest = data.Digits(digits.images[:-HELD_OUT], digits.labels[:-HELD_OUT])
    answers = learn(task, arm, rest, weights.load(run).encoder)(digits.images[-HELD_OUT:])
    return float((answers == digits.labels[-HELD_OUT:].numpy()).mean())


def main() -> None:
    """Try all settings and print each arm's, the best first."""
    tried = [(name, arm) for name in ARMS for arm in settings(name)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        futures = {(name, arm): [pool.submit(score, name, arm, seed) for seed in range(SEEDS)] for name, arm in tried}
    found = [(name, mean(f.result() for f in scores), arm) for (name, arm), scores in futures.items()]
    for name, accuracy, arm in sorted(found, key=lambda each: (each[0], -each[1])):
        print(f"{name:22} {accuracy:.2%}  learning_rate {arm.learning_rate:g}, steps {arm.steps}")


if __name__ == "__main__":
    main()
