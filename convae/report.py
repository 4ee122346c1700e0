"""One HTML file that says what runs keep of the digits and where they fail; it needs nothing else to be read."""

import html
import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from convae import appraisal, data, figures, snapshots, weights
from convae.config import MODELS
from convae.data import to_float
from convae.models import Model
from convae.runs import Run

COLUMNS = ("run", "numbers", "MSE", "SSIM", "MSE read off", "probe", "5 nearest", "accuracy")
STYLE = "body{font-family:sans-serif;max-width:60rem;margin:2rem auto}td,th{padding:.2rem .8rem;text-align:right}"


def page(runs: Sequence[Run]) -> str:
    """The report on these runs, measured on the test digits now; raises `RunError` where weights cannot be read."""
    train, test = data.load("train"), data.load("test")
    labels = test.labels.numpy()
    rows, parts, errors = [], [], {}
    for run in runs:
        model = weights.load(run)
        quality = appraisal.measure(run, model, train, test)
        accuracy = math.nan
        if MODELS[run.config.model].uses_labels:
            answers = _answers(model, test.images)
            accuracy = float((answers == labels).mean())
            counts = snapshots.count_answers(labels, answers)
            parts.append(figures.confusion(counts, f"{run.name}: what is read as what"))
        else:
            errors[run.name] = appraisal.redraw(model, test.images).mse
        scores = (quality.mse, quality.ssim, quality.readout_mse, quality.probe, quality.neighbours, accuracy)
        rows.append([run.name, str(run.config.latent_dim), *("" if math.isnan(s) else f"{s:.4f}" for s in scores)])
    if errors:
        by_class = {name: [float(mse[labels == i].mean()) for i in range(10)] for name, mse in errors.items()}
        parts = [
            figures.class_bars(by_class, "Mean squared error by digit"),
            figures.error_histogram(errors, "Test digits by their error"),
            *parts,
        ]
    return _html(rows, parts)


def _answers(model: Model, images) -> np.ndarray:
    import torch

    with torch.no_grad():
        return torch.cat([model(to_float(part)).argmax(1) for part in images.split(appraisal.BATCH)]).numpy()


def _html(rows: list[list[str]], parts: list[go.Figure]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    table = line(COLUMNS, "th") + "".join(line(row, "td") for row in rows)
    drawn = "".join(part.to_html(full_html=False, include_plotlyjs=not i) for i, part in enumerate(parts))
    return (
        f"<!doctype html><meta charset=utf-8><title>ConvAE Explorer: report</title><style>{STYLE}</style>"
        f"<h1>What the codes keep</h1><p>Of the 10,000 MNIST test digits.</p><table>{table}</table>{drawn}"
    )
