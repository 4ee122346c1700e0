"""Other ways to a drawing than drawing it: an image file or photo, or one of the test digits."""

import random

import streamlit as st

from convae.errors import ConvaeError
from ui import canvas, resources

SHOWN = 20
FORMATS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
MOST_MB = 50


def show_sources() -> None:
    """A file to put onto the canvas, and a gallery of test digits; drawing can go on from there."""
    source = st.segmented_control("Or put onto it", ["An image or photo", "A test digit"], key="source")
    if source == "An image or photo":
        show_upload()
    elif source == "A test digit":
        show_gallery()


def show_upload() -> None:
    """A file chosen, dropped or pasted; its ink goes onto the canvas once."""
    file = st.file_uploader(
        "One digit, dark on light or light on dark",
        FORMATS,
        key="upload",
        max_upload_size=MOST_MB,
        help="A scan, a screenshot or a photo of a digit on paper.",
    )
    if file is None or st.session_state.get("upload_shown") == file.file_id:
        return
    from convae import images

    try:
        picture = images.ink(images.read(file.getvalue()))
    except ConvaeError as error:
        st.error(str(error))
        return
    st.session_state["upload_shown"] = file.file_id
    canvas.put(picture)
    st.rerun()


def show_gallery() -> None:
    """Some test digits, others at the press of a button; a click puts one onto the canvas."""
    from ui.digit_grid import digit_grid

    test = resources.digits("test")
    if st.button("Others", help="Shows other test digits.") or "gallery" not in st.session_state:
        st.session_state["gallery"] = sorted(random.sample(range(len(test.labels)), SHOWN))
    chosen = st.session_state["gallery"]
    images = test.images[chosen, 0].numpy()
    captions = [f"a {int(test.labels[index])}" for index in chosen]
    digit_grid(images, captions, lambda place: canvas.put(images[place]), key="gallery_grid")
