"""Expected calibration error of the shipped classifiers on the test digits, without and with their temperature.

`python benchmarks/calibration.py` prints a line a classifier; the temperature is chosen on training digits.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convae import calibration, data, runs, weights


def main() -> None:
    """Measure each classifier."""
    train, test = data.load("train"), data.load("test")
    pictures, labels = data.to_float(test.images), test.labels.numpy()
    for run in runs.find(model="classifier", latent_dim=12):
        model = weights.load(run)
        temperature = calibration.read(run)
        if temperature is None:
            images, known = calibration.held_out(run.config, train)
            temperature = calibration.temperature(calibration.logits(model, images), known)
        logits = calibration.logits(model, pictures)
        before, after = (
            calibration.calibration_error((logits / by).softmax(1).numpy(), labels) for by in (1, temperature)
        )
        print(f"{run.name}: {before:.1%} before, {after:.1%} at temperature {temperature:.2f}")


if __name__ == "__main__":
    main()
