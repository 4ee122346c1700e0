"""The map of the codes, as the Latent space page shows it."""

import sys
import time
from typing import TYPE_CHECKING

import streamlit as st

from convae import jobs, maps, runs
from convae.codes import Summary
from convae.runs import Run
from ui import resources
from ui.code_map import code_map
from ui.history import History

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = 40
STARTUP_S = 20
PLANE = 24  # decoded pictures along each side
LAYOUT_HELP = (
    "PCA is a straight view along the two directions in which the codes vary most. t-SNE keeps near codes near and "
    "pulls groups apart; its distances between groups mean nothing."
)


def show_map(run: Run, summary: Summary, shown: History) -> None:
    """The test digits' codes in two dimensions; a click on one puts it into the sliders."""
    codes = resources.codes(run, "test")
    layout, colour = _choices(run)
    picked = code_map(
        _figure(run.name, run.weights_hash(), layout, colour, run),
        _points(run, layout),
        codes,
        summary.axes[:2] if layout == "PCA" else None,
        summary.mean,
        shown.code,
        run.weights_hash(),
        f"code_map_{run.name}_{layout}",
        lambda index: shown.put(codes[index]),
    )
    if picked:
        _show_picked(run, picked)
    else:
        st.caption(
            "The ring is the code in the sliders. Click on a digit to put it there; circle several with the lasso, one "
            "of the tools above the map, to see and save them."
        )


def _choices(run: Run) -> tuple[str, str]:
    a, b = st.columns(2, vertical_alignment="bottom")
    colour = b.segmented_control(
        "Colour", ["digit", "reconstruction error"], default="digit", required=True, key="map_colour"
    )
    if run.config.latent_dim <= 2:
        a.caption("The two numbers of the code; behind the digits, what the decoder draws there.")
        return "code", colour or "digit"
    layouts = ["t-SNE", "PCA"]
    layout = a.segmented_control("Layout", layouts, default="t-SNE", required=True, key="map_layout", help=LAYOUT_HELP)
    if layout == "t-SNE" and maps.read(run) is None:
        _offer_tsne(run)
        return "PCA", colour or "digit"
    return layout or "PCA", colour or "digit"


def _offer_tsne(run: Run) -> None:
    log = maps.folder(run) / jobs.LOG
    if _is_under_way(run):
        st.fragment(_wait_for_tsne, run_every=1.0)(run)
        return
    if log.exists():
        st.warning("The last try to make the t-SNE map did not end well. Its last lines:")
        st.code(jobs.log_tail(log.parent), language=None)
    if st.button("Make the t-SNE map", help="Takes about a minute, once; until then the map is by PCA."):
        log.unlink(missing_ok=True)
        jobs.start([sys.executable, "-m", "convae", "map", run.name], log, cwd=runs.PROJECT)
        st.session_state[f"map_started_{run.name}"] = time.time()
        st.rerun()


def _is_under_way(run: Run) -> bool:
    # A process that was just started needs a few seconds to import torch before it takes the folder's lock.
    just_started = time.time() - st.session_state.get(f"map_started_{run.name}", 0) < STARTUP_S
    return just_started or jobs.is_running(maps.folder(run))


def _wait_for_tsne(run: Run) -> None:
    st.progress(maps.progress(run), text="Making the t-SNE map; by PCA meanwhile.")
    if maps.read(run) is not None or not _is_under_way(run):
        st.rerun()


def _points(run: Run, layout: str) -> "NDArray":
    from convae import latent

    stored = maps.read(run) if layout == "t-SNE" else None
    return latent.project(resources.codes(run, "test"), resources.summary(run)) if stored is None else stored


@st.cache_data(show_spinner="Drawing the map ...", max_entries=20)
def _figure(name: str, weights: str, layout: str, colour: str, _run: Run) -> str:
    from convae import figures, latent, pictures

    points, labels = _points(_run, layout), resources.digits("test").labels.numpy()
    figure = (
        figures.code_map(points, labels)
        if colour == "digit"
        else figures.error_map(points, labels, resources.errors(_run))
    )
    if _run.config.latent_dim == 2:
        grid, edges = latent.plane(points, PLANE)
        decoded = latent.decode(resources.autoencoder(_run).decoder, grid)
        figures.put_behind(figure, pictures.png(pictures.grid(decoded, PLANE, factor=1, gap=0)), edges)
    return figure.to_json()


def _show_picked(run: Run, picked: list[int]) -> None:
    from convae import pictures

    test = resources.digits("test")
    counts = test.labels[picked].bincount(minlength=10).tolist()
    st.markdown(", ".join(f"{count} × **{digit}**" for digit, count in enumerate(counts) if count))
    st.image(pictures.grid(test.images[picked[:SHOWN], 0].numpy(), columns=20), width="stretch")
    if len(picked) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(picked):,}.")
    codes = resources.codes(run, "test")
    lines = [",".join(["test_digit", "label", *(f"z{i}" for i in range(codes.shape[1]))])]
    lines += [",".join([str(i), str(int(test.labels[i])), *(f"{z:.6g}" for z in codes[i])]) for i in picked]
    st.download_button("Save as CSV", "\n".join(lines) + "\n", f"{run.name}-digits.csv", "text/csv")
