"""In numbers: how well digits are redrawn, overall and by class, and what each encoder's code keeps."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from convae import runs
from convae.runs import Run
from ui import resources

if TYPE_CHECKING:
    from convae.code_quality import Quality

MOST_RUNS = 40
TABLE_HEAD = (
    "| run | numbers | class: probe | class: 5 nearest | picture: read off | picture: redrawn |",
    "|---|---|---|---|---|---|",
)
CODE_HELP = (
    "The same two readers for every encoder: least squares reads the picture off the code, a logistic regression reads "
    "the class. Both learn from 10,000 training digits and are measured on the test digits."
)


def kind(run: Run) -> str:
    """What sort of encoder it is."""
    config = run.config
    if config.model != "classifier":
        return {"autoencoder": "autoencoder", "classifier-decoding": "ClassifierDecoding"}[config.model]
    labels = "all labels" if config.labels == 60_000 else "few labels"
    start = "from scratch" if config.encoder_run is None else "frozen" if config.freeze_encoder else "fine-tuned"
    return f"classifier, {labels}, {start}"


def show_errors(found: dict[str, Run]) -> None:
    """Errors of the models that redraw digits: by class, and how they are spread."""
    from convae import figures

    labels = resources.digits("test").labels.numpy()
    drawn = {title: resources.redrawn(run) for title, run in found.items()}
    rows = [f"| {title} | {d.mse.mean():.4f} | {d.ssim.mean():.3f} |" for title, d in drawn.items()]
    st.markdown(
        "\n".join(["| all 10,000 test digits | mean squared error | structural similarity |", "|---|---|---|", *rows])
    )
    a, b = st.columns(2)
    for column, name, title in ((a, "mse", "Mean squared error"), (b, "ssim", "Structural similarity")):
        bars = {key: [float(getattr(d, name)[labels == i].mean()) for i in range(10)] for key, d in drawn.items()}
        column.plotly_chart(figures.class_bars(bars, title), key=f"bars_{name}", width="stretch")
    errors = {title: d.mse for title, d in drawn.items()}
    st.plotly_chart(figures.error_histogram(errors, "Test digits by their error"), key="errors", width="stretch")


def show_codes() -> None:
    """Every trained encoder: how much of the class and how much of the picture its code holds."""
    from convae import figures

    found = [run for run in runs.find() if run.is_finished()][:MOST_RUNS]
    measured = sorted(((run, resources.quality(run)) for run in found), key=lambda each: each[1].readout_mse)
    points = [
        (f"{run.name}, {run.config.latent_dim} numbers", kind(run), q.readout_mse, q.probe) for run, q in measured
    ]
    st.subheader("What codes keep", help=CODE_HELP)
    st.plotly_chart(figures.kept_by_codes(points), key="kept_by_codes", width="stretch")
    with st.expander("As a table"):
        st.markdown("\n".join([*TABLE_HEAD, *(table_row(run, q) for run, q in measured)]))


def table_row(run: Run, q: "Quality") -> str:
    """A line of a Markdown table."""
    own = "" if math.isnan(q.mse) else f"{q.mse:.4f}"
    cells = (run.name, run.config.latent_dim, f"{q.probe:.1%}", f"{q.neighbours:.1%}", f"{q.readout_mse:.4f}", own)
    return "| " + " | ".join(map(str, cells)) + " |"


def show_dimensions() -> None:
    """Autoencoders of every code length: error and probe, with PCA as the yardstick."""
    from convae import figures

    found = {run.config.latent_dim: run for run in reversed(runs.find(model="autoencoder")) if run.is_finished()}
    if not found:
        st.info("There is no autoencoder yet: train one on the Train page.")
        return
    dims = sorted(found)
    qualities = [resources.quality(found[dim]) for dim in dims]
    errors = {"autoencoder": [q.mse for q in qualities], "PCA of as many numbers": resources.pca_errors(tuple(dims))}
    a, b = st.columns(2)
    a.plotly_chart(figures.against_dimensions(dims, errors, "Mean squared error"), key="dims_mse", width="stretch")
    accuracy = {"linear probe": [q.probe for q in qualities], "5 nearest": [q.neighbours for q in qualities]}
    figure = figures.against_dimensions(dims, accuracy, "Class read off the code")
    b.plotly_chart(figure.update_yaxes(tickformat=".0%"), key="dims_probe", width="stretch")
