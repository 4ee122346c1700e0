"""Train all the checkpoints that come with the project: `python scripts/train_shipped.py`, on full MNIST.

Runs that are finished are left alone, so it can be interrupted; delete a run's folder to make it anew.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convae import appraisal, calibration, codes, data, latent, maps, runs, strangeness, weights
from convae.config import TrainConfig, default_name, preset
from convae.models import Autoencoder

SEEDS = 3
LONG_RATE = 8e-3  # long trainings do not need the highest rate


def configs() -> Iterator[TrainConfig]:
    """The settings of each shipped run; a run comes after those it builds on."""
    yield preset("autoencoder", epochs=60, learning_rate=LONG_RATE)
    yield preset("classifier", epochs=40, learning_rate=LONG_RATE, augment=True)
    yield preset("classifier-decoding", encoder_run="classifier-12", epochs=10)
    for seed in range(SEEDS):
        filmed = seed == 0
        yield preset("classifier", "classic", labels=100, seed=seed, snapshots=filmed)
        yield preset("classifier", "classic", labels=100, seed=seed, snapshots=filmed, encoder_run="autoencoder-12")
    for latent_dim in (2, 4, 8, 16, 32):
        yield preset("autoencoder", latent_dim=latent_dim, epochs=15, learning_rate=LONG_RATE, snapshots=False)


def describe_codes(run: runs.Run) -> None:
    """Keep what the pages show of the run's codes, so that they show it at once."""
    model = weights.load(run)
    assert isinstance(model, Autoencoder)
    train = data.load("train").images
    summary = codes.read_summary(run)
    if summary is None:
        summary = latent.summary_of(model, train, data.load("test").images[0])
        codes.write_summary(run, summary)
    if strangeness.read(run, summary.reference) is None:
        strangeness.write(run, strangeness.calibrate(model, summary.reference, train[-strangeness.HELD_OUT :]))
    if run.config.latent_dim > 2 and maps.read(run) is None:
        maps.write(run, maps.tsne(latent.encode(model.encoder, data.load("test").images)))


def measure(run: runs.Run) -> None:
    """Keep what the run's codes keep."""
    if appraisal.read(run) is None:
        appraisal.write(run, appraisal.measure(run, weights.load(run), data.load("train"), data.load("test")))


def find_temperature(run: runs.Run) -> None:
    """Keep the classifier's temperature."""
    if calibration.read(run) is None:
        images, labels = calibration.held_out(run.config, data.load("train"))
        calibration.write(run, calibration.temperature(calibration.logits(weights.load(run), images), labels))


def main() -> None:
    """Make what is missing, one after the other."""
    for config in configs():
        name = default_name(config)
        if name not in {run.name for run in runs.list_runs()}:
            runs.create(config, name)
        if not runs.open_run(name).is_finished():
            subprocess.run([sys.executable, "-m", "convae", "train", "--resume", name], cwd=runs.PROJECT, check=True)
        if config.model == "autoencoder":
            describe_codes(runs.open_run(name))
        measure(runs.open_run(name))
        if config.model == "classifier":
            find_temperature(runs.open_run(name))


if __name__ == "__main__":
    main()
