"""What every page begins with: its configuration, the menu and the sidebar's settings."""

from typing import NamedTuple

import streamlit as st

from ui import warm_up

PAGES = (
    ("streamlit_app.py", "Home", ":material/home:"),
    ("pages/train.py", "Train", ":material/model_training:"),
    ("pages/latent_space.py", "Latent space", ":material/tune:"),
    ("pages/draw.py", "Draw", ":material/draw:"),
    ("pages/reconstructions.py", "Reconstructions", ":material/compare:"),
    ("pages/compare.py", "Compare", ":material/balance:"),
)
FAVICON = "🔢"  # one of the menu's icons would be fetched from the internet


class Settings(NamedTuple):
    """The sidebar's values."""

    latent_dim: int
    labels: int


def begin(title: str) -> Settings:
    """Set up the page called `title` in the menu, and return the settings that all pages share."""
    st.set_page_config(page_title=f"{title} · ConvAE Explorer", page_icon=FAVICON, layout="wide")
    warm_up.begin()
    with st.sidebar:
        for path, name, symbol in PAGES:
            st.page_link(path, label=name, icon=symbol)
        st.divider()
        latent_dim = st.number_input(
            "Code length (latent_dim)",
            min_value=1,
            max_value=64,
            value=12,
            key="latent_dim",
            bind="query-params",
            help="How many numbers the encoder may keep of a picture. Trained models are included for "
            "2, 4, 8, 12, 16 and 32.",
        )
        labels = st.number_input(
            "Labelled samples",
            min_value=10,
            max_value=60_000,
            value=100,
            step=10,
            key="labels",
            bind="query-params",
            help="How many training images the few-label classifiers may know the labels of.",
        )
    return Settings(int(latent_dim or 12), int(labels or 100))
