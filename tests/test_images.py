"""Image files of all kinds become ink on a black ground, or a message."""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from convae import drawing, images, weights
from convae.images import ImageError, ink, read
from convae.pictures import grey
from convae.runs import open_run


def file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def page(mode: str = "L", paper: int = 220, pen: int = 40) -> Image.Image:
    """A vertical stroke on paper."""
    pixels = np.full((200, 150), paper, np.uint8)
    pixels[40:160, 70:80] = pen
    return Image.fromarray(pixels).convert(mode)


def photo(digit: np.ndarray, rng: np.random.Generator) -> bytes:
    """A digit on paper that is lit from one side, photographed with noise."""
    side = 400
    large = np.asarray(Image.fromarray(digit).resize((160, 160))) / 255
    written = np.zeros((side, side))
    top, left = rng.integers(0, side - 160, 2)
    written[top : top + 160, left : left + 160] = large
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.65 + 0.25 * (np.cos(angle) * x + np.sin(angle) * y) - 0.1 * (x**2 + y**2)
    seen = light * (1 - 0.7 * written) + rng.normal(0, 0.02, (side, side))
    return file(Image.fromarray(grey(seen)), "JPEG", quality=80)


def reads(files: list[bytes], labels: list[int]) -> int:
    """How many of them the classifier reads right."""
    model = weights.load(open_run("classifier-12"))
    pictures = torch.cat([drawing.normalise(np.pad(grey(ink(read(content))), 20)) for content in files])
    with torch.no_grad():
        return int((model(pictures).argmax(1) == torch.tensor(labels)).sum())


def test_photos_of_digits_are_read(test_digits):
    rng = np.random.default_rng(0)
    files = [photo(digit[0].numpy(), rng) for digit in test_digits.images[:50]]
    assert reads(files, test_digits.labels[:50].tolist()) >= 48


@pytest.mark.parametrize("inverted", [False, True])
def test_test_digits_as_files_are_read(test_digits, inverted):
    digits = test_digits.images[:100, 0].numpy()
    files = [file(Image.fromarray(255 - digit if inverted else digit)) for digit in digits]
    assert reads(files, test_digits.labels[:100].tolist()) >= 97


@pytest.mark.parametrize(
    "content",
    [
        file(page()),
        file(page("RGB"), "JPEG"),
        file(page("CMYK"), "JPEG"),
        file(page("1")),
        file(page("P"), "GIF"),
        file(page("RGB"), "WEBP"),
        file(page("RGB"), "BMP"),
        file(page("CMYK"), "TIFF"),
        file(Image.fromarray(np.asarray(page()).astype(np.uint16) * 257)),
        file(Image.fromarray(np.asarray(page()).astype(np.float32)), "TIFF"),
        file(page("RGB"), "GIF", save_all=True, append_images=[page("RGB", 0, 0)]),
        file(page(paper=30, pen=200)),
    ],
)
def test_every_format_gives_the_stroke(content):
    found = ink(read(content))
    rows, columns = np.flatnonzero(found.max(1) > 0.3), np.flatnonzero(found.max(0) > 0.3)
    assert found.dtype == np.float32
    assert abs(rows[0] - 40) <= 3
    assert abs(rows[-1] - 159) <= 3
    assert abs(columns[0] - 70) <= 3
    assert abs(columns[-1] - 79) <= 3


@pytest.mark.parametrize("pen", [0, 255])
def test_ink_on_a_transparent_ground_is_found_whichever_its_colour(pen):
    pixels = np.zeros((100, 100, 4), np.uint8)
    pixels[20:80, 45:55] = [pen, pen, pen, 255]
    found = ink(read(file(Image.fromarray(pixels))))
    assert found[50, 50] == pytest.approx(1, abs=0.05)
    assert found[50, 10] == 0


def test_a_photo_taken_sideways_is_turned():
    sideways = page().rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn it clockwise to see it upright"
    assert read(file(sideways, "JPEG", exif=exif)).shape == (200, 150)


def test_dirt_is_left_out():
    pixels = np.asarray(page()).copy()
    pixels[10:12, 10:12] = 40
    assert ink(read(file(Image.fromarray(pixels))))[:30].max() == 0


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (1, 1)),
        Image.new("L", (1, 500), 255),
        Image.new("RGB", (300, 300), "white"),
        Image.new("RGBA", (300, 300), (0, 0, 0, 0)),
        Image.new("L", (28, 28)),
    ],
)
def test_nothing_on_it_is_a_message(image):
    with pytest.raises(ImageError, match="nothing stands out"):
        ink(read(file(image)))


def bomb(width: int, height: int) -> bytes:
    """A small PNG file that says it has that many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no image"),
        (b"hello, this is text", "no image"),
        (file(page())[:200], "damaged"),
        (file(page("RGB"), "JPEG")[:400], "damaged"),
        (bomb(10_000, 10_000), "scale it down to at most 40 million"),
        (bomb(60_000, 60_000), "too many pixels"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_cannot_be_read_is_a_message(content, message):
    with pytest.raises(ImageError, match=message):
        read(content)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_huge_jpeg_is_unpacked_small():
    large = Image.new("L", (10_000, 10_000), 255)
    large.paste(0, (4_500, 2_000, 5_500, 8_000))
    assert max(read(file(large, "JPEG")).shape) <= images.LONGEST
