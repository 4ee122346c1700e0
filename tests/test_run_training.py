"""Training a run directory: everything is kept, whatever ends the run."""

import json
import zlib
from contextlib import suppress

import pytest
import torch
from conftest import made_up_digits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convae import data, jobs, run_training, runs, snapshots, weights
from convae.config import TrainConfig
from convae.errors import NonFiniteLossError, RunError


def weights_of(run: runs.Run) -> dict[str, torch.Tensor]:
    return weights.load(run).state_dict()


def curve(run: runs.Run) -> list[dict]:
    timing = {"images_per_s", "elapsed"}
    return [{k: v for k, v in record.items() if k not in timing} for record in run.metrics()]


def film(run: runs.Run) -> dict[str, int]:
    return {path.name: zlib.crc32(path.read_bytes()) for path in (run.path / snapshots.FOLDER).glob("*.npz")}


def test_a_finished_run_has_its_weights_and_curve(small_run):
    trainer = run_training.make_trainer(small_run)
    assert run_training.train(small_run, trainer)
    assert small_run.status() == "finished"
    assert sorted(path.name for path in small_run.path.iterdir() if path.name != "lock") == [
        "config.json",
        "metrics.jsonl",
        "model.safetensors",
        "snapshots",
    ]
    assert small_run.last_scores()["epoch"] == 3
    trained = trainer.model.state_dict()
    assert all(torch.equal(trained[name], tensor) for name, tensor in weights_of(small_run).items())
    with pytest.raises(RunError, match="nothing is left to train"):
        run_training.train(small_run, trainer)


class Killed(BaseException):
    """Nothing after it is done, as after a kill."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, tuple[dict, list[dict], dict[str, int]]]:
    """Weights, curve and film, by model, of runs that nothing disturbed."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVAE_RUNS", str(tmp_path_factory.mktemp("whole")))
        patch.setattr(data, "load", lambda *arguments: made_up_digits())
        for model in CONFIGS:
            run = new_run(model, "whole-" + model)
            run_training.train(run, run_training.make_trainer(run))
            found[model] = (weights_of(run), curve(run), film(run))
    return found


def new_run(model: str, name: str) -> runs.Run:
    """A run that can be trained; a ClassifierDecoding's classifier is there already or is made."""
    config = CONFIGS[model]
    if config.encoder_run and not (runs.runs_dir() / config.encoder_run).exists():
        source = new_run("classifier", config.encoder_run)
        run_training.train(source, run_training.make_trainer(source))
    return runs.create(config, name)


SHARED = {"epochs": 3, "batch_size": 16, "latent_dim": 3, "device": "cpu"}
CONFIGS = {
    "autoencoder": TrainConfig(model="autoencoder", recipe="fast", learning_rate=6e-3, **SHARED),
    "classifier": TrainConfig(model="classifier", recipe="classic", augment=True, **SHARED),
    "classifier-decoding": TrainConfig(model="classifier-decoding", encoder_run="source", **SHARED),
}


@pytest.mark.parametrize("model", CONFIGS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=st.lists(st.tuples(st.sampled_from(["stop", "kill", "kill in a save"]), st.integers(1, 9)), max_size=3))
def test_a_run_ended_anywhere_goes_on_as_if_nothing_had_happened(model, ends, whole, tmp_path_factory):
    """Stopped, killed between two steps or at any write of a save, once or several times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVAE_RUNS", str(tmp_path_factory.mktemp("cut")))
        patch.setattr(data, "load", lambda *arguments: made_up_digits())
        patch.setattr(run_training, "SAVE_EVERY_S", 0)
        run = new_run(model, "cut")
        for how, when in ends:
            if not run.is_finished():
                end(run, how, when)
        if not run.is_finished():
            assert run_training.train(run, run_training.make_trainer(run))
        expected_weights, expected_curve, expected_film = whole[model]
        assert curve(run) == expected_curve
        assert film(run) == expected_film
        assert all(torch.equal(expected_weights[name], tensor) for name, tensor in weights_of(run).items())


def end(run: runs.Run, how: str, when: int) -> None:
    """Train until the record, or the write, number `when`, and end there in one of three ways."""
    records = writes = 0

    def on_record(record):
        nonlocal records
        records += 1
        if records == when and how == "stop":
            jobs.request_stop(run.path)
        elif records == when and how == "kill":
            raise Killed

    def write(path, content):
        nonlocal writes
        writes += 1
        if writes == when and how == "kill in a save":
            path.with_name(f".{path.name}.1").write_bytes(content[: len(content) // 2])
            raise Killed
        runs.write_atomically(path, content)

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        patch.setattr(run_training, "write_atomically", write)
        patch.setattr(weights, "write_atomically", write)
        patch.setattr(snapshots, "write_atomically", write)
        run_training.train(run, run_training.make_trainer(run), on_record)


def test_a_disk_that_fills_up_keeps_the_last_saved_epoch(small_run, monkeypatch):
    monkeypatch.setattr(run_training, "SAVE_EVERY_S", 0)
    real, calls = weights.write_atomically, []

    def full(path, content):
        calls.append(path)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(weights, "write_atomically", full)
    with pytest.raises(RunError, match="No space left on device. The last saved epoch is kept"):
        run_training.train(small_run, run_training.make_trainer(small_run))
    monkeypatch.undo()
    assert (small_run.path / "resume.pt").exists()


def test_a_run_in_which_the_loss_is_lost_keeps_what_it_had(runs_home, tiny, monkeypatch):
    monkeypatch.setattr(data, "load", lambda *arguments: tiny)
    run = runs.create(TrainConfig(model="classifier", epochs=5, learning_rate=1e30, device="cpu"), "wild")
    with pytest.raises(NonFiniteLossError):
        run_training.train(run, run_training.make_trainer(run))
    run_training.record_failure(run, "the loss was lost")
    assert run.status() == "failed"
    assert all(tensor.isfinite().all() for tensor in weights_of(run).values())


def test_one_process_at_a_time(small_run):
    with jobs.at_work(small_run.path), pytest.raises(RunError, match="another process"):
        run_training.train(small_run, run_training.make_trainer(small_run))


def test_a_damaged_resume_point_is_named(small_run):
    run_training.save(small_run, run_training.make_trainer(small_run))
    path = small_run.path / "resume.pt"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunError, match=r"resume\.pt is damaged"):
        run_training.make_trainer(small_run)


def test_records_after_the_resume_point_are_written_anew(small_run):
    trainer = run_training.make_trainer(small_run)
    later = {"step": 2, "epoch": 1, "elapsed": 1, "train_loss": 9}
    (small_run.path / "metrics.jsonl").write_text(json.dumps(later) + '\n{"step": 3, "tr')
    run_training.train(small_run, trainer)
    assert [record["step"] for record in small_run.metrics()] == list(range(1, 10))
