"""Run directories: made whole or not at all, read as they are, found by their settings."""

import json
import os
import re

import pytest

from convae import jobs, runs
from convae.config import TrainConfig
from convae.errors import ConfigError, RunError

CONFIG = TrainConfig(model="classifier", latent_dim=3)


def test_a_new_run_can_be_read_without_this_program(runs_home):
    run = runs.create(CONFIG, "first")
    about = json.loads((runs_home / "first" / "config.json").read_text())
    assert about["train"] == CONFIG.to_dict()
    assert about["command"] == CONFIG.command("first")
    assert set(about["versions"]) == {"python", "torch", "numpy"}
    assert runs.open_run("first") == run
    assert run.metrics() == []
    assert run.last_scores() == {}
    assert run.status() == "interrupted"


def test_a_name_is_given_once(runs_home):
    runs.create(CONFIG, "taken")
    with pytest.raises(RunError, match="'taken' exists already"):
        runs.create(CONFIG, "taken")
    assert runs.free_name("taken") == "taken-2"
    assert runs.free_name("free") == "free"
    assert sorted(path.name for path in runs_home.iterdir()) == ["taken"]


@pytest.mark.parametrize("name", ["../outside", "two words", "a" * 300])
def test_bad_names_leave_nothing_behind(runs_home, name):
    with pytest.raises(ConfigError, match="run name"):
        runs.create(CONFIG, name)
    assert list(runs_home.iterdir()) == []
    assert [path.name for path in runs_home.parent.iterdir()] == ["runs"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONVAE_RUNS", str(tmp_path / "file" / "runs"))
    with pytest.raises(RunError, match="cannot write to .*runs: Not a directory"):
        runs.create(CONFIG, "a")


def test_encoder_runs_must_exist_fit_and_be_trained(runs_home):
    runs.create(TrainConfig(latent_dim=5), "source")
    with pytest.raises(RunError, match="no run named 'missing'"):
        runs.create(TrainConfig(model="classifier", encoder_run="missing"), "a")
    with pytest.raises(RunError, match="encoder_run='source' has latent_dim 5, not 12"):
        runs.create(TrainConfig(model="classifier", encoder_run="source"), "a")
    with pytest.raises(RunError, match="is not finished"):
        runs.create(TrainConfig(model="classifier", latent_dim=5, encoder_run="source"), "a")
    assert [path.name for path in runs_home.iterdir()] == ["source"]


def test_a_missing_run_says_how_to_see_what_is_there(runs_home):
    with pytest.raises(RunError, match="no run named 'nothing' .* convae list"):
        runs.open_run("nothing")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "config.json cannot be used"),
        ("[]", "config.json cannot be used"),
        ('{"format": 1}', "config.json cannot be used"),
        ('{"format": 99, "train": {}}', "written by a later version"),
        ('{"format": 1, "train": {"latent_dim": 0}}', "latent_dim=0 is below 1"),
    ],
)
def test_a_broken_config_is_named_and_hides_no_other_run(runs_home, content, message):
    runs.create(CONFIG, "whole")
    runs.create(CONFIG, "broken")
    (runs_home / "broken" / "config.json").write_text(content)
    with pytest.raises(RunError, match=message):
        runs.open_run("broken")
    assert [run.name for run in runs.list_runs()] == ["whole"]
    (told,) = runs.unreadable()
    assert re.search(message, told)


def test_a_run_that_was_copied_by_half_is_named(runs_home):
    (runs_home / "half").mkdir()
    (runs_home / "half" / "model.safetensors").touch()
    (told,) = runs.unreadable()
    assert "half has weights but no config.json: copy it whole" in told


def test_a_reader_reads_what_is_new_and_starts_over_where_the_file_was_replaced(runs_home):
    run = runs.create(CONFIG, "a")
    line = '{{"step": {}, "epoch": 1, "elapsed": 2.0}}\n'.format
    reader, path = runs.MetricsReader(run), run.path / "metrics.jsonl"
    assert reader.read() == []

    def steps() -> list[int]:
        return [record["step"] for record in reader.read()]

    path.write_text(line(1) + line(2)[:9])
    assert steps() == [1]
    with path.open("a") as file:
        file.write(line(2)[9:] + line(3))
    assert steps() == [1, 2, 3]
    runs.write_atomically(path, (line(1) + line(7) + line(8) + line(9)).encode())
    assert steps() == [1, 7, 8, 9]
    path.write_text(line(5))
    assert steps() == [5]
    path.unlink()
    assert steps() == []


def test_metrics_leave_out_what_is_not_whole(runs_home):
    run = runs.create(CONFIG, "a")
    good = {"step": 1, "epoch": 0.5, "elapsed": 1, "test_loss": 0.5, "from a later version": [1]}
    odd = ["not json", "[1]", '{"step": "x"}', '{"step": 1}', '{"step": 1, "epoch": "2", "elapsed": 1}']
    lines = [json.dumps(good), *odd, json.dumps({**good, "step": 2, "test_loss": None})]
    (run.path / "metrics.jsonl").write_text("\n".join(lines) + '\n{"step": 3')
    assert [record["step"] for record in run.metrics()] == [1, 2]
    assert run.last_scores() == good


def test_status_is_read_from_the_directory(runs_home):
    run = runs.create(CONFIG, "a")
    (run.path / "resume.pt").touch()
    (run.path / "model.safetensors").touch()
    assert run.status() == "interrupted"
    jobs.request_stop(run.path)
    assert run.status() == "stopped"
    with jobs.at_work(run.path):
        assert run.status() == "running"
    (run.path / "failure.txt").write_text("out of memory\n")
    assert run.status() == "failed"
    assert run.failure() == "out of memory"
    (run.path / "failure.txt").unlink()
    (run.path / "resume.pt").unlink()
    assert run.status() == "finished"


def test_find_asks_for_settings_and_prefers_the_finished(runs_home):
    for name, unfinished in (("a", True), ("b", False), ("c", False)):
        run = runs.create(CONFIG, name)
        (run.path / "model.safetensors").touch()
        if unfinished:
            (run.path / "resume.pt").touch()
    runs.create(CONFIG, "no-weights")
    assert [run.name for run in runs.find(model="classifier", latent_dim=3)] == ["b", "c", "a"]
    assert runs.find(model="autoencoder") == []


def test_a_run_at_work_is_not_deleted(runs_home):
    run = runs.create(CONFIG, "a")
    with jobs.at_work(run.path), pytest.raises(RunError, match="another process"):
        runs.delete(run)
    assert run.path.exists()
    runs.delete(run)
    assert not run.path.exists()


def test_an_interrupted_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    runs.write_atomically(path, b"old")

    def full(self, content):
        os.close(os.open(self, os.O_CREAT))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        runs.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
