"""The settings refuse nonsense by name and value, and survive a trip through JSON and the command line."""

import json
import math
import shlex

import pytest

from convae.__main__ import config_from, make_parser
from convae.config import MODELS, RECIPES, TrainConfig, check_name, default_name, preset
from convae.errors import ConfigError


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("latent_dim", 0, "latent_dim=0 is below 1"),
        ("latent_dim", -1, "latent_dim=-1 is below 1"),
        ("latent_dim", 10_000, "latent_dim=10000 is above"),
        ("latent_dim", "x", "latent_dim='x' is not int"),
        ("latent_dim", True, "latent_dim=True is not int"),
        ("latent_dim", 2.5, "latent_dim=2.5 is not int"),
        ("labels", 0, "labels=0 is below 1"),
        ("labels", 60_001, "labels=60001 is above 60000"),
        ("epochs", 0, "epochs=0 is below 1"),
        ("batch_size", 0, "batch_size=0 is below 1"),
        ("learning_rate", math.nan, "learning_rate=nan is not a finite"),
        ("learning_rate", math.inf, "learning_rate=inf is not a finite"),
        ("learning_rate", 0.0, "learning_rate=0.0 is not above 0"),
        ("label_smoothing", 1.0, "label_smoothing=1.0 is above 0.9"),
        ("learning_rate", -1e-3, "learning_rate=-0.001 is not above 0"),
        ("model", "gan", "model='gan' is not one of autoencoder"),
        ("recipe", "slow", "recipe='slow' is not one of classic"),
        ("sampling", "last", "sampling='last' is not one of first"),
        ("seed", -1, "seed=-1 is below 0"),
        ("device", "abacus", "device='abacus' is not one of auto"),
        ("augment", 1, "augment=1 is not bool"),
    ],
)
def test_nonsense_is_refused_by_name_and_value(setting, value, message):
    with pytest.raises(ConfigError, match=message):
        TrainConfig(**{"model": "classifier", setting: value})
    with pytest.raises(ValueError, match=setting):
        preset(**{"model": "classifier", setting: value})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "autoencoder", "encoder_run": "a"}, "trains its own encoder"),
        ({"model": "classifier-decoding"}, "encoder_run is missing"),
        ({"model": "classifier", "freeze_encoder": True}, "freeze_encoder=True needs encoder_run"),
        ({"model": "autoencoder", "labels": 100}, "uses no labels"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        TrainConfig(**settings)


@pytest.mark.parametrize("name", ["../x", "a b", "", ".hidden", "a/b", "a" * 65, "a" * 300, "x.", "ünï", "a\n", "-a"])
def test_bad_run_names_are_refused(name):
    with pytest.raises(ConfigError, match="run name"):
        check_name(name)


def test_the_message_about_a_long_name_is_short():
    with pytest.raises(ConfigError) as error:
        check_name("a" * 300)
    assert len(str(error.value)) < 160


def all_presets() -> list[TrainConfig]:
    sources = {"own": [None], "optional": [None, "some-run"], "required": ["some-run"]}
    return [
        preset(model, recipe, labels, encoder_run)
        for model, kind in MODELS.items()
        for recipe in RECIPES
        for labels in ([100, 60_000] if kind.uses_labels else [60_000])
        for encoder_run in sources[kind.encoder]
    ]


def test_presets_are_the_studys_experiments():
    classic = preset("autoencoder", "classic")
    assert (classic.epochs, classic.batch_size, classic.learning_rate) == (10, 64, 1e-3)
    few = preset("classifier", "classic", labels=100)
    assert (few.epochs, few.sampling, few.augment) == (50, "first", False)
    assert preset("classifier", labels=100, epochs=7).epochs == 7


def test_settings_survive_json():
    for config in all_presets():
        assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(ConfigError, match="unknown setting depth"):
        TrainConfig.from_dict({"depth": 3})


@pytest.mark.parametrize(
    "changes", [{}, {"seed": 3, "epochs": 7, "latent_dim": 5}, {"augment": True}, {"augment": False}]
)
def test_the_shown_command_line_gives_the_same_settings(changes):
    for base in all_presets():
        config = preset(base.model, base.recipe, base.labels, base.encoder_run, **changes)
        words = shlex.split(config.command("a-name"))
        assert words[:3] == ["python", "-m", "convae"]
        options = make_parser().parse_args(words[3:])
        assert config_from(options) == config
        assert options.name == "a-name"


def test_default_names_tell_runs_apart():
    names = [default_name(config) for config in all_presets()]
    assert len(set(names)) == len(names)
    for name in names:
        check_name(name)
