"""The user's own digits: drawn, labelled, kept in one file beside the runs, and learnt from.

Of each digit's pictures every second one is kept from training, so that a classifier can be tested on this hand.
"""

import io
import zipfile
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from torch import Tensor

from convae.data import Digits
from convae.errors import DataError
from convae.runs import runs_dir, write_atomically

MOST = 10_000
_writing = Lock()  # two tabs may add at the same time


def path() -> Path:
    """Where they are kept."""
    return runs_dir() / "own_digits.npz"


def load() -> Digits:
    """All of them, in the order in which they were added; raises `DataError` that names the file if it is damaged."""
    try:
        with np.load(path()) as stored:
            images, labels = stored["images"], stored["labels"]
    except FileNotFoundError:
        images, labels = np.zeros((0, 1, 28, 28), np.uint8), np.zeros(0, np.int64)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path()} is damaged ({error}): put back a copy, or delete it and draw anew") from error
    if images.shape[1:] != (1, 28, 28) or images.dtype != np.uint8 or labels.shape != images.shape[:1]:
        raise DataError(f"{path()} holds no digits: put back a copy, or delete it and draw anew")
    return Digits(torch.from_numpy(images), torch.from_numpy(labels))


def add(picture: Tensor, label: int) -> int:
    """Keep picture (1, 1, 28, 28) in [0, 1] as a `label`; returns how many there are now.

    Raises `DataError` if the label is no digit, there are `MOST`, or the file cannot be written.
    """
    if label not in range(10):
        raise DataError(f"{label} is not a digit from 0 to 9")
    with _writing:
        kept = load()
        if len(kept.labels) >= MOST:
            raise DataError(f"there are {MOST} digits already: remove some")
        image = (picture * 255).round().to(torch.uint8)
        _write(Digits(torch.cat([kept.images, image]), torch.cat([kept.labels, torch.tensor([label])])))
        return len(kept.labels) + 1


def remove_last() -> None:
    """Forget the one that was added last, if there is one."""
    with _writing:
        kept = load()
        _write(Digits(kept.images[:-1], kept.labels[:-1]))


def remove_all() -> None:
    """Forget all of them."""
    path().unlink(missing_ok=True)


def split(digits: Digits) -> tuple[Digits, Digits]:
    """The ones to learn from and the ones to test on: each digit's first, third, fifth ... and the others."""
    turn = torch.zeros(len(digits.labels), dtype=torch.bool)
    for label in digits.labels.unique():
        mine = (digits.labels == label).nonzero()[:, 0]
        turn[mine[1::2]] = True
    return Digits(digits.images[~turn], digits.labels[~turn]), Digits(digits.images[turn], digits.labels[turn])


def to_learn(count: int) -> Digits:
    """Those to learn from among the first `count`; raises `DataError` if there are fewer."""
    kept = load()
    if len(kept.labels) < count:
        raise DataError(f"own_digits={count}: there are only {len(kept.labels)} in {path()}; draw more, or use fewer")
    return split(Digits(kept.images[:count], kept.labels[:count]))[0]


def _write(digits: Digits) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=digits.images.numpy(), labels=digits.labels.numpy())
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path(), buffer.getvalue())
    except OSError as error:
        raise DataError(f"cannot write {path()}: {error.strerror}. The digits kept before are as they were") from error
