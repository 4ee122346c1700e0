"""Learn on from pictures without labels: what a classifier is sure of, it learns on copies that are bent.

Sohn et al.: FixMatch, simplifying semi-supervised learning with consistency and confidence, 2020. What it is sure of is
asked of a steadier copy, the running mean of its weights (Tarvainen and Valpola: Mean teachers, 2017), whose
probabilities are divided by their own running mean so that no class takes another's pictures (distribution alignment,
Berthelot et al.: ReMixMatch, 2020).
"""

import copy

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from convae.config import NUM_CLASSES, TrainConfig
from convae.data import Digits, random_affine, to_float
from convae.models import Model
from convae.recipes import make_optimizers, set_learning_rate

UNLABELLED, LABELLED = 192, 32  # pictures a step
LABELLED_WEIGHT = 0.3
SURE = 0.95  # probability from which an answer is learnt
STEADY, RUNNING = 0.99, 0.99  # what is kept of the copy's weights, and of the mean probabilities, at each step
SLIGHTLY = {"degrees": 5, "shift": 1, "scale": 0.05, "shear": 0.05}


def learn_on(model: Model, images: Tensor, labelled: Digits, config: TrainConfig, steps: int) -> Model:
    """Train a classifier further on uint8 images (N, 1, 28, 28) and on the labelled ones; returns its steady copy.

    The recipe, the rate and the seed are the config's. The losses are plain cross-entropies.
    """
    generator = Generator().manual_seed(config.seed)
    optimizers = make_optimizers(model, config)
    steady = copy.deepcopy(model).requires_grad_(False).eval()
    mean = torch.full((NUM_CLASSES,), 1 / NUM_CLASSES)
    model.train()
    for step in range(steps):
        pictures = to_float(images[torch.randint(len(images), (UNLABELLED,), generator=generator)])
        chosen = torch.randint(len(labelled.labels), (LABELLED,), generator=generator)
        answers, sure = _answer(steady, random_affine(pictures, generator, **SLIGHTLY), mean)
        bent = random_affine(torch.cat([pictures, to_float(labelled.images[chosen])]), generator)
        logits = model(bent)
        guessed = (F.cross_entropy(logits[:UNLABELLED], answers, reduction="none") * sure).mean()
        known = F.cross_entropy(logits[UNLABELLED:], labelled.labels[chosen])
        set_learning_rate(optimizers, config.recipe, step / steps)
        (guessed + LABELLED_WEIGHT * known).backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        _follow(steady, model)
    return steady


@torch.no_grad()
def _answer(steady: Model, pictures: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest digit (N,) of each picture and whether it is sure of it (N,); brings `mean` (10,) up to date."""
    probabilities = steady(pictures).softmax(1)
    mean.lerp_(probabilities.mean(0), 1 - RUNNING)
    aligned = probabilities / mean
    likeliest = (aligned / aligned.sum(1, keepdim=True)).max(1)
    return likeliest.indices, likeliest.values >= SURE


@torch.no_grad()
def _follow(steady: Model, model: Model) -> None:
    for mine, its in zip(steady.parameters(), model.parameters(), strict=True):
        mine.lerp_(its, 1 - STEADY)
