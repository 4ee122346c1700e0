"""A small network that tells digits from other drawings; its weights come with the package.

Hendrycks, Mazeika, Dietterich: Deep anomaly detection with outlier exposure, 2019. It has learnt from real digits and
from drawings that are none, made by `scripts/train_critic.py`.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

WEIGHTS = Path(__file__).with_name("critic.safetensors")


class Critic(nn.Module):
    """Picture (N, 1, 28, 28) in [0, 1] -> logit (N,) of its being no digit."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1, stride=2)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1, stride=2)
        self.fc1 = nn.Linear(64 * 16, 32)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x: Tensor) -> Tensor:
        for conv in (self.conv1, self.conv2, self.conv3):
            x = F.relu(conv(x))
        return self.fc2(F.relu(self.fc1(x.flatten(1)))).squeeze(1)


@lru_cache(maxsize=1)
def load() -> Critic:
    """The trained critic."""
    network = Critic()
    network.load_state_dict(load_file(WEIGHTS))
    return network.eval().requires_grad_(False)


@lru_cache(maxsize=1)
def version() -> str:
    """SHA-256 of the weights, which tells one critic from another."""
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()


def save(network: Critic) -> None:
    """Make these the weights that come with the package."""
    save_file(network.state_dict(), WEIGHTS)


@torch.no_grad()
def judge(pictures: Tensor) -> Tensor:
    """Logits (N,) of pictures (N, 1, 28, 28) in [0, 1] being no digits."""
    return load()(pictures)
