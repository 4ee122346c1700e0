"""Imports of seconds that most pages need, begun while the first page is being looked at."""

from importlib import import_module
from threading import Timer

import streamlit as st

AFTER_S = 3.0  # the first page's own work comes first
HEAVY = ("torch", "convae.models", "convae.figures")


@st.cache_resource(show_spinner=False)
def begin() -> Timer:
    """Import `HEAVY` in a thread of its own in a while, once in a server's life; returns the thread."""
    timer = Timer(AFTER_S, lambda: [import_module(name) for name in HEAVY])
    timer.daemon = True
    timer.start()
    return timer
