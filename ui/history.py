"""The code that the user is looking at, with undo and redo: one for each run, kept over page switches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st

LONGEST = 200


@dataclass
class History:
    """Codes in the order in which they were chosen, and which of them is shown."""

    codes: list[list[float]]
    position: int = 0
    revision: int = 0  # counts up when the shown code is set by something else than the pad itself

    @property
    def code(self) -> list[float]:
        return self.codes[self.position]

    @property
    def can_undo(self) -> bool:
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        return self.position < len(self.codes) - 1

    def moved(self, code: list[float]) -> None:
        """The pad was left at `code`, which it shows already."""
        self.codes = [*self.codes[: self.position + 1], code][-LONGEST:]
        self.position = len(self.codes) - 1

    def put(self, code: Iterable[float]) -> None:
        """Show `code`."""
        self.moved([float(value) for value in code])
        self.revision += 1

    def step(self, by: int) -> None:
        """Go back (-1) or forward (1)."""
        self.position = min(max(self.position + by, 0), len(self.codes) - 1)
        self.revision += 1


def history(run_name: str, version: str, first: Callable[[], list[float]]) -> History:
    """This session's history of the run's codes; one of other weights is forgotten, and begins with `first()`."""
    key = f"history_{run_name}_{version}"
    if key not in st.session_state:
        st.session_state[key] = History([first()])
    return st.session_state[key]
