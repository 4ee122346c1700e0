"""The arms of the label study: ways to make a classifier from few labels, each with its settings.

The settings are the best of six on the last 5,000 training digits: `python scripts/tune_study.py`. Nothing here imports
torch.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Arm:
    """One way to make a classifier from few labels."""

    title: str
    learning_rate: float
    steps: int  # of 64 pictures, at least two epochs; of self-training, those that learn from all pictures
    pretrained: bool = True
    freeze_encoder: bool = False
    augment: bool = False


ARMS = {
    "scratch": Arm("From scratch", 10e-3, 1600, pretrained=False),
    "scratch-augmented": Arm("From scratch, augmented", 5e-3, 1600, pretrained=False, augment=True),
    "linear-probe": Arm("Linear probe", 0.3, 0, freeze_encoder=True),
    "frozen": Arm("Frozen encoder", 10e-3, 400, freeze_encoder=True),
    "fine-tuned": Arm("Fine-tuned", 5e-3, 400),
    "fine-tuned-augmented": Arm("Fine-tuned, augmented", 2.5e-3, 1600, augment=True),
    "self-training": Arm("Self-training", 12e-3, 1000, augment=True),
}
PROBE, SELF_TRAINING = "linear-probe", "self-training"
