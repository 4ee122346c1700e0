"""How a recipe starts and steps: initialisation, optimiser and learning-rate schedule.

`classic` is what a tutorial does: PyTorch's own initialisation and Adam at a constant rate.

`fast` reaches the same quality in a fraction of the steps:
- PyTorch's own initialisation, but the last bias of a decoder at the logit of the mean pixel, so that training does not
  begin by learning that most of a picture is black;
- Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) for the inner weights, convolutions seen as matrices,
  and AdamW for the first and last layers and the biases;
- one cycle: a short linear warm-up, then linearly down to zero.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW, Optimizer

from convae.config import TrainConfig
from convae.models import Decoder

MUON_RATE = 2.0  # Muon's learning rate as a multiple of AdamW's
MUON_DECAY = 0.03  # weights that only grow make long runs worse: a 20-epoch classifier lost half a point
NEWTON_SCHULZ_STEPS = 3  # five, as usual, reach no better loss here and take longer
WARM_UP = 0.05  # of all steps
MEAN_PIXEL = 0.1307  # of MNIST's training images


def initialise(model: nn.Module, recipe: str) -> None:
    """Give the recipe's starting values to a newly built model."""
    if recipe == "classic":
        return
    for module in model.modules():
        if isinstance(module, Decoder):
            bias = module.deconv3.get_parameter("bias")
            nn.init.constant_(bias, math.log(MEAN_PIXEL / (1 - MEAN_PIXEL)))


def make_optimizers(model: nn.Module, config: TrainConfig) -> list[Optimizer]:
    """The recipe's optimisers over the parameters that are to be trained."""
    trained = [p for p in model.parameters() if p.requires_grad]
    if config.recipe == "classic":
        return [Adam(trained, lr=config.learning_rate, fused=True)]
    inner = [p for p in trained if p.ndim > 1][1:-1]
    outer = [p for p in trained if not any(p is q for q in inner)]
    optimizers: list[Optimizer] = [AdamW(outer, lr=config.learning_rate, betas=(0.9, 0.95), weight_decay=0, fused=True)]
    if inner:
        optimizers.append(Muon(inner, lr=config.learning_rate * MUON_RATE, weight_decay=MUON_DECAY))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["top_lr"] = group["lr"]
    return optimizers


def set_learning_rate(optimizers: list[Optimizer], recipe: str, done: float) -> None:
    """Set the rates for the step that begins when the share `done` in [0, 1) of all steps is over."""
    if recipe == "classic":
        return
    factor = min((done + 1e-3) / WARM_UP, (1 - done) / (1 - WARM_UP))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["top_lr"] * factor


class Muon(Optimizer):
    """Momentum whose update is made orthogonal. Convolution kernels are seen as (out, in * height * width) matrices.

    torch.optim.Muon takes two-dimensional parameters only.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        """One update of every parameter that has a gradient."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[tuple[Tensor, Tensor]]] = {}
            for p in (p for p in group["params"] if p.grad is not None):
                direction = _wide(self._direction(p, p.grad, group["momentum"]).flatten(1))
                alike.setdefault(direction.shape, []).append((p, direction))
            for pairs in alike.values():  # together: products of matrices this small are mostly the calls
                updates = orthogonalise(torch.stack([direction for _, direction in pairs]))
                for (p, _), update in zip(pairs, updates, strict=True):
                    rows, columns = p.shape[0], p[0].numel()
                    update = update if rows <= columns else update.T
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update.view_as(p), alpha=-group["lr"] * max(1, rows / columns) ** 0.5)

    def _direction(self, p: Tensor, gradient: Tensor, momentum: float) -> Tensor:
        """The gradient's running mean, looked a step ahead (Nesterov)."""
        state = self.state[p]
        if not state:
            state["momentum"] = torch.zeros_like(p)
        mean = state["momentum"].lerp_(gradient, 1 - momentum)
        return gradient.lerp(mean, momentum)


def _wide(matrix: Tensor) -> Tensor:
    return matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T


def orthogonalise(matrices: Tensor, steps: int = NEWTON_SCHULZ_STEPS) -> Tensor:
    """Matrices (N, rows, columns), no more rows than columns, with the same singular vectors and values near 1.

    By a quintic Newton-Schulz iteration, with the coefficients of Jordan et al.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x
