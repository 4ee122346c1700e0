"""What the tests share: folders of runs, small pieces of real MNIST, tiny digits made up, the app in a browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from distributed import Client
from playwright.sync_api import Page, expect, sync_playwright

from convae import data, jobs, queue, runs
from convae.config import TrainConfig
from convae.data import Digits
from convae.runs import Run

SHIPPED = runs.PROJECT / "checkpoints"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
SLOW_MS = 120_000


@pytest.fixture
def runs_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which this test's runs live, for this process and those it starts."""
    home = tmp_path / "runs"
    home.mkdir()
    monkeypatch.setenv("CONVAE_RUNS", str(home))
    return home


@pytest.fixture
def shipped_home(runs_home: Path) -> Path:
    """A copy of the shipped runs."""
    for path in SHIPPED.glob("*/config.json"):
        shutil.copytree(path.parent, runs_home / path.parent.name)
    return runs_home


@pytest.fixture(scope="session")
def train_digits() -> Digits:
    """The first 2,000 training digits."""
    digits = data.load("train")
    return Digits(digits.images[:2000], digits.labels[:2000])


@pytest.fixture(scope="session")
def test_digits() -> Digits:
    """The first 500 test digits."""
    digits = data.load("test")
    return Digits(digits.images[:500], digits.labels[:500])


def made_up_digits() -> Digits:
    """Forty made-up digits, four of each class, always the same."""
    images = torch.randint(0, 256, (40, 1, 28, 28), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    return Digits(images, torch.arange(40) % 10)


@pytest.fixture
def tiny() -> Digits:
    """The forty made-up digits."""
    return made_up_digits()


@pytest.fixture
def small_run(runs_home: Path, monkeypatch: pytest.MonkeyPatch, tiny: Digits) -> Run:
    """An untrained three-epoch run whose training data are the made-up digits."""
    monkeypatch.setattr(data, "load", lambda *arguments: tiny)
    return runs.create(TrainConfig(model="classifier", epochs=3, batch_size=16, latent_dim=3, device="cpu"), "small")


def wait_until(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether `true` became so within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def end_all_work(home: Path) -> None:
    """Stop whatever trains or waits in the folder, also after a test that failed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVAE_RUNS", str(home))
        for run in runs.list_runs():
            queue.remove(run)
        assert wait_until(lambda: not any(jobs.is_running(path.parent) for path in home.glob("*/lock")))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a Dask scheduler on this machine with two worker processes."""
    file = tmp_path / "scheduler.json"
    program, here = [sys.executable, "-m"], ["--scheduler-file", str(file)]
    scheduler = [*program, "distributed.cli.dask_scheduler", *here, "--host", "127.0.0.1", "--port", "0"]
    worker = [*program, "distributed.cli.dask_worker", *here, "--nthreads", "1", "--local-directory", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}  # the tests' functions are tasks, too
    commands = [[*scheduler, "--dashboard-address", ":0"], *[[*worker, "--no-dashboard"]] * 2]
    started = [subprocess.Popen(each, env=environment, cwd=runs.PROJECT) for each in commands]
    try:
        with Client(scheduler_file=str(file), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            assert client.scheduler is not None
            yield client.scheduler.address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """The folder of the server's runs: copies of the shipped ones."""
    home = tmp_path_factory.mktemp("browser") / "runs"
    for path in SHIPPED.glob("*/config.json"):
        shutil.copytree(path.parent, home / path.parent.name)
    return home


@pytest.fixture(scope="module")
def server(home) -> Iterator[str]:
    """The address of a running app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.headless", "true", "--server.port", str(port), "--server.fileWatcherType", "none"]
    log = (home.parent / "server.log").open("wb")
    environment = {**os.environ, "CONVAE_RUNS": str(home)}
    process = subprocess.Popen(command, cwd=runs.PROJECT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the server did not start:\n" + (home.parent / "server.log").read_text())
        yield address
    finally:
        process.terminate()
        process.wait()
        end_all_work(home)


@pytest.fixture
def page(server) -> Iterator[Page]:
    """A tab of Debian's Chromium, or of the one that Playwright installs."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=ARGUMENTS)
        tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        tab.set_default_timeout(SLOW_MS)
        expect.set_options(timeout=SLOW_MS)
        yield tab
        assert tab.locator("[data-testid=stException]").count() == 0
        browser.close()
