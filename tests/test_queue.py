"""The queue: one run at a time, in order, whatever happens to the processes."""

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import end_all_work, wait_until

from convae import jobs, queue, runs
from convae.config import TrainConfig

CONFIG = TrainConfig(model="classifier", labels=50, epochs=2, device="cpu")
LONG = TrainConfig(model="classifier", labels=2000, epochs=2000, device="cpu")


@pytest.fixture
def end_all(runs_home):
    """Leave no process behind."""
    yield
    end_all_work(runs_home)


def test_runs_wait_in_the_order_in_which_they_came(runs_home):
    made = [runs.create(CONFIG, name) for name in ("c", "a", "b")]
    for run in made:
        queue.add(run)
    queue.add(made[0])
    assert [run.name for run in queue.waiting()] == ["c", "a", "b"]
    assert made[0].status() == "waiting"
    queue.remove(made[1])
    assert [run.name for run in queue.waiting()] == ["c", "b"]
    assert made[1].status() == "stopped"
    queue.add(made[1])
    assert [run.name for run in queue.waiting()] == ["c", "b", "a"]


def test_the_next_run_is_held_up_only_while_the_machine_is_at_something_else(runs_home):
    made = [runs.create(CONFIG, name) for name in ("a", "b")]
    assert queue.held_up() == []
    queue.add(made[0])
    assert queue.held_up() == []
    queue.add(made[1])
    assert [run.name for run in queue.held_up()] == ["b"]
    study = runs.studies_dir() / "mine"
    study.mkdir(parents=True)
    with jobs.at_work(study):
        assert queue.at_work() == ["mine"]
        assert [run.name for run in queue.held_up()] == ["a", "b"]
    assert queue.at_work() == []


def test_a_place_edited_by_hand_is_passed_over(runs_home):
    run, other = runs.create(CONFIG, "a"), runs.create(CONFIG, "b")
    (run.path / "queued").write_text("first please")
    queue.add(other)
    assert [run.name for run in queue.waiting()] == ["b"]


def test_the_worker_trains_one_after_the_other(runs_home, end_all):
    a, b = runs.create(CONFIG, "a"), runs.create(CONFIG, "b")
    for run in (b, a):
        queue.add(run)
    workers = [subprocess.Popen([sys.executable, "-m", "convae", "queue"], cwd=runs.PROJECT) for _ in range(2)]
    at_once = 0
    while any(worker.poll() is None for worker in workers):
        at_once = max(at_once, sum(jobs.is_running(run.path) for run in (a, b)))
        time.sleep(0.05)
    assert at_once <= 1
    assert [run.status() for run in (a, b)] == ["finished", "finished"]
    assert (b.path / "model.safetensors").stat().st_mtime < (a.path / "model.safetensors").stat().st_mtime
    assert [worker.returncode for worker in workers] == [0, 0]


def test_a_killed_training_is_interrupted_and_the_next_one_begins(runs_home, end_all):
    a, b = runs.create(LONG, "a"), runs.create(CONFIG, "b")
    for run in (a, b):
        queue.add(run)
    queue.ensure_worker()
    assert wait_until(lambda: len(a.metrics()) > 3, 90)
    assert b.status() == "waiting"
    subprocess.run(["pkill", "-KILL", "-f", f"convae train --resume {a.name}"], check=True)
    assert wait_until(lambda: a.status() == "interrupted", 3)
    assert wait_until(lambda: b.status() == "finished", 90)
    assert a.status() == "interrupted"


def test_a_run_taken_out_while_it_starts_does_not_train(runs_home, end_all):
    run = runs.create(LONG, "a")
    queue.add(run)
    queue.ensure_worker()
    assert wait_until(lambda: (run.path / "log.txt").exists())
    queue.remove(run)
    assert wait_until(lambda: not jobs.is_running(runs_home / ".queue"))
    assert not jobs.is_running(run.path)
    assert run.status() == "stopped"


def test_the_queue_goes_on_after_its_worker_was_killed(runs_home, end_all):
    a, b = runs.create(LONG, "a"), runs.create(CONFIG, "b")
    for run in (a, b):
        queue.add(run)
    worker = subprocess.Popen([sys.executable, "-m", "convae", "queue"], cwd=runs.PROJECT)
    assert wait_until(lambda: a.status() == "running", 90)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    queue.ensure_worker()
    assert wait_until(lambda: jobs.is_running(runs_home / ".queue"))
    time.sleep(1)
    assert (a.status(), b.status()) == ("running", "waiting")
    jobs.request_stop(a.path)
    assert wait_until(lambda: b.status() == "finished", 90)


def test_a_run_that_cannot_begin_leaves_the_queue(runs_home, end_all):
    encoder = runs.create(TrainConfig(latent_dim=12, epochs=1), "encoder")
    queue.add(encoder)
    run = runs.create(TrainConfig(model="classifier", labels=50, epochs=1, encoder_run="encoder"), "a")
    queue.add(run)
    queue.remove(encoder)
    queue.work()
    assert queue.waiting() == []
    assert run.status() == "interrupted"
    assert "encoder_run='encoder' is not finished" in jobs.log_tail(run.path)
