"""`python -m convae study`, in processes of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import wait_until

from convae import runs, study_command, study_results
from convae.__main__ import main

COMMAND = [sys.executable, "-m", "convae", "study", "--arms", "linear-probe", "--labels", "10", "20"]


def study(*more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *more], capture_output=True, text=True, cwd=runs.PROJECT, timeout=200)


def test_a_study_is_run_gone_on_with_and_printed(shipped_home: Path):
    done = study("--seeds", "1", "--format", "json")
    assert done.returncode == 0, done.stderr
    tasks = json.loads(done.stdout)["tasks"]
    assert sorted(row["labels"] for row in tasks) == [10, 20]
    assert min(row["accuracy"] for row in tasks) > 0.3
    again = study("--seeds", "1")
    assert again.returncode == 2
    assert "go on with it by --resume" in again.stderr
    more = study("--seeds", "2", "--resume", "--format", "csv")
    assert more.returncode == 0, more.stderr
    lines = more.stdout.splitlines()
    assert lines[0] == "arm,labels,seed,accuracy,seconds"
    assert len(lines) == 5
    kept = {line.rsplit(",", 1)[0] for line in lines}
    assert {f"linear-probe,{row['labels']},0,{row['accuracy']}" for row in tasks} <= kept
    table = study("--seeds", "2", "--resume")
    assert "(2 seeds)" in table.stdout


def test_a_killed_study_loses_no_result(shipped_home: Path):
    process = subprocess.Popen([*COMMAND, "--seeds", "4"], cwd=runs.PROJECT, start_new_session=True)
    folder = runs.studies_dir() / "balanced"
    assert wait_until(lambda: len(study_results.read(folder)) >= 2, 120)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = study_results.read(folder)
    done = study("--seeds", "4", "--resume", "--format", "json")
    assert done.returncode == 0, done.stderr
    after = json.loads(done.stdout)["tasks"]
    assert len(after) == 8
    assert [row for row in after if row in before] == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--labels", "9"], "labels=9 is not between 10 and 60000; below 10 a balanced draw"),
        (["--labels", "60001"], "labels=60001 is not between"),
        (["--seeds", "0"], "seeds=0 is below 1"),
        (["--workers", "0"], "workers=0 is below 1"),
        (["--arms", "magic"], "arm 'magic' is not one of scratch"),
        (["--autoencoder", "gone"], "gone"),
        (["--autoencoder", "classifier-12"], "classifier-12 is a classifier"),
        (["--latent-dim", "8"], "choose an autoencoder with latent_dim 8"),
        (["--name", "../up"], "run name"),
        (["--scheduler", "tcp://127.0.0.1:9"], "no Dask scheduler answers at tcp://127.0.0.1:9"),
    ],
)
def test_what_makes_no_study_is_a_line(shipped_home: Path, capsys, options, message):
    assert main(["study", "--arms", "linear-probe", "--labels", "10", *options]) == 2
    assert message in capsys.readouterr().err


def test_results_of_another_autoencoder_are_not_mixed_in(shipped_home: Path, capsys):
    study_results.begin(runs.studies_dir() / "balanced", {"autoencoder": "another", "weights": "abc"})
    assert main(["study", "--resume"]) == 2
    assert "is of another study" in capsys.readouterr().err


def test_a_task_that_fails_is_recorded_and_does_not_stop_the_rest(shipped_home: Path, tmp_path: Path):
    """The run is taken away after the study has begun: its tasks fail, and are done again by --resume."""
    weights = shipped_home / "autoencoder-12" / "model.safetensors"
    process = subprocess.Popen([*COMMAND, "--seeds", "3", "--workers", "1"], cwd=runs.PROJECT, text=True)
    folder = runs.studies_dir() / "balanced"
    assert wait_until(lambda: len(study_results.read(folder)) >= 1, 120)
    hidden = weights.rename(tmp_path / "hidden")
    assert process.wait(timeout=120) == 1
    rows = study_results.read(folder)
    assert len(rows) == 6
    assert any("RunError" in str(row.get("error")) for row in rows)
    hidden.rename(weights)
    done = study("--seeds", "3", "--resume", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert all(row["accuracy"] for row in json.loads(done.stdout)["tasks"])


def test_a_markdown_table_has_a_row_for_each_arm():
    means = [
        {"arm": "scratch", "labels": 10, "accuracy": 0.4, "deviation": 0.1, "seeds": 2},
        {"arm": "scratch", "labels": 100, "accuracy": 0.85, "deviation": None, "seeds": 1},
        {"arm": "frozen", "labels": 100, "accuracy": 0.9, "deviation": 0.01, "seeds": 2},
    ]
    assert study_command.markdown(means).splitlines() == [
        "| labels | 10 | 100 |",
        "| --- | --- | --- |",
        "| From scratch | 40.00% ± 10.00% | 85.00% |",
        "| Frozen encoder |  | 90.00% ± 1.00% |",
    ]
