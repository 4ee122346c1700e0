"""Real processes: they outlive their parent, and whether they run is true also after a kill."""

import os
import signal
import subprocess
import sys

import pytest
from conftest import wait_until

from convae import jobs
from convae.errors import RunError

HOLD = """
import sys, time
from pathlib import Path
from convae import jobs
with jobs.at_work(Path(sys.argv[1])):
    print("at work", file=sys.stderr, flush=True)
    while not jobs.stop_requested(Path(sys.argv[1])):
        time.sleep(0.05)
"""


@pytest.fixture
def worker(tmp_path):
    process = jobs.start([sys.executable, "-c", HOLD, str(tmp_path)], tmp_path / jobs.LOG, cwd=tmp_path.cwd())
    assert wait_until(lambda: "at work" in jobs.log_tail(tmp_path))
    yield process
    process.kill()
    process.wait()


def test_a_process_is_seen_and_stopped_through_its_directory(worker, tmp_path):
    assert jobs.is_running(tmp_path)
    assert jobs.is_running(tmp_path)
    jobs.request_stop(tmp_path)
    assert worker.wait(30) == 0
    assert not jobs.is_running(tmp_path)
    assert jobs.stop_requested(tmp_path)


def test_a_killed_process_does_not_run_even_before_it_is_waited_for(worker, tmp_path):
    os.kill(worker.pid, signal.SIGKILL)
    assert wait_until(lambda: not jobs.is_running(tmp_path), 3)
    assert not jobs.stop_requested(tmp_path)


def test_only_one_works_on_a_directory(worker, tmp_path):
    with pytest.raises(RunError, match="another process"), jobs.at_work(tmp_path):
        pass


def test_a_process_outlives_the_one_that_started_it(tmp_path):
    starter = f"""
import sys
from pathlib import Path
from convae import jobs
here = Path({str(tmp_path)!r})
jobs.start([sys.executable, "-c", {HOLD!r}, str(here)], here / jobs.LOG, cwd=Path.cwd())
"""
    subprocess.run([sys.executable, "-c", starter], check=True, timeout=60)
    assert wait_until(lambda: jobs.is_running(tmp_path))
    jobs.request_stop(tmp_path)
    assert wait_until(lambda: not jobs.is_running(tmp_path))


def test_a_new_start_forgets_an_old_request_to_stop(tmp_path):
    jobs.request_stop(tmp_path)
    with jobs.at_work(tmp_path):
        assert not jobs.stop_requested(tmp_path)


def test_an_idle_directory_is_not_running(tmp_path):
    assert not jobs.is_running(tmp_path)
    assert jobs.log_tail(tmp_path) == ""


def test_the_log_shows_its_last_lines(tmp_path):
    (tmp_path / jobs.LOG).write_bytes(b"one\n10%\r20%\r30%\nthree \xff\n")
    assert jobs.log_tail(tmp_path, 2) == "30%\nthree �"
