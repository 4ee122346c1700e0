"""Train the study's experiments from nothing, several seeds each, and print the README's table of results.

`python benchmarks/results.py` takes about half an hour on two cores. Its runs are kept in `build/results/`, so that it
can be interrupted and run again.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import mean, stdev

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from convae import jobs, runs
from convae.config import TrainConfig, preset

# Title and the score that counts; the experiments of one seed build on each other in this order.
EXPERIMENTS = {
    "autoencoder-classic": ("Autoencoder, classic, 10 epochs", "test_loss"),
    "autoencoder-fast": ("Autoencoder, fast, 2 epochs", "test_loss"),
    "classifier-classic": ("Classifier, classic, 10 epochs", "test_accuracy"),
    "classifier-fast": ("Classifier, fast, 2 epochs", "test_accuracy"),
    "decoding-classic": ("ClassifierDecoding, classic, 10 epochs", "test_loss"),
    "scratch-100": ("Classifier from scratch, classic, first 100 labels, 50 epochs", "test_accuracy"),
    "pretrained-100": ("Classifier on the pretrained encoder, classic, first 100 labels, 50 epochs", "test_accuracy"),
}


def config(experiment: str, seed: int) -> TrainConfig:
    """The settings of one experiment."""
    pretrained = f"autoencoder-classic-{seed}"
    return {
        "autoencoder-classic": lambda: preset("autoencoder", "classic", seed=seed),
        "autoencoder-fast": lambda: preset("autoencoder", "fast", seed=seed),
        "classifier-classic": lambda: preset("classifier", "classic", seed=seed),
        "classifier-fast": lambda: preset("classifier", "fast", seed=seed),
        "decoding-classic": lambda: preset(
            "classifier-decoding", "classic", encoder_run=f"classifier-classic-{seed}", seed=seed
        ),
        "scratch-100": lambda: preset("classifier", "classic", labels=100, seed=seed),
        "pretrained-100": lambda: preset("classifier", "classic", labels=100, encoder_run=pretrained, seed=seed),
    }[experiment]()


def train(experiment: str, seed: int) -> runs.Run:
    """The finished run of one experiment, trained if it is not there."""
    name = f"{experiment}-{seed}"
    if name not in {run.name for run in runs.list_runs()}:
        runs.create(config(experiment, seed), name)
    run = runs.open_run(name)
    if not run.is_finished():
        command = [sys.executable, "-m", "convae", "train", "--resume", name]
        subprocess.run(command, cwd=PROJECT, env={**os.environ, **jobs.ENVIRONMENT}, check=True)
    return run


def average(found: list[runs.Run], score: str) -> float:
    """The mean of the runs' last score."""
    return mean(run.last_scores()[score] for run in found)


def row(title: str, score: str, found: list[runs.Run]) -> str:
    """One line of the table: mean and standard deviation over seeds."""
    values = [run.last_scores()[score] for run in found]
    seconds = mean(run.metrics()[-1]["elapsed"] for run in found)
    spread = stdev(values) if len(values) > 1 else 0.0
    text = f"{mean(values):.2%} ± {spread:.2%}" if score == "test_accuracy" else f"{mean(values):.4f} ± {spread:.4f}"
    return f"| {title} | {'accuracy' if score == 'test_accuracy' else 'MSE'} | {text} | {seconds:.0f} s |"


def main() -> None:
    """Train what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="runs of each experiment (3)")
    seeds = range(parser.parse_args().seeds)
    os.environ["CONVAE_RUNS"] = str(PROJECT / "build" / "results")
    found = {experiment: [train(experiment, seed) for seed in seeds] for experiment in EXPERIMENTS}
    versions = found["autoencoder-classic"][0].about["versions"]
    print(f"{len(seeds)} seeds, {os.cpu_count()} cores ({platform.machine()}), torch {versions['torch']}\n")
    print("| experiment | test | mean ± standard deviation | training time |\n|---|---|---|---|")
    for experiment, (title, score) in EXPERIMENTS.items():
        print(row(title, score, found[experiment]))
    times = average(found["decoding-classic"], "test_loss") / average(found["autoencoder-classic"], "test_loss")
    gain = average(found["pretrained-100"], "test_accuracy") - average(found["scratch-100"], "test_accuracy")
    print(f"\nClassifierDecoding's error is {times:.1f} times the autoencoder's.")
    print(f"Pretraining gains {gain * 100:.1f} points.")


if __name__ == "__main__":
    main()
