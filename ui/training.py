"""Start training from a page, and offer it where a trained model is missing."""

import sys
import time

import streamlit as st

from convae import jobs, runs
from convae.config import TrainConfig, default_name
from convae.errors import ConvaeError
from convae.runs import Run

STARTUP_S = 20


def launch(names: list[str]) -> None:
    """Train these runs one after the other in a process of their own."""
    command = [sys.executable, "-m", "convae", "train", "--resume", *names]
    jobs.start(command, runs.runs_dir() / names[0] / jobs.LOG, cwd=runs.PROJECT)
    for name in names:
        st.session_state[f"started_{name}"] = time.time()


def start(configs: list[TrainConfig]) -> list[Run]:
    """Make new runs of these settings and train them one after the other; the names are free ones."""
    made: list[Run] = []
    for config in configs:
        made.append(runs.create(config, runs.free_name(default_name(config))))
    launch([run.name for run in made])
    return made


def pick(**settings: object) -> Run | None:
    """The run to show for these settings: the first that is finished, else the first that has weights."""
    found = runs.find(**settings)
    return found[0] if found else None


def offer(what: str, configs: list[TrainConfig]) -> None:
    """Say that `what` is not trained yet, with a button that trains it; while that goes on, show how far it is."""
    wanted = [run for run in runs.list_runs() if run.config in configs and _is_under_way(run)]
    if wanted:
        st.info(f"Training the {what}: this page goes on when it is done.")
        watch(min(wanted, key=lambda run: run.status() != "running"))
        return
    st.info(f"There is no {what} yet.")
    if st.button(f"Train {what}", type="primary", key=f"offer_{what}"):
        try:
            start(configs)
        except ConvaeError as error:
            st.error(str(error))
        else:
            st.rerun()


def watch(run: Run) -> None:
    """The run's state, controls and curves, kept up to date while it is at work."""
    st.fragment(_watch, run_every=1.0 if _is_under_way(run) else None)(run)


def _is_under_way(run: Run) -> bool:
    # A process that was just started needs a few seconds to import torch before it takes the run's lock.
    just_started = time.time() - st.session_state.get(f"started_{run.name}", 0) < STARTUP_S
    return run.status() == "running" or (just_started and not run.is_finished() and not run.has_failed())


def _watch(run: Run) -> None:
    from convae import figures

    if not run.path.exists():
        st.warning(f"{run.name} was deleted.")
        return
    under_way = _is_under_way(run)
    metrics = run.metrics()
    _show_progress(run, metrics, under_way)
    _show_controls(run, under_way)
    if metrics:
        log = st.toggle("Logarithmic loss", key="log_loss", persist_state="session")
        columns = st.columns(2) if "train_accuracy" in metrics[-1] else [st.container()]
        columns[0].plotly_chart(figures.learning_curves({run.name: metrics}, "loss", log), key="loss_chart")
        if "train_accuracy" in metrics[-1]:
            columns[1].plotly_chart(figures.learning_curves({run.name: metrics}, "accuracy"), key="accuracy_chart")
    if not under_way and st.session_state.pop(f"started_{run.name}", None):
        for key in st.session_state:
            if str(key).startswith("started_"):  # the next of several runs begins now
                st.session_state[key] = time.time()
        st.rerun()


def _show_progress(run: Run, metrics: list[dict], under_way: bool) -> None:
    last = metrics[-1] if metrics else {"epoch": 0, "elapsed": 0}
    scores = run.last_scores()
    shown = [f"epoch {last['epoch']:.2f} of {run.config.epochs}"]
    if metrics:
        shown.append(f"{last['images_per_s']:,.0f} images/s")
        left = last["elapsed"] / last["epoch"] * (run.config.epochs - last["epoch"])
        shown.append(f"about {left:.0f} s left" if under_way else f"{last['elapsed']:.0f} s")
    if scores:
        shown.append(f"test loss {scores['test_loss']:.4f}")
    if scores.get("test_accuracy") is not None:
        shown.append(f"test accuracy {scores['test_accuracy']:.2%}")
    state = ("starting" if run.status() != "running" else "running") if under_way else run.status()
    st.progress(min(last["epoch"] / run.config.epochs, 1.0), text=f"**{state}** · " + " · ".join(shown))
    if state == "failed":
        st.error(run.failure())
    if state in ("failed", "interrupted") and (tail := jobs.log_tail(run.path)):
        st.code(tail, language=None)


def _show_controls(run: Run, under_way: bool) -> None:
    if under_way:
        if st.button(
            "Stop training", key="stop", help="Stops at once and keeps the last saved epoch; you can go on later."
        ):
            jobs.request_stop(run.path)
    elif not run.is_finished() and st.button("Go on", key="resume", type="primary"):
        launch([run.name])
        st.rerun()
