"""Train the critic that tells digits from other drawings: `python scripts/train_critic.py`, half an hour on two cores.

Digits are the first 50,000 training digits: as they are, with a thicker or thinner stroke, and drawn anew along their
middle lines with a pen. The other drawings are made here: strokes, scribbles, letters, noise, parts of digits, several
digits. All are read as the Draw page reads a drawing.
"""

import importlib.resources
import string
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.interpolate import make_interp_spline
from scipy.ndimage import distance_transform_edt, rotate, zoom
from skimage.morphology import skeletonize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from convae import critic, data, drawing
from convae.data import random_affine, to_float

CANVAS, DIGITS = 280, 50_000
FONTS = ("KaTeX_Main", "KaTeX_SansSerif", "KaTeX_Math", "KaTeX_Script", "KaTeX_Fraktur")
LIKE_DIGITS = set("BCDGIJLOQSUZbcgijloqsuyz")  # 8 6 0 6 1 1 6 0 2 5 0 2 and the like
SHARE = {"strokes": 8000, "scribble": 6000, "letter": 20000, "noise": 1000, "part": 28000, "several": 3000}
REAL = {"thickened": 10000, "penned": 14000}
CHUNK, EPOCHS, BATCH, RATE = 250, 20, 128, 2e-3
BEND = {"degrees": 8, "shift": 1, "scale": 0.08, "shear": 0.1}

Make = Callable[[np.random.Generator], NDArray]


def pen_line(points: NDArray, pen: int) -> NDArray[np.uint8]:
    """A canvas with a line of round ends through points (N, 2)."""
    image = Image.new("L", (CANVAS, CANVAS))
    pencil = ImageDraw.Draw(image)
    pencil.line([tuple(point) for point in points], fill=255, width=pen, joint="curve")
    for x, y in points:
        pencil.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=255)
    return np.array(image)


def curve(rng: np.random.Generator, count: int) -> NDArray:
    """A smooth curve through random places of the canvas."""
    points = rng.uniform(40, 240, (count, 2))
    smooth = make_interp_spline(np.arange(count), points, k=min(3, count - 1))
    return smooth(np.linspace(0, count - 1, 10 * count))


def strokes(rng: np.random.Generator) -> NDArray:
    """One to three straight or curved strokes; not one that stands upright, which is a 1."""
    curves = [curve(rng, int(rng.integers(2, 5))) for _ in range(rng.integers(1, 4))]
    width, height = np.ptp(np.concatenate(curves), axis=0)
    if height > 1.4 * width:
        return strokes(rng)
    return np.max([pen_line(points, int(rng.integers(10, 30))) for points in curves], axis=0)


def scribble(rng: np.random.Generator) -> NDArray:
    """A long line here and there, smooth or with corners."""
    count = int(rng.integers(6, 18))
    points = curve(rng, count) if rng.random() < 0.5 else rng.uniform(30, 250, (count, 2))
    return pen_line(points, int(rng.integers(10, 30)))


def letter(rng: np.random.Generator) -> NDArray:
    """A letter that is no digit, too, a little turned and stretched, as printed or drawn anew with a pen."""
    media = importlib.resources.files("streamlit") / "static" / "static" / "media"
    fonts = sorted(file.name for file in media.iterdir() if file.name.startswith(FONTS))
    chosen = rng.integers(len(fonts) + 1)
    font = ImageFont.truetype(str(media / fonts[chosen]), 150) if chosen < len(fonts) else ImageFont.load_default(150)
    letters = sorted(set(string.ascii_letters) - LIKE_DIGITS)
    image = Image.new("L", (CANVAS, CANVAS))
    ImageDraw.Draw(image).text((140, 140), letters[rng.integers(len(letters))], font=font, fill=255, anchor="mm")
    image = image.rotate(rng.uniform(-15, 15), Image.Resampling.BILINEAR)
    ink = np.array(image.resize((int(CANVAS * rng.uniform(0.7, 1.3)), CANVAS)))
    return along_its_middle(ink, rng) if rng.random() < 0.5 else ink


def noise(rng: np.random.Generator) -> NDArray:
    """Grey or black and white squares of any size, over all or a part of the canvas."""
    side = int(rng.choice([1, 2, 5, 10, 20]))
    cells = rng.random((CANVAS // side, CANVAS // side))
    if rng.random() < 0.5:
        cells = (cells < rng.uniform(0.1, 0.6)).astype(float)
    return np.kron(cells * 255, np.ones((side, side)))


@lru_cache(maxsize=1)
def training_digits() -> data.Digits:
    """Those that the critic learns from."""
    digits = data.load("train")
    return data.Digits(digits.images[:DIGITS], digits.labels[:DIGITS])


def digit(rng: np.random.Generator, ones: bool = True) -> NDArray:
    """A training digit, turned a little, on a canvas."""
    digits, chosen = training_digits(), rng.integers(DIGITS)
    if digits.labels[chosen] == 1 and not ones:
        return digit(rng, ones)
    picture = digits.images[chosen, 0].numpy() / 255
    return np.clip(rotate(zoom(picture, 10, order=1), rng.uniform(-12, 12), reshape=False, order=1), 0, 1) * 255


def part(rng: np.random.Generator) -> NDArray:
    """What is left of a digit on one side of a line near its middle; not of a 1, whose half is a 1."""
    ink = digit(rng, ones=False)
    if rng.random() < 0.3:
        ink = along_its_middle(ink, rng)
    y, x = np.nonzero(ink > 60)
    angle = rng.choice(4) * np.pi / 2 + rng.normal(0, 0.1)
    along = x * np.cos(angle) + y * np.sin(angle)
    cut = along.min() + rng.uniform(0.4, 0.6) * (along.max() - along.min())
    rows, columns = np.indices(ink.shape)
    return np.where(columns * np.cos(angle) + rows * np.sin(angle) < cut, ink, 0)


def several(rng: np.random.Generator) -> NDArray:
    """Two or three digits side by side or one below the other."""
    drawn = [digit(rng)[::2, ::2] for _ in range(rng.integers(2, 4))]
    gap = rng.integers(-30, 10)
    if gap < 0:
        drawn = [ink[-gap // 2 : gap // 2, -gap // 2 : gap // 2] for ink in drawn]
    return np.concatenate(drawn, axis=int(rng.random() < 0.7))


def thickened(rng: np.random.Generator) -> NDArray:
    """A digit with a thicker or thinner stroke."""
    depth = distance_transform_edt(digit(rng) > 127)
    edge = depth - distance_transform_edt(depth == 0) + max(rng.uniform(-8, 15), -0.6 * depth.max())
    return np.clip(edge + 0.5, 0, 1) * 255


def penned(rng: np.random.Generator) -> NDArray:
    """A digit drawn anew with a pen."""
    return along_its_middle(digit(rng), rng)


def along_its_middle(ink: NDArray, rng: np.random.Generator) -> NDArray:
    """Ink drawn anew with a round pen along the middle of its strokes."""
    middle = skeletonize(ink > 127)
    return np.clip(rng.uniform(6, 18) - distance_transform_edt(~middle) + 0.5, 0, 1) * 255


def make_some(task: tuple[str, int]) -> NDArray[np.uint8]:
    """`CHUNK` pictures (N, 28, 28) of a kind, read as the Draw page does."""
    torch.set_num_threads(1)
    kind, seed = task
    maker: Make = globals()[kind]
    rng = np.random.default_rng([seed, *kind.encode()])
    pictures: list[NDArray] = []
    while len(pictures) < CHUNK:
        try:
            pictures.append(drawing.normalise(maker(rng).round().astype(np.uint8))[0, 0].numpy())
        except drawing.BlankDrawingError:
            continue
    return (np.stack(pictures) * 255).round().astype(np.uint8)


def make_all(shares: dict[str, int]) -> torch.Tensor:
    """Pictures (N, 1, 28, 28) uint8 of all kinds."""
    tasks = [(kind, seed) for kind, count in shares.items() for seed in range(count // CHUNK)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return torch.from_numpy(np.concatenate(list(pool.map(make_some, tasks))))[:, None]


def main() -> None:
    """Make the pictures, train, and write the weights."""
    real = torch.cat([training_digits().images, make_all(REAL)])
    other = make_all(SHARE)
    torch.manual_seed(0)
    network = critic.Critic()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
    generator = torch.Generator().manual_seed(0)
    steps = EPOCHS * (2 * len(other) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    for step in range(steps):
        chosen = [
            pictures[torch.randint(len(pictures), (BATCH // 2,), generator=generator)] for pictures in (real, other)
        ]
        pictures = random_affine(to_float(torch.cat(chosen)), generator, **BEND)
        is_other = torch.arange(BATCH) >= BATCH // 2
        loss = F.binary_cross_entropy_with_logits(network(pictures), is_other.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step} of {steps}: loss {loss.item():.4f}", flush=True)
    critic.save(network)


if __name__ == "__main__":
    main()
