"""Home: what this is, which trained models are here, where to go next."""

import streamlit as st

from convae import runs
from convae.config import MODELS, TRAIN_SIZE
from ui import frame

frame.begin("Home")
st.title("ConvAE Explorer")
st.markdown(
    "**What does a convolutional autoencoder learn about handwritten digits, and how many labels does that save?** "
    "A network squeezes each 28×28 picture into a *code* of a few numbers and draws it again from them, without ever "
    "being told which digit it is. Everything here runs on your machine, on real MNIST, with models that you can "
    "train yourself."
)

STEPS = (
    ("pages/latent_space.py", "Move through the code", "Drag sliders and watch the decoder draw: start here."),
    ("pages/draw.py", "Draw a digit", "See what each classifier makes of your handwriting."),
    ("pages/train.py", "Train a model", "Loss and accuracy appear while it learns."),
    ("pages/compare.py", "Save labels", "A classifier from scratch beside one on the pretrained encoder."),
    ("pages/reconstructions.py", "Look inside", "What an autoencoder's and a classifier's code remember."),
)
ICONS = {path: icon for path, _, icon in frame.PAGES}
for row in (STEPS[:3], STEPS[3:]):
    for column, (path, title, text) in zip(st.columns(3), row, strict=False):
        with column.container(border=True):
            st.page_link(path, label=f"**{title}**", icon=ICONS[path])
            st.caption(text)

st.subheader("Trained models")
found = runs.list_runs()
if not found:
    st.info(f"There are none in {runs.runs_dir()}: train the first one.")
else:
    rows = []
    for run in found:
        scores = run.last_scores()
        kind = MODELS[run.config.model]
        rows.append(
            {
                "run": run.name,
                "model": kind.title,
                "code length": run.config.latent_dim,
                "labels": ("all" if run.config.labels == TRAIN_SIZE else str(run.config.labels))
                if kind.uses_labels
                else "none",
                "status": run.status(),
                "test loss": scores.get("test_loss"),
                "test accuracy": 100 * scores["test_accuracy"] if "test_accuracy" in scores else None,
            }
        )
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        placeholder="-",
        column_config={
            "test loss": st.column_config.NumberColumn(format="%.4f"),
            "test accuracy": st.column_config.NumberColumn(format="%.2f %%"),
        },
    )
