"""The map of a run's test codes in two dimensions: made once by t-SNE, then kept in the run's `map/`."""

import io
import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convae.runs import Run, write_atomically

POINTS, PROGRESS = "points.npz", "progress"
EXAGGERATED, ITERATIONS, REPORT_EVERY = 250, 500, 50


def tsne(codes: NDArray, on_progress: Callable[[float], None] = lambda share: None) -> NDArray[np.float32]:
    """Codes (N, latent_dim) in two dimensions (N, 2) such that near codes stay near; the same on every call.

    t-SNE (van der Maaten and Hinton 2008, Visualizing data using t-SNE), started from the principal components (Kobak
    and Berens 2019, The art of using t-SNE for single-cell transcriptomics). `on_progress` gets the share that is done.
    """
    from openTSNE import TSNE

    reports = 0

    def report(*_: object) -> None:
        nonlocal reports
        reports += 1
        on_progress(min(reports * REPORT_EVERY / (EXAGGERATED + ITERATIONS), 1.0))

    method = TSNE(
        perplexity=min(30, (len(codes) - 1) / 3),
        initialization="pca",
        early_exaggeration_iter=EXAGGERATED,
        n_iter=ITERATIONS,
        n_jobs=os.cpu_count() or 1,
        random_state=0,
        callbacks=report,
        callbacks_every_iters=REPORT_EVERY,
    )
    return np.asarray(method.fit(codes), dtype=np.float32)


def folder(run: Run) -> Path:
    """The folder of the run's map, in which a process that makes it is at work; made if it is not there."""
    path = run.path / "map"
    path.mkdir(exist_ok=True)
    return path


def write(run: Run, points: NDArray) -> None:
    """Keep points (N, 2) as the map of the run's weights as they are now."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, weights=run.weights_hash(), points=points.astype(np.float16))
    write_atomically(folder(run) / POINTS, buffer.getvalue())


def read(run: Run) -> NDArray[np.float32] | None:
    """The map (N, 2) of the run's codes, or None if there is none, it is damaged or belongs to other weights."""
    try:
        with np.load(run.path / "map" / POINTS) as stored:
            return stored["points"].astype(np.float32) if str(stored["weights"]) == run.weights_hash() else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def report_progress(run: Run, share: float) -> None:
    """Let others know which share, 0 to 1, of the map is done."""
    write_atomically(folder(run) / PROGRESS, f"{share:.2f}".encode())


def progress(run: Run) -> float:
    """The share of the map that is done, 0 if nothing is known of it."""
    with suppress(OSError, ValueError):
        return min(max(float((run.path / "map" / PROGRESS).read_text()), 0.0), 1.0)
    return 0.0
