"""The label lab: accuracy against the number of labels for every way to train, from a study that can be added to."""

import sys
from statistics import mean, stdev
from typing import Any

import streamlit as st

from convae import jobs, runs, study_results
from convae.arms import ARMS
from convae.config import SAMPLINGS
from convae.errors import ConvaeError
from convae.runs import Run

TITLES = {name: arm.title for name, arm in ARMS.items()}
SEEDS = 3
POLL_S = 2.0


def show_lab(labels: int, autoencoder: Run) -> None:
    """The label-efficiency curve of a study with this autoencoder, with a button that adds to it."""
    st.subheader("The label lab")
    st.caption(
        "Every way to train, at many numbers of labels, each with several seeds; settings were chosen on training "
        "digits, and the test digits were looked at once. The band is the 95 % confidence interval of the mean. Stars "
        "are published results of other networks."
    )
    sampling = st.segmented_control(
        "Labelled samples of the study are",
        sorted(SAMPLINGS),
        default="balanced",
        required=True,
        key="lab_sampling",
        help="Balanced: as many of each digit, others for each seed. First: the first training images, as they come.",
    )
    name = str(sampling) if autoencoder.name == "autoencoder-12" else f"{sampling}-{autoencoder.name}"
    folder = runs.studies_dir() / name
    running = jobs.is_running(folder)
    st.fragment(_show, run_every=POLL_S if running else None)(folder, name, labels, autoencoder, running)


def _show(folder: Any, name: str, labels: int, autoencoder: Run, was_running: bool) -> None:
    from convae import figures, label_curves

    running = jobs.is_running(folder)
    if running != was_running:
        st.rerun()
    rows = study_results.read(folder)
    arms = {arm: found for arm in TITLES if (found := study_results.accuracies(rows, arm))}
    curves = {TITLES[arm]: label_curves.curve(found) for arm, found in arms.items()}
    if curves:
        anchors = label_curves.ANCHORS if name.startswith("balanced") else ()
        st.plotly_chart(figures.label_efficiency(curves, anchors, labels), key="label_efficiency", width="stretch")
        if text := saving(curves, labels):
            st.markdown(text)
        if text := table(arms, labels):
            st.markdown(text)
    else:
        st.info("Nothing has been studied here yet.")
    if running:
        a, b = st.columns([4, 1], vertical_alignment="center")
        a.caption(f"A study is running: {len(study_results.finished(rows))} results so far.")
        b.button("Stop the study", on_click=jobs.request_stop, args=[folder])
        return
    failed = [row for row in rows if row.get("error")]
    if failed:
        st.warning(f"{len(failed)} of its trainings failed, the last one: {failed[-1]['error']}")
    elif (tail := jobs.log_tail(folder, lines=1)).startswith("convae: "):
        st.error(tail.removeprefix("convae: "))
    st.button(
        f"Study {labels} labels: all ways, {SEEDS} seeds",
        on_click=start,
        args=[name, labels, autoencoder],
        help="Takes some minutes on all cores; the curve grows meanwhile. What it has done already is not done again.",
    )


def saving(curves: dict[str, Any], labels: int) -> str | None:
    """In words, how many labels from scratch would be needed for what the pretrained encoder does with these."""
    from convae import label_curves

    scratch, tuned = curves.get(TITLES["scratch"]), curves.get(TITLES["fine-tuned"])
    if scratch is None or tuned is None:
        return None
    reached = label_curves.accuracy_at(tuned, labels)
    needed = None if reached is None else label_curves.labels_needed(scratch, reached)
    if reached is None or needed is None or needed <= labels:
        return None
    return (
        f"The pretrained encoder, fine-tuned on **{labels} labels**, does what from scratch needs about "
        f"**{needed:,.0f}** for ({reached:.1%} of the test digits right)."
    )


def table(arms: dict[str, dict[int, list[float]]], labels: int) -> str | None:
    """Mean and standard deviation of each arm at this number of labels, the best first, as a Markdown table."""
    found = {TITLES[arm]: counts[labels] for arm, counts in arms.items() if labels in counts}
    if not found:
        return None
    rows = [
        f"| {title} | {mean(scores):.2%} | {f'± {stdev(scores):.2%}' if len(scores) > 1 else ''} | {len(scores)} |"
        for title, scores in sorted(found.items(), key=lambda each: -mean(each[1]))
    ]
    return "\n".join([f"| with {labels} labels | test accuracy | deviation | seeds |", "|---|---|---|---|", *rows])


def start(name: str, labels: int, autoencoder: Run) -> None:
    """Go on with the study, or begin it, in a process of its own."""
    folder = runs.studies_dir() / name
    command = [sys.executable, "-m", "convae", "study", "--resume", "--name", name, "--labels", str(labels)]
    command += ["--seeds", str(SEEDS), "--autoencoder", autoencoder.name, "--sampling", name.split("-")[0]]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / jobs.LOG).unlink(missing_ok=True)
        jobs.start(command, folder / jobs.LOG, cwd=runs.PROJECT)
    except (OSError, ConvaeError) as error:
        st.error(str(error))
