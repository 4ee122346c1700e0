"""Train all the checkpoints that come with the project: `python scripts/train_shipped.py`, on full MNIST.

Runs that are finished are left alone, so it can be interrupted; delete a run's folder to make it anew.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convae import codes, data, latent, runs, weights
from convae.config import TrainConfig, default_name, preset

SEEDS = 3


def configs() -> Iterator[TrainConfig]:
    """The settings of each shipped run; a run comes after those it builds on."""
    yield preset("autoencoder", latent_dim=12, epochs=45)
    yield preset("classifier", epochs=20, augment=True)
    yield preset("classifier-decoding", encoder_run="classifier-12", epochs=10)
    for seed in range(SEEDS):
        yield preset("classifier", "classic", labels=100, seed=seed)
        yield preset("classifier", "classic", labels=100, seed=seed, encoder_run="autoencoder-12")
    for latent_dim in (2, 4, 8, 16, 32):
        yield preset("autoencoder", latent_dim=latent_dim, epochs=10)


def summarise(run: runs.Run) -> None:
    """Keep the summary of the test digits' codes, so that the Latent space page opens without torch."""
    encoder = weights.load(run).encoder
    codes.write_summary(run, codes.summarise(latent.encode(encoder, data.load("test").images)))


def main() -> None:
    """Make what is missing, one after the other."""
    for config in configs():
        name = default_name(config)
        if name not in {run.name for run in runs.list_runs()}:
            runs.create(config, name)
        if not runs.open_run(name).is_finished():
            subprocess.run([sys.executable, "-m", "convae", "train", "--resume", name], cwd=runs.PROJECT, check=True)
        if config.model == "autoencoder" and codes.read_summary(runs.open_run(name)) is None:
            summarise(runs.open_run(name))


if __name__ == "__main__":
    main()
