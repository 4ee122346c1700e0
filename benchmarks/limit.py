"""How near a training step comes to what the same cores can compute.

`python benchmarks/limit.py` counts the floating-point work of one step (forward and backward), measures the speed of a
large matrix product on the same cores and that of the steps, in turn, and prints the share.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from convae import data, jobs
from convae.config import preset
from convae.training import Trainer

SIZE, REPETITIONS, STEPS = 2048, 5, 100
STEPPED = (("autoencoder", "classic"), ("autoencoder", "fast"), ("classifier", "fast"))


def product_speed() -> float:
    """Floating-point operations a second in products of large matrices."""
    a, b = torch.rand(2, SIZE, SIZE)
    a @ b
    start = time.perf_counter()
    for _ in range(5):
        a @ b
    return 5 * 2 * SIZE**3 / (time.perf_counter() - start)


def work_per_image(trainer: Trainer) -> float:
    """Floating-point operations of the model's loss and its gradient, an image."""
    images = torch.rand(trainer.config.batch_size, 1, 28, 28)
    with FlopCounterMode(display=False) as counter:
        loss, _ = trainer.model.loss(images, torch.zeros(len(images), dtype=torch.int64))
        loss.backward()
    for optimizer in trainer.optimizers:
        optimizer.zero_grad()
    return counter.get_total_flops() / len(images)


def image_speed(trainer: Trainer) -> float:
    """Images a second of a trainer's next steps."""
    records = trainer.records()
    next(records)
    step, elapsed = trainer.step, trainer.elapsed
    while trainer.step < step + STEPS:
        next(records)
    return (trainer.step - step) * trainer.config.batch_size / (trainer.elapsed - elapsed)


def main() -> None:
    """Measure in turn and print."""
    if "GOMP_SPINCOUNT" not in os.environ:  # the settings of every training process, which are read when it begins
        sys.exit(subprocess.call([sys.executable, __file__], env=os.environ | jobs.ENVIRONMENT))
    digits = data.load("train")
    products: list[float] = []
    speeds: dict[tuple[str, str], list[float]] = {one: [] for one in STEPPED}
    work: dict[str, float] = {}
    for _ in range(REPETITIONS):
        products.append(product_speed())
        for model, recipe in STEPPED:
            trainer = Trainer(preset(model, recipe), digits, None)
            work[model] = work_per_image(trainer)
            speeds[model, recipe].append(image_speed(trainer))
    limit = median(products)
    print(f"a product of {SIZE}x{SIZE} matrices: {limit / 1e9:.0f} GFLOP/s on {torch.get_num_threads()} threads")
    for (model, recipe), found in speeds.items():
        reached = median(found) * work[model]
        print(
            f"{model}, {recipe}: {work[model] / 1e6:.2f} million floating-point operations an image, "
            f"{median(found):.0f} images/s, {reached / limit:.0%} of the product's speed"
        )


if __name__ == "__main__":
    main()
