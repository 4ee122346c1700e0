"""The settings of a training run: one frozen dataclass that the command line and the pages are made from.

Nothing here imports torch, so that `--help` and the home page are quick.
"""

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from convae.errors import ConfigError

LATENT_DIM_MAX = 256
TRAIN_SIZE = 60_000
NUM_CLASSES = 10


@dataclass(frozen=True)
class ModelKind:
    """One row of the table of trainable models."""

    class_name: str  # in convae.models
    title: str
    uses_labels: bool
    encoder: Literal["own", "optional", "required"]  # may or must it start from another run's encoder?


MODELS: dict[str, ModelKind] = {
    "autoencoder": ModelKind("Autoencoder", "Autoencoder", uses_labels=False, encoder="own"),
    "classifier": ModelKind("Classifier", "Classifier", uses_labels=True, encoder="optional"),
    "classifier-decoding": ModelKind("ClassifierDecoding", "ClassifierDecoding", uses_labels=False, encoder="required"),
}
RECIPES = ("classic", "fast")
SAMPLINGS = ("first", "balanced")
DATASETS = ("mnist",)  # what each is and where it comes from: mnist_files.py
DEVICES = ("auto", "cpu", "cuda", "mps")


def _setting(default: Any, text: str, **more: Any) -> Any:
    return field(default=default, metadata={"help": text, **more})


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides the outcome of a training run. Refuses nonsense with a `ConfigError`.

    The defaults are the classic recipe of the autoencoder; `preset` gives the ones that go with a model and a recipe.
    """

    model: str = _setting("autoencoder", "what to train", choices=tuple(MODELS))
    latent_dim: int = _setting(12, f"numbers in the code, 1 to {LATENT_DIM_MAX}", low=1, high=LATENT_DIM_MAX)
    recipe: str = _setting(
        "classic", "classic: Adam, constant rate; fast: better start, Muon, one cycle", choices=RECIPES
    )
    epochs: int = _setting(10, "passes over the training images", low=1, high=100_000)
    batch_size: int = _setting(64, "images per step", low=1, high=TRAIN_SIZE)
    learning_rate: float = _setting(1e-3, "the (highest) learning rate", low=0.0)
    label_smoothing: float = _setting(
        0.0, "share of the target that is spread over all classes; for classifiers", low=0.0, high=0.9
    )
    augment: bool = _setting(False, "shift, turn, scale and shear the training images at random")
    labels: int = _setting(TRAIN_SIZE, f"labelled training images to use, 1 to {TRAIN_SIZE}", low=1, high=TRAIN_SIZE)
    sampling: str = _setting("first", "which images are the labelled ones", choices=SAMPLINGS)
    own_digits: int = _setting(0, "how many of your own digits to learn from, besides", low=0, high=10_000)
    encoder_run: str | None = _setting(None, "name of the run whose encoder to start from")
    freeze_encoder: bool = _setting(False, "keep that encoder as it is and train only what follows it")
    dataset: str = _setting("mnist", "what to train on", choices=DATASETS)
    seed: int = _setting(0, "seed of weights, order, augmentation and balanced draws", low=0, high=2**31 - 1)
    snapshots: bool = _setting(True, "film the training: at most half a megabyte, and a hundredth of its time")
    device: str = _setting("auto", "where to compute; auto takes a GPU if there is one", choices=DEVICES)

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            _check(f, getattr(self, f.name))
        kind = MODELS[self.model]
        if kind.encoder == "own" and self.encoder_run is not None:
            raise ConfigError(f"encoder_run={self.encoder_run!r}: {self.model} trains its own encoder; leave it out")
        if kind.encoder == "required" and self.encoder_run is None:
            raise ConfigError(f"encoder_run is missing: {self.model} needs the encoder of a trained classifier run")
        if self.freeze_encoder and self.encoder_run is None:
            raise ConfigError("freeze_encoder=True needs encoder_run: a new encoder that is frozen learns nothing")
        if not kind.uses_labels and self.labels != TRAIN_SIZE:
            raise ConfigError(f"labels={self.labels}: {self.model} uses no labels; leave it out")
        if not kind.uses_labels and self.label_smoothing:
            raise ConfigError(f"label_smoothing={self.label_smoothing}: {self.model} uses no labels; leave it out")
        if not kind.uses_labels and self.own_digits:
            raise ConfigError(f"own_digits={self.own_digits}: {self.model} uses no labels; leave it out")

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON-ready values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """The settings from `to_dict`'s result; raises `ConfigError` on a field that is not one."""
        unknown = set(values) - {f.name for f in dataclasses.fields(cls)}
        if unknown:
            raise ConfigError(f"unknown setting {', '.join(sorted(unknown))}: written by a later version?")
        return cls(**values)

    def command(self, name: str | None = None) -> str:
        """The command line that trains with these settings."""
        base = preset(self.model, self.recipe, self.labels, self.encoder_run)
        words = ["python -m convae train", self.model]
        if self.recipe != "fast":
            words.append(f"--recipe {self.recipe}")
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            named_always = f.name in ("labels", "encoder_run") and value != f.default
            if f.name in ("model", "recipe") or (value == getattr(base, f.name) and not named_always):
                continue
            flag = "--" + f.name.replace("_", "-")
            if isinstance(value, bool):
                words.append(flag if value else "--no-" + flag[2:])
            else:
                words.append(f"{flag} {value}")
        return " ".join(words + ([f"--name {name}"] if name else []))


_ALLOWED: dict[Any, tuple[type, ...]] = {bool: (bool,), int: (int,), float: (float, int), str: (str,)}


def _check(f: "dataclasses.Field[Any]", value: Any) -> None:
    """Refuse a value of the wrong type, outside its choices or outside its range."""
    allowed = _ALLOWED.get(f.type, (str, type(None)))
    if type(value) not in allowed:  # a bool is an int to isinstance
        raise ConfigError(f"{f.name}={value!r} is not {' or '.join(t.__name__ for t in allowed)}")
    rules: Mapping[str, Any] = f.metadata
    if "choices" in rules and value not in rules["choices"]:
        raise ConfigError(f"{f.name}={value!r} is not one of {', '.join(rules['choices'])}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{f.name}={value} is not a finite number")
    if f.name == "learning_rate" and value <= 0:
        raise ConfigError(f"learning_rate={value} is not above 0")
    if "low" in rules and value < rules["low"]:
        raise ConfigError(f"{f.name}={value} is below {rules['low']}")
    if "high" in rules and value > rules["high"]:
        raise ConfigError(f"{f.name}={value} is above {rules['high']}")


# What each recipe does unless told otherwise. The classic numbers are the original experiments'; the fast ones were
# chosen on the last 5,000 training images.
FEW_LABELS = 5_000
_CLASSIC: dict[str, Any] = {"batch_size": 64, "learning_rate": 1e-3}
_FAST: dict[str, Any] = {"batch_size": 64, "learning_rate": 15e-3, "epochs": 2}
_FAST_CLASSIFIER: dict[str, Any] = {**_FAST, "batch_size": 128, "label_smoothing": 0.1}
_FAST_FEW: dict[str, Any] = {**_FAST_CLASSIFIER, "batch_size": 64, "epochs": 100, "augment": True}


QUICK_LOOK = "quick look"  # half as long as fast, to see how it goes
PRESETS = (*RECIPES, QUICK_LOOK)


def _recipe(model: str, recipe: str, few: bool) -> dict[str, Any]:
    if recipe == QUICK_LOOK:
        fast = _recipe(model, "fast", few)
        return {**fast, "recipe": "fast", "epochs": fast["epochs"] // 2}
    if recipe == "classic":
        return {**_CLASSIC, "recipe": recipe, "epochs": 50 if few else 10}
    if model != "classifier":
        return {**_FAST, "recipe": recipe}
    return {**(_FAST_FEW if few else _FAST_CLASSIFIER), "recipe": recipe}


def preset(
    model: str, recipe: str = "fast", labels: int = TRAIN_SIZE, encoder_run: str | None = None, **changes: Any
) -> TrainConfig:
    """The settings of one of `PRESETS` for this model and number of labels, with `changes` on top."""
    values = _recipe(model, recipe, few=isinstance(labels, int) and labels <= FEW_LABELS)
    return TrainConfig(**{**values, "model": model, "labels": labels, "encoder_run": encoder_run, **changes})


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str) -> str:
    """Return `name` if it can name a run directory; raises `ConfigError` otherwise."""
    if not _NAME.fullmatch(name) or name.endswith("."):
        shown = name if len(name) <= 40 else name[:37] + "..."
        raise ConfigError(
            f"run name {shown!r}: use 1 to 64 letters, digits, '-', '_' or '.', starting with a letter or digit"
        )
    return name


def default_name(config: TrainConfig) -> str:
    """A name that tells runs apart at a glance, such as `classifier-12-100-pretrained-seed1`."""
    parts = [config.model, str(config.latent_dim)]
    if config.labels < TRAIN_SIZE:
        parts.append(str(config.labels))
    if config.own_digits:
        parts.append("own")
    if config.model == "classifier" and config.encoder_run:
        parts.append("frozen" if config.freeze_encoder else "pretrained")
    if config.recipe == "classic":
        parts.append("classic")
    if config.seed:
        parts.append(f"seed{config.seed}")
    return "-".join(parts)
