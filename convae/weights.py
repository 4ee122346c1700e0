"""The weights of a run: save, load strictly, import from somebody else's file."""

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import nn

from convae.config import MODELS, TrainConfig, check_name
from convae.errors import RunError
from convae.models import Encoder, Model, build
from convae.runs import WEIGHTS, Run, create, open_run, write_atomically


def load(run: Run) -> Model:
    """The run's model with its weights, in evaluation mode on the CPU, laid out to be quick there.

    Raises `RunError` that names the file and what is wrong with it if the weights are missing, damaged or not those
    of the model that config.json describes.
    """
    model = _build(run.config)
    _load_strictly(model, _read_weights(run.path / WEIGHTS), run.path / WEIGHTS)
    return model.eval().to(memory_format=torch.channels_last)  # in which pooling takes half the time


def _build(config: TrainConfig) -> Model:
    needs_encoder = MODELS[config.model].encoder == "required"
    return build(config.model, config.latent_dim, Encoder(config.latent_dim) if needs_encoder else None)


def _read_weights(path: Path) -> dict[str, Any]:
    try:
        return load_file(path)
    except FileNotFoundError:
        raise RunError(f"{path} is missing: the run was never finished, or the file was moved") from None
    except (SafetensorError, OSError) as error:
        raise RunError(f"{path} is damaged or no safetensors file ({error}): copy it again or train again") from error


def _load_strictly(model: nn.Module, state: dict[str, Any], path: Path) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    wrong = [f"{name} is missing" for name in expected.keys() - found.keys()]
    wrong += [f"{name} is unknown" for name in found.keys() - expected.keys()]
    wrong += [
        f"{n} is {found[n]}, not {expected[n]}" for n in expected.keys() & found.keys() if found[n] != expected[n]
    ]
    if wrong:
        raise RunError(f"{path} does not fit {type(model).__name__}: {'; '.join(sorted(wrong)[:3])}")
    not_finite = [name for name, tensor in state.items() if not tensor.isfinite().all()]
    if not_finite:
        raise RunError(f"{path} is of no use: {not_finite[0]} holds NaN or infinity")
    model.load_state_dict(state)


def encoder_agrees(run: Run) -> bool:
    """Whether the run's encoder is still, bit by bit, that of the run it was taken from; raises `RunError` as `load`.

    Only of use where the encoder was frozen, as in a ClassifierDecoding.
    """
    source = load(open_run(str(run.config.encoder_run))).encoder.state_dict()
    return all(torch.equal(value, source[name]) for name, value in load(run).encoder.state_dict().items())


def save(path: Path, model: nn.Module) -> None:
    """Write the model's weights as safetensors."""
    write_atomically(path, to_bytes({name: t.cpu().contiguous() for name, t in model.state_dict().items()}))


def import_state_dict(file: Path, name: str, encoder_run: str | None = None) -> Run:
    """A finished run from a `.pt`, `.pth` or `.safetensors` file with weights in the specification's names.

    Autoencoder and ClassifierDecoding have the same names: it is the latter if `encoder_run` names the classifier
    that its encoder came from. Nothing but tensors is unpickled. Raises `RunError` that says what is wrong.
    """
    check_name(name)
    state = _read_weights(file) if file.suffix == ".safetensors" else _read_pickled_tensors(file)
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise RunError(f"{file} holds no state dict (names with tensors): save `model.state_dict()`")
    if "encoder.fc.weight" not in state:
        raise RunError(f"{file} has no encoder.fc.weight: it is no Autoencoder, Classifier or ClassifierDecoding")
    if (shape := tuple(state["encoder.fc.weight"].shape))[1:] != (576,):
        raise RunError(f"{file} does not fit: encoder.fc.weight is {shape}, not (latent_dim, 576)")
    kind = "classifier" if "fc1.weight" in state else "classifier-decoding" if encoder_run else "autoencoder"
    config = TrainConfig(model=kind, latent_dim=len(state["encoder.fc.weight"]), encoder_run=encoder_run)
    network = _build(config)
    _load_strictly(network, state, file)
    run = create(config, name, {"command": f"python -m convae import {file.name} --name {name}"})
    save(run.path / WEIGHTS, network)
    return run


def _read_pickled_tensors(file: Path) -> Any:
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise RunError(f"{file} does not exist") from None
    except pickle.UnpicklingError as error:
        raise RunError(
            f"{file} holds more than tensors, or is damaged, and was not opened: save `model.state_dict()`"
        ) from error
    except Exception as error:  # a damaged file can fail in any way
        raise RunError(f"{file} is no file that torch.save wrote ({type(error).__name__})") from error
