"""Open a page of the app in Streamlit's own test runner, and read what is on it."""

import base64
import io
import json

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from convae import runs

TIMEOUT_S = 120


def open_page(path: str, query: dict[str, str] | None = None, **state) -> AppTest:
    page = AppTest.from_file(str(runs.PROJECT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    page.query_params.update(query or {})
    for key, value in state.items():
        page.session_state[key] = value
    return page.switch_page(path).run()


def words(page: AppTest) -> str:
    """All the text on the page."""
    kinds = (page.title, page.markdown, page.caption, page.info, page.warning, page.error, page.success, page.metric)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def components(page: AppTest) -> dict[str, dict]:
    """What each component of the page was given, by the component's name."""
    return {element.proto.component_name: json.loads(element.proto.json) for element in page.get("bidi_component")}


def sliders(page: AppTest) -> list[float]:
    return [slider.value for slider in page.slider if slider.label.startswith("z")]


def drawing(digit: np.ndarray) -> dict:
    """The canvas's state with a 28x28 uint8 digit drawn large on it."""
    pixels = np.zeros((280, 280, 4), np.uint8)
    pixels[..., :3] = digit.repeat(10, 0).repeat(10, 1)[..., None]
    pixels[..., 3] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    image = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return {"drawing": {"raw": {"objects": [{"type": "path"}]}, "data": image}}


def draw(page: AppTest, digit: np.ndarray | None = None) -> AppTest:
    """The page after a 28x28 uint8 digit, or a one, was drawn on its canvas."""
    stroke = np.zeros((28, 28), np.uint8)
    stroke[5:23, 13:15] = 255
    page.session_state["digit_0"] = drawing(stroke if digit is None else digit)
    return page.run()
