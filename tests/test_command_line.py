"""The command line as a person meets it: real processes, one-line errors, runs that survive Ctrl-C."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from conftest import SHIPPED

from convae import runs
from convae.models import Autoencoder


def convae(*words: str, timeout: float = 240) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "convae", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=runs.PROJECT)


@pytest.mark.parametrize("words", [[], ["train"], ["evaluate"], ["import"]])
def test_help_explains(words):
    done = convae(*words, "--help")
    assert done.returncode == 0
    assert "usage: python -m convae" in done.stdout
    for name in ("train", "list", "evaluate", "import", "data") if not words else ():
        assert name in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "gan"], "invalid choice: 'gan'"),
        (["train"], "say what to train"),
        (["train", "classifier", "--latent-dim", "0"], "latent_dim=0 is below 1"),
        (["train", "classifier", "--latent-dim", "x"], "argument --latent-dim: invalid int value: 'x'"),
        (["train", "classifier", "--labels", "60001"], "labels=60001 is above"),
        (["train", "classifier", "--learning-rate", "nan"], "learning_rate=nan is not a finite number"),
        (["train", "classifier", "--epochs", "0"], "epochs=0 is below 1"),
        (["train", "classifier", "--name", "../x"], "run name '../x'"),
        (["train", "classifier", "--encoder-run", "none"], "no run named 'none'"),
        (["train", "--resume", "none"], "no run named 'none'"),
        (["train", "--resume", "none", "--epochs", "3"], "--resume takes no other settings"),
        (["train", "classifier", "--device", "cuda"], "device='cuda' is not available"),
        (["evaluate", "none"], "no run named 'none'"),
        (["evaluate", "../etc"], "run name '../etc'"),
        (["import", "none.pt", "--name", "x"], "none.pt does not exist"),
        (["import", "none.pt"], "the following arguments are required: --name"),
        (["fly"], "invalid choice: 'fly'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_two(runs_home, words, message):
    if "cuda" in words and torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    done = convae(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert list(runs_home.iterdir()) == []


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_name_that_exists_is_refused_and_nothing_changes(runs_home):
    shutil.copytree(SHIPPED / "classifier-12", runs_home / "mine")
    before = contents(runs_home / "mine")
    done = convae("train", "classifier", "--name", "mine")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "'mine' exists already" in done.stderr
    assert contents(runs_home / "mine") == before


def test_train_list_and_evaluate_agree(runs_home):
    words = ["train", "classifier", "--labels", "100", "--recipe", "classic", "--epochs", "3", "--name", "mine"]
    done = convae(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("finished")
    last = runs.open_run("mine").last_scores()
    scores = json.loads(convae("evaluate", "mine", "--json").stdout)
    assert scores["run"] == "mine"
    assert scores["test_accuracy"] == pytest.approx(last["test_accuracy"], abs=2e-4)
    assert scores["test_loss"] == pytest.approx(last["test_loss"], abs=2e-4)
    assert f"accuracy {last['test_accuracy']:.4f}" in convae("evaluate", "mine").stdout
    (row,) = [line for line in convae("list").stdout.splitlines() if line.startswith("mine")]
    assert row.split() == [
        *["mine", "finished", "classifier", "12", "100", "3"],
        f"{last['test_loss']:.4f}",
        f"{last['test_accuracy']:.4f}",
    ]


def test_an_empty_list_says_how_to_fill_it(runs_home):
    done = convae("list")
    assert done.returncode == 0
    assert "python -m convae train autoencoder" in done.stdout


def wait_for_records(path: Path, count: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.05)
    pytest.fail(f"{path} did not get {count} lines")


SOME_TRAINING = ["train", "classifier", "--labels", "3000", "--epochs", "6", "--augment", "--device", "cpu"]
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


def curve(run: runs.Run) -> list[dict]:
    timing = {"images_per_s", "elapsed"}
    return [{k: v for k, v in record.items() if k not in timing} for record in run.metrics()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[str, list[dict]]:
    """The weights' hash and the curve of a run that nothing disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    environment = {**os.environ, **ONE_THREAD, "CONVAE_RUNS": str(home)}
    command = [sys.executable, "-m", "convae", *SOME_TRAINING, "--name", "whole"]
    subprocess.run(command, cwd=runs.PROJECT, env=environment, check=True, capture_output=True, timeout=240)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVAE_RUNS", str(home))
        return runs.open_run("whole").weights_hash(), curve(runs.open_run("whole"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_early_goes_on_exactly(runs_home, undisturbed, how):
    """Ctrl-C, a polite kill and kill -9 all leave a run that ends as if it had never been disturbed."""
    environment = {**os.environ, **ONE_THREAD}
    command = [sys.executable, "-m", "convae", *SOME_TRAINING, "--name", "cut"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=runs.PROJECT, env=environment)
    wait_for_records(runs_home / "cut" / "metrics.jsonl", 60)
    process.send_signal(how)
    said, _ = process.communicate(timeout=60)
    run = runs.open_run("cut")
    assert not run.is_finished()
    assert run.status() == "interrupted"
    if how != signal.SIGKILL:
        assert process.returncode == 130
        assert "python -m convae train --resume cut" in said
    go_on = [sys.executable, "-m", "convae", "train", "--resume", "cut"]
    subprocess.run(go_on, cwd=runs.PROJECT, env=environment, check=True, capture_output=True, timeout=240)
    assert run.is_finished()
    assert (run.weights_hash(), curve(run)) == undisturbed


def test_a_state_dict_is_imported_and_scored(runs_home, tmp_path):
    torch.save(Autoencoder(7).state_dict(), tmp_path / "theirs.pth")
    done = convae("import", str(tmp_path / "theirs.pth"), "--name", "theirs")
    assert done.returncode == 0, done.stderr
    assert "imported as theirs: autoencoder, latent_dim 7" in done.stdout
    assert 0 < json.loads(convae("evaluate", "theirs", "--json").stdout)["test_loss"] < 1


def test_a_checkpoint_cut_in_half_is_named(runs_home):
    shutil.copytree(SHIPPED / "classifier-12", runs_home / "half")
    path = runs_home / "half" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    done = convae("evaluate", "half")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "half/model.safetensors is damaged" in done.stderr
