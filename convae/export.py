"""Everything of one or many runs as one zip file: settings, metrics as CSV, weights, logs and the curves as a page."""

import csv
import html
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from convae import curves, figures, jobs, runs
from convae.runs import Run

FIGURES = "figures.html"


def archive(exported: Sequence[Run]) -> bytes:
    """A zip file with a folder for each run and `figures.html`, which needs nothing else to be looked at.

    A run still in training is taken as it is now. Raises `RunError` if a run is gone.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for run in exported:
            runs.open_run(run.name)
            for name in (runs.CONFIG, runs.WEIGHTS, jobs.LOG, runs.FAILURE):
                if (run.path / name).exists():
                    zipped.write(run.path / name, f"{run.name}/{name}")
            zipped.writestr(f"{run.name}/metrics.csv", metrics_csv(run.metrics()))
        zipped.writestr(FIGURES, page({run.name: run.metrics() for run in exported}))
    return file.getvalue()


def metrics_csv(records: Sequence[dict[str, Any]]) -> str:
    """The records as CSV, one a row; a value that a record does not have is an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for record in records for name in record)))
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def page(records: dict[str, Sequence[dict[str, Any]]]) -> str:
    """One HTML page with the curves of all runs together and, where there are several, those of each."""
    groups = {name: [found] for name, found in records.items()}
    sections = [("All runs" if len(groups) > 1 else next(iter(groups), ""), groups)]
    if len(groups) > 1:
        sections += [(name, {name: found}) for name, found in groups.items()]
    parts, script = [], True
    for title, shown in sections:
        parts.append(f"<h2>{html.escape(title)}</h2>")
        for value, name in curves.VALUES.items():
            if found := curves.curves(shown, value):
                figure = figures.learning_curves(found, name)
                parts.append(figure.to_html(full_html=False, include_plotlyjs=script))
                script = False  # once is enough for the page
    return _PAGE.format(parts="\n".join(parts))


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Training curves</title>
<style>body {{ font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}</style></head>
<body>{parts}</body></html>
"""
