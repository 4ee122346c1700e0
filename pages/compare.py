"""Compare: a classifier from scratch beside one on the pretrained encoder, at the sidebar's number of labels."""

from statistics import mean, stdev
from typing import Any

import streamlit as st

from convae import runs
from convae.config import RECIPES, SAMPLINGS, TrainConfig, preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, training
from ui.compare_digits import show_digits
from ui.label_lab import show_lab

FIRST_SEEDS = 3


def accuracies(found: list[Run]) -> list[float]:
    """The last test accuracy of each run that has one."""
    return [s["test_accuracy"] for run in found if "test_accuracy" in (s := run.last_scores())]


def show_arm(title: str, found: list[Run]) -> None:
    """One side: accuracy with its spread over seeds, and the learning curves."""
    from convae import curves, figures

    scores = accuracies(found)
    spread = f"± {stdev(scores) * 100:.1f} over {len(scores)} seeds" if len(scores) > 1 else "one seed"
    st.metric(title, f"{mean(scores):.1%}" if scores else "-", spread, delta_color="off", delta_arrow="off")
    metrics = {title: [run.metrics() for run in found]}
    for value in ("accuracy", "loss"):
        figure = figures.learning_curves(curves.curves(metrics, value), value.capitalize())
        st.plotly_chart(figure, key=f"{value}_{title}")


settings = frame.begin("Compare")
st.title("How many labels does pretraining save?")
st.caption(
    f"Both classifiers know the labels of {settings.labels} training images (sidebar). One starts from random weights; "
    "the other from the encoder of the autoencoder, which has seen all 60,000 images but no label."
)
a, b = st.columns(2)
recipe = a.segmented_control("Recipe", RECIPES, default="classic", required=True, key="compare_recipe")
sampling = b.segmented_control(
    "Labelled samples are", SAMPLINGS, default="first", required=True, key="compare_sampling"
)

pretrained_on = training.pick(model="autoencoder", latent_dim=settings.latent_dim)
if pretrained_on is None:
    wanted = preset("autoencoder", latent_dim=settings.latent_dim)
    training.offer(f"autoencoder with a code of {settings.latent_dim}", [wanted])
    st.stop()

shared: dict[str, Any] = {
    "recipe": recipe,
    "labels": settings.labels,
    "latent_dim": settings.latent_dim,
    "sampling": sampling,
}
arms: dict[str, str | None] = {"From scratch": None, "Pretrained encoder": pretrained_on.name}
results = {title: runs.find(model="classifier", encoder_run=e, **shared) for title, e in arms.items()}


def missing() -> list[TrainConfig]:
    """The runs that are not here yet, for the first seeds."""
    return [
        preset("classifier", encoder_run=encoder_run, seed=seed, **shared)
        for seed in range(FIRST_SEEDS)
        for title, encoder_run in arms.items()
        if seed not in {run.config.seed for run in results[title]}
    ]


if all(accuracies(found) for found in results.values()):
    scratch, pretrained = (mean(accuracies(found)) for found in results.values())
    gain = (pretrained - scratch) * 100
    word = "gains" if gain >= 0 else "loses"
    st.success(f"With {settings.labels} labels, pretraining {word} **{abs(gain):.1f} points** of test accuracy.")
if any(results.values()):
    for column, (title, found) in zip(st.columns(2), results.items(), strict=True):
        with column:
            show_arm(title, found)
try:
    if todo := missing():
        training.offer(f"comparison at {settings.labels} labels ({len(todo)} short runs)", todo)
    show_digits(
        preset("classifier", **shared), {title: found[0] if found else None for title, found in results.items()}
    )
    show_lab(settings.labels, pretrained_on)
except ConvaeError as error:
    st.error(str(error))
