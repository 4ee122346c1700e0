"""How arrays travel to the components in the browser."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def packed(values: ArrayLike) -> str:
    """The values in one row as little-endian float32 in base64; as Arrow, Streamlit would first load pandas."""
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


def message(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent to a component, with lists as tuples: Streamlit would load pandas to see if they are data frames."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
