"""The running app and a browser, for the benchmarks that measure what a user sees."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Playwright

PROJECT = Path(__file__).resolve().parent.parent


class Server(NamedTuple):
    """Where the app answers, and its process."""

    address: str
    process: int


@cache
def free_port() -> int:
    """A port, always the same one: to a browser another port is another site, of which it keeps nothing yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def app(script: Path = PROJECT / "streamlit_app.py") -> Iterator[Server]:
    """A server of the Streamlit app in `script`, which answers from here on."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    process = subprocess.Popen([*command, "--server.port", str(port)], cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(6000):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
                break
            except OSError:
                time.sleep(0.01)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait()


def chromium(playwright: Playwright) -> Browser:
    """The Chromium or Chrome that is installed, or the one that Playwright installs."""
    installed = shutil.which("chromium") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
