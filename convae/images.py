"""Image files, photos of paper among them -> the ink in them, as if it were drawn white on a black canvas."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy.ndimage import label

from convae.errors import ConvaeError

LONGEST = 1_000  # pixels at the longer side: more says nothing more about a digit
MOST_PIXELS = 40_000_000  # unpacked at once: bounds the memory that a file can take
BACKGROUND = 64  # pixels at the longer side where the light on the paper is estimated
ROUNDS = 8
SPECK = 0.02  # of the ink's largest piece: what is smaller is dirt
CONTRAST = 0.1  # of the full range: with less between ink and paper there is nothing to see


class ImageError(ConvaeError):
    """A file that holds no picture of a digit, or none that can be read."""


def read(file: bytes) -> NDArray[np.float32]:
    """The picture in a file of any format that Pillow knows, (H, W) brightness in [0, 1], turned as it was taken.

    Of several pictures the first; what is transparent becomes the opposite of what is not. Larger pictures are scaled
    down to `LONGEST`. Raises `ImageError` that says what to do if it is no image, damaged or larger than `MOST_PIXELS`.
    """
    try:
        with Image.open(io.BytesIO(file)) as image:
            image.draft("L", (LONGEST, LONGEST))  # JPEG only: unpacks a large photo at a fraction of its size
            if image.width * image.height > MOST_PIXELS:
                raise ImageError(
                    f"the image has {image.width} x {image.height} pixels: scale it down to at most "
                    f"{MOST_PIXELS // 1_000_000} million"
                )
            image.load()
            return _grey(image)
    except Image.DecompressionBombError as error:
        raise ImageError(f"the image has too many pixels ({error}): scale it down") from error
    except Image.UnidentifiedImageError as error:
        raise ImageError("this file is no image: choose a PNG, JPEG, WebP, GIF, BMP or TIFF file") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ImageError(f"the image is damaged ({error}): save it again") from error


def ink(brightness: NDArray) -> NDArray[np.float32]:
    """The ink (H, W) in [0, 1] on paper of brightness (H, W) in [0, 1], whichever is the darker, evenly lit or not.

    The paper is what a quadratic surface fits best while pixels far from it are left out in turn; ink is what differs
    from it in the one direction that has more, above Otsu's threshold (A threshold selection method from gray-level
    histograms, 1979). Raises `ImageError` if nothing does.
    """
    difference = brightness - _paper(brightness)
    ink = difference if np.square(difference.clip(0)).sum() > np.square(difference.clip(None, 0)).sum() else -difference
    ink = ink.clip(0)
    strongest = float(np.quantile(ink, 0.999)) if ink.size > 1000 else float(ink.max(initial=0))
    if strongest < CONTRAST:
        raise ImageError("nothing stands out in the image: write the digit larger or darker, or crop the image to it")
    threshold = _otsu(ink)
    soft = ((ink - threshold / 2) / max(strongest - threshold / 2, 1e-6)).clip(0, 1)
    pieces, count = label(soft > 0)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    kept = sizes >= SPECK * sizes[1:].max(initial=0)
    kept[0] = False
    return (soft * kept[pieces]).astype(np.float32)


def _grey(image: Image.Image) -> NDArray[np.float32]:
    """One picture in memory as brightness (H, W) in [0, 1]."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):  # 16 bits or more: Pillow would cut them off, not scale them
        values = np.nan_to_num(np.asarray(image, np.float32))
        high = 65535 if image.mode.startswith("I") else max(float(values.max(initial=0)), 1e-6)
        image = Image.fromarray((values / high * 255).clip(0, 255).astype(np.uint8))
    image.thumbnail((LONGEST, LONGEST))
    if image.has_transparency_data:
        grey, alpha = (np.asarray(band, np.float32) / 255 for band in image.convert("LA").split())
        ground = 0.0 if (grey * alpha).sum() > alpha.sum() / 2 else 1.0
        return (grey * alpha + ground * (1 - alpha)).astype(np.float32)
    return (np.asarray(image.convert("L")) / 255).astype(np.float32)


def _paper(brightness: NDArray) -> NDArray:
    """The quadratic surface (H, W) of the light on the paper."""
    step = max(1, max(brightness.shape) // BACKGROUND)
    small = brightness[step // 2 :: step, step // 2 :: step] if min(brightness.shape) > step else brightness
    terms, values = _quadratic(small.shape), small.ravel()
    surface = np.full(values.shape, np.median(values))
    weights = np.zeros(terms.shape[1])
    for _ in range(ROUNDS):
        distance = np.abs(values - surface)
        near = distance <= max(2.5 * float(np.median(distance)), 0.02)
        weights = np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
        surface = terms @ weights
    return (_quadratic(brightness.shape) @ weights).reshape(brightness.shape)


def _quadratic(shape: tuple[int, ...]) -> NDArray:
    """The terms of a quadratic surface (H * W, 6), coordinates from -1 to 1."""
    y, x = (grid.ravel() for grid in np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij"))
    return np.stack([np.ones_like(x), x, y, x * y, x**2, y**2], axis=1)


def _otsu(values: NDArray) -> float:
    """The threshold that parts the values into two groups with the greatest variance between their means."""
    counts, edges = np.histogram(values, bins=256)
    centres, below = (edges[:-1] + edges[1:]) / 2, np.cumsum(counts)
    above, sums = below[-1] - below, np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(centres[np.nanargmax(between)])
