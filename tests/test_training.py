"""The one loop: it learns, it is repeatable, it goes on exactly, it stops where it must."""

import copy

import pytest
import torch

from convae.config import TrainConfig, preset
from convae.data import Digits
from convae.errors import ConfigError, NonFiniteLossError
from convae.models import Autoencoder, Encoder
from convae.training import Trainer, evaluate, new_model, pick_device


def trainer(train: Digits, test: Digits, encoder: Encoder | None = None, **settings) -> Trainer:
    values = {"device": "cpu", "batch_size": 16, "epochs": 2, **settings}
    return Trainer(TrainConfig(**values), train, test, encoder)


def weights_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("recipe", ["classic", "fast"])
def test_one_batch_of_real_digits_is_learnt_by_heart(train_digits, recipe):
    batch = Digits(train_digits.images[:32], train_digits.labels[:32])
    few = preset("classifier", recipe, epochs=120, augment=False, device="cpu")
    for _ in (run := Trainer(few, batch, batch)).records():
        pass
    assert evaluate(run.model, batch)["accuracy"] == 1
    pictures = preset("autoencoder", recipe, epochs=350, device="cpu")
    for _ in (run := Trainer(pictures, batch, batch)).records():
        pass
    assert evaluate(run.model, batch)["loss"] < 0.03 < 0.06 < evaluate(new_model(pictures), batch)["loss"]


def test_real_digits_are_learnt_and_recognised(train_digits, test_digits):
    run = Trainer(preset("classifier", "classic", epochs=5, device="cpu"), train_digits, test_digits)
    last = list(run.records())[-1]
    assert last["test_accuracy"] > 0.75
    assert last["test_loss"] < 1


@pytest.mark.parametrize("settings", [{"recipe": "classic"}, {"recipe": "fast", "augment": True}])
def test_same_seed_same_weights(tiny, settings):
    def train(seed):
        run = trainer(tiny, tiny, model="classifier", seed=seed, **settings)
        records = list(run.records())
        return weights_of(run.model), [record["train_loss"] for record in records]

    (weights, losses), (same_weights, same_losses), (other_weights, _) = train(0), train(0), train(1)
    assert equal(weights, same_weights)
    assert losses == same_losses
    assert not equal(weights, other_weights)


def test_training_leaves_the_global_generator_alone(tiny):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    list(trainer(tiny, tiny).records())
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("settings", [{"recipe": "classic"}, {"recipe": "fast", "augment": True}])
def test_a_resumed_run_ends_with_the_same_weights(tiny, settings):
    whole = trainer(tiny, tiny, model="classifier", epochs=4, **settings)
    records = list(whole.records())
    first = trainer(tiny, tiny, model="classifier", epochs=4, **settings)
    for record in first.records():
        if record["epoch"] == 2:
            break
    second = trainer(tiny, tiny, model="classifier", epochs=4, **settings)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    rest = list(second.records())
    assert equal(weights_of(whole.model), weights_of(second.model))
    timing = {"images_per_s", "elapsed"}
    for a, b in zip(records[-len(rest) :], rest, strict=True):
        assert {k: v for k, v in a.items() if k not in timing} == {k: v for k, v in b.items() if k not in timing}


def test_records_say_what_they_promise(tiny):
    run = trainer(tiny, tiny, model="classifier", epochs=3)
    records = list(run.records())
    assert run.finished
    assert [record["step"] for record in records] == list(range(1, 10))
    keys = {"step", "epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy"}
    assert all(set(record) == keys | {"learning_rate", "images_per_s", "elapsed"} for record in records)
    tested = [record["epoch"] for record in records if record["test_loss"] is not None]
    assert tested == [1, 2, 3]
    elapsed = [record["elapsed"] for record in records]
    assert elapsed == sorted(elapsed)


def test_a_record_is_the_mean_since_the_one_before(tiny):
    run = trainer(tiny, tiny, model="autoencoder", epochs=1, batch_size=40)
    before = evaluate(run.model, tiny)["loss"]
    (record,) = run.records()
    assert record["train_loss"] == pytest.approx(before, rel=1e-5)
    assert record["test_loss"] == pytest.approx(evaluate(run.model, tiny)["loss"], rel=1e-5)
    assert "train_accuracy" not in record


def test_long_runs_have_a_bounded_number_of_records(tiny):
    records = list(trainer(tiny, tiny, model="classifier", epochs=300).records())
    assert len(records) < 600
    assert sum(record["test_loss"] is not None for record in records) <= 26
    assert records[-1]["test_loss"] is not None


@pytest.mark.filterwarnings("ignore")
def test_a_loss_that_is_not_finite_stops_the_run(tiny):
    with pytest.raises(NonFiniteLossError, match="try a learning rate below 1e"):
        list(trainer(tiny, tiny, model="classifier", learning_rate=1e30, epochs=5).records())


def test_a_frozen_encoder_stays_bit_identical(tiny):
    encoder = Encoder(12)
    before = weights_of(encoder)
    frozen = trainer(tiny, tiny, encoder, model="classifier", encoder_run="a", freeze_encoder=True)
    decoding = trainer(tiny, tiny, encoder, model="classifier-decoding", encoder_run="a")
    tuned = trainer(tiny, tiny, encoder, model="classifier", encoder_run="a")
    for run in (frozen, decoding, tuned):
        assert equal(weights_of(run.model.encoder), before)
        rest = {name: tensor for name, tensor in weights_of(run.model).items() if not name.startswith("encoder")}
        list(run.records())
        assert not equal({name: tensor for name, tensor in weights_of(run.model).items() if name in rest}, rest)
    assert equal(weights_of(frozen.model.encoder), before)
    assert equal(weights_of(decoding.model.encoder), before)
    assert not equal(weights_of(tuned.model.encoder), before)
    assert equal(weights_of(encoder), before)


def test_an_encoder_that_does_not_fit_is_refused():
    config = TrainConfig(model="classifier", encoder_run="a")
    with pytest.raises(ConfigError, match="encoder_run='a' has latent_dim 3, not 12"):
        new_model(config, Encoder(3))
    with pytest.raises(ConfigError, match="do not go together"):
        new_model(config)
    with pytest.raises(ConfigError, match="do not go together"):
        new_model(TrainConfig(), Encoder())


def test_only_the_chosen_labels_are_used(train_digits, tiny):
    whole = Digits(torch.zeros(60_000, 1, 28, 28, dtype=torch.uint8), torch.arange(60_000) % 10)
    run = trainer(whole, tiny, model="classifier", labels=13)
    assert len(run.train.labels) == 13


def test_evaluate_is_the_mean_over_all_digits(tiny):
    model = Autoencoder()
    images = tiny.images.float() / 255
    with torch.no_grad():
        expected = (model(images) - images).square().mean().item()
    assert evaluate(model, tiny)["loss"] == pytest.approx(expected, rel=1e-5)
    assert model.training
    with pytest.raises(ConfigError, match="no digits"):
        evaluate(model, Digits(tiny.images[:0], tiny.labels[:0]))


def test_devices_that_are_not_there_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert pick_device("auto").type == "cpu"
    for name in ("cuda", "mps"):
        with pytest.raises(ConfigError, match=f"device='{name}' is not available"):
            pick_device(name)
