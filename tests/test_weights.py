"""Weights: saved and loaded without loss, refused with the file's name when they are not what they should be."""

import pickle

import pytest
import torch
from safetensors.torch import save_file

from convae import runs, weights
from convae.config import TrainConfig
from convae.errors import RunError
from convae.models import Autoencoder, Classifier, ClassifierDecoding, Decoder, Encoder


def make_run(name: str = "a", **settings) -> runs.Run:
    return runs.create(TrainConfig(**settings), name)


def test_what_is_saved_is_loaded(runs_home):
    model = Autoencoder(5).to(memory_format=torch.channels_last)
    run = make_run(latent_dim=5)
    weights.save(run.path / "model.safetensors", model)
    loaded = weights.load(run)
    assert isinstance(loaded, Autoencoder)
    assert not loaded.training
    assert all(
        torch.equal(a, b) for a, b in zip(model.state_dict().values(), loaded.state_dict().values(), strict=True)
    )


def test_missing_weights_are_named(runs_home):
    with pytest.raises(RunError, match=r"a/model\.safetensors is missing"):
        weights.load(make_run())


@pytest.mark.parametrize("keep", [0, 5, 1000, -4])
def test_weights_cut_short_are_named(runs_home, keep):
    run = make_run()
    path = run.path / "model.safetensors"
    weights.save(path, Autoencoder())
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(RunError, match=r"a/model\.safetensors is damaged"):
        weights.load(run)


def test_foreign_weights_say_what_does_not_fit(runs_home):
    run = make_run()
    weights.save(run.path / "model.safetensors", Classifier())
    with pytest.raises(RunError, match=r"does not fit Autoencoder: decoder\.deconv1\.bias is missing"):
        weights.load(run)
    weights.save(run.path / "model.safetensors", Autoencoder(3))
    with pytest.raises(RunError, match=r"decoder\.fc\.weight is \(576, 3\), not \(576, 12\)"):
        weights.load(run)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".safetensors"])
@pytest.mark.parametrize("model", [Autoencoder(4), Classifier(4)])
def test_a_state_dict_becomes_a_run(runs_home, tmp_path, suffix, model):
    file = tmp_path / f"theirs{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(model.state_dict(), file)
    run = weights.import_state_dict(file, "mine")
    assert run.is_finished()
    assert run.config.latent_dim == 4
    torch.testing.assert_close(weights.load(run).state_dict(), model.state_dict(), rtol=0, atol=0)


def test_a_classifier_decoding_is_imported_with_its_encoder_run(runs_home, tmp_path):
    source = make_run("source", model="classifier")
    weights.save(source.path / "model.safetensors", Classifier())
    torch.save(ClassifierDecoding(Encoder(), Decoder()).state_dict(), tmp_path / "theirs.pt")
    run = weights.import_state_dict(tmp_path / "theirs.pt", "mine", encoder_run="source")
    assert isinstance(weights.load(run), ClassifierDecoding)


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("write", [torch.save, lambda bomb, file: file.write_bytes(pickle.dumps(bomb))])
def test_a_pickle_bomb_does_not_go_off(runs_home, tmp_path, write):
    file, mark = tmp_path / "bomb.pt", tmp_path / "exploded"
    write({"encoder.fc.weight": Bomb(mark)}, file)
    with pytest.raises(RunError, match=r"bomb\.pt .*not opened"):
        weights.import_state_dict(file, "mine")
    assert not mark.exists()
    assert list(runs_home.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"layer.weight": torch.zeros(3)}, "has no encoder.fc.weight"),
        ([1, 2], "holds no state dict"),
        ({"encoder.fc.weight": 3}, "holds no state dict"),
        ({"encoder.fc.weight": torch.zeros(())}, r"encoder\.fc\.weight is \(\), not \(latent_dim, 576\)"),
        ({"encoder.fc.weight": torch.zeros(12, 576)}, "does not fit Autoencoder"),
        ({"encoder.fc.weight": torch.zeros(5000, 576)}, "latent_dim=5000 is above"),
    ],
)
def test_other_files_are_refused(runs_home, tmp_path, content, message):
    torch.save(content, tmp_path / "theirs.pt")
    with pytest.raises((RunError, ValueError), match=message):
        weights.import_state_dict(tmp_path / "theirs.pt", "mine")
    assert list(runs_home.iterdir()) == []


def test_weights_that_are_not_finite_are_refused(runs_home, tmp_path):
    state = Autoencoder().state_dict()
    state["encoder.fc.bias"][0] = float("nan")
    torch.save(state, tmp_path / "theirs.pt")
    with pytest.raises(RunError, match=r"encoder\.fc\.bias holds NaN or infinity"):
        weights.import_state_dict(tmp_path / "theirs.pt", "mine")


def test_half_a_file_and_no_file_are_refused(runs_home, tmp_path):
    torch.save(Autoencoder().state_dict(), tmp_path / "half.pt")
    half = (tmp_path / "half.pt").read_bytes()
    (tmp_path / "half.pt").write_bytes(half[: len(half) // 2])
    with pytest.raises(RunError, match=r"half\.pt"):
        weights.import_state_dict(tmp_path / "half.pt", "mine")
    with pytest.raises(RunError, match=r"none\.pt does not exist"):
        weights.import_state_dict(tmp_path / "none.pt", "mine")
    assert list(runs_home.iterdir()) == []
