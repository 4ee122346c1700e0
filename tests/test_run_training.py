"""Training a run directory: everything is kept, whatever ends the run."""

import json

import pytest
import torch

from convae import data, jobs, run_training, runs, weights
from convae.config import TrainConfig
from convae.errors import NonFiniteLossError, RunError


def weights_of(run: runs.Run) -> dict[str, torch.Tensor]:
    return weights.load(run).state_dict()


def curve(run: runs.Run) -> list[dict]:
    timing = {"images_per_s", "elapsed"}
    return [{k: v for k, v in record.items() if k not in timing} for record in run.metrics()]


def test_a_finished_run_has_its_weights_and_curve(small_run):
    trainer = run_training.make_trainer(small_run)
    assert run_training.train(small_run, trainer)
    assert small_run.status() == "finished"
    assert sorted(path.name for path in small_run.path.iterdir() if path.name != "lock") == [
        "config.json",
        "metrics.jsonl",
        "model.safetensors",
    ]
    assert small_run.last_scores()["epoch"] == 3
    trained = trainer.model.state_dict()
    assert all(torch.equal(trained[name], tensor) for name, tensor in weights_of(small_run).items())
    with pytest.raises(RunError, match="nothing is left to train"):
        run_training.train(small_run, trainer)


@pytest.mark.parametrize("stop_at_step", [1, 3, 4, 8])
def test_a_stopped_run_goes_on_as_if_nothing_had_happened(small_run, stop_at_step, monkeypatch):
    monkeypatch.setattr(run_training, "SAVE_EVERY_S", 0)
    whole = runs.create(small_run.config, "whole")
    run_training.train(whole, run_training.make_trainer(whole))

    def stop(record):
        if record["step"] == stop_at_step:
            jobs.request_stop(small_run.path)

    assert not run_training.train(small_run, run_training.make_trainer(small_run), stop)
    assert small_run.status() == "stopped"
    assert run_training.train(small_run, run_training.make_trainer(small_run))
    assert curve(small_run) == curve(whole)
    expected = weights_of(whole)
    assert all(torch.equal(expected[name], tensor) for name, tensor in weights_of(small_run).items())


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
    (small_run.path / "metrics.jsonl").write_text(json.dumps({"step": 2, "train_loss": 9}) + '\n{"step": 3, "tr')
    run_training.train(small_run, trainer)
    assert [record["step"] for record in small_run.metrics()] == list(range(1, 10))
