"""Files that the browser fetches by itself, from the folder `static/`: made there when they are first needed."""

import importlib.resources
from collections.abc import Callable
from importlib.metadata import version

import streamlit as st

from convae import pictures
from convae.errors import RunError
from convae.runs import PROJECT, write_atomically
from ui import resources

FOLDER = PROJECT / "static"
COLUMNS = 100
MOMENTS = 400


def plotly_js() -> str:
    """The address of Plotly's JavaScript, which comes inside its Python package."""
    source = importlib.resources.files("plotly") / "package_data" / "plotly.min.js"
    return _address(f"plotly-{version('plotly')}.min.js", source.read_bytes)


def test_digits() -> str:
    """The address of one PNG of all test digits, `COLUMNS` in each row, 28 pixels each without a gap."""

    def sheet() -> bytes:
        return pictures.png(pictures.grid(resources.test_arrays()[0], COLUMNS, factor=1, gap=0))

    return _address("test_digits.png", sheet)


def moment(name: str, make: Callable[[], bytes]) -> str:
    """The address of a small file of that name; only the newest `MOMENTS` of these are kept."""
    if not (FOLDER / f"moment-{name}").exists():
        for old in sorted(FOLDER.glob("moment-*"), key=lambda path: path.stat().st_mtime)[: -MOMENTS + 1]:
            old.unlink(missing_ok=True)
    return _address(f"moment-{name}", make)


def _address(name: str, make: Callable[[], bytes]) -> str:
    if not (FOLDER / name).exists():
        try:
            FOLDER.mkdir(exist_ok=True)
            write_atomically(FOLDER / name, make())
        except OSError as error:
            raise RunError(f"{FOLDER} cannot be written ({error}): make it writable") from error
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/app/static/{name}" if base else f"/app/static/{name}"
