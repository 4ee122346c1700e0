"""Why a classifier says what it says of a picture: what it looks at, and what would change its mind."""

from typing import NamedTuple

import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from convae.latent import decode, straight
from convae.models import Autoencoder, Model

PATCH, STRIDE = 6, 2  # pixels
WALK = 64  # steps from one code to the other
STRIP = 8  # pictures of the walk that are shown


@torch.no_grad()
def occlusion(model: Model, picture: Tensor, digit: int) -> NDArray:
    """How much each pixel of picture (1, 1, 28, 28) in [0, 1] speaks for the digit, (28, 28), in log-odds.

    The classifier looks at copies with a square blackened (Zeiler and Fergus: Visualizing and understanding
    convolutional networks, 2014, section 4.2). A pixel gets the mean over the squares that hold it of how far the
    digit's log-odds fell; negative is ink that speaks against it.
    """
    size = picture.shape[-1]
    corners = range(0, size - PATCH + 1, STRIDE)
    places = [(y, x) for y in corners for x in corners]
    squares = torch.zeros(len(places), 1, size, size)
    for square, (y, x) in zip(squares, places, strict=True):
        square[0, y : y + PATCH, x : x + PATCH] = 1
    drops = _log_odds(model(picture), digit) - _log_odds(model(picture * (1 - squares)), digit)
    return ((squares * drops.view(-1, 1, 1, 1)).sum(0) / squares.sum(0).clamp(min=1))[0].numpy()


def _log_odds(logits: Tensor, digit: int) -> Tensor:
    others = torch.cat([logits[:, :digit], logits[:, digit + 1 :]], dim=1)
    return logits[:, digit] - others.logsumexp(1)


@torch.no_grad()
def goal(classifier: Model, autoencoder: Autoencoder, codes: NDArray, digit: int) -> NDArray:
    """The first of codes (N, latent_dim) that is read as `digit` when redrawn; the first of all if none is."""
    drawn = torch.from_numpy(decode(autoencoder.decoder, codes))[:, None]
    return codes[int((classifier(drawn).argmax(1) == digit).int().argmax())]


class Change(NamedTuple):
    """A walk through the code until the classifier says something else."""

    pictures: NDArray  # (STRIP, 28, 28) in [0, 1], from the first to the one that is read differently
    probabilities: NDArray  # (STRIP, 10)
    share: float  # of the way to the goal, 0 to 1


@torch.no_grad()
def change_of_mind(classifier: Model, autoencoder: Autoencoder, code: ArrayLike, goal: ArrayLike) -> Change | None:
    """Walk straight from `code` to the code `goal`, both (latent_dim,), until the classifier reads another digit.

    The counterfactual of Wachter, Mittelstadt, Russell (2017), kept to pictures that the decoder can draw. None if
    the classifier reads the same all the way.
    """
    path = straight(code, goal, WALK + 1)
    answers = classifier(torch.from_numpy(decode(autoencoder.decoder, path))[:, None]).argmax(1)
    changed = (answers != answers[0]).nonzero()
    if not len(changed):
        return None
    last = int(changed[0])
    pictures = decode(autoencoder.decoder, straight(code, path[last], STRIP))
    probabilities = classifier(torch.from_numpy(pictures)[:, None]).softmax(1).numpy()
    return Change(pictures, probabilities, last / WALK)
