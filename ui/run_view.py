"""One run as it is: its state, its controls and its curves, kept up to date while it is at work."""

import streamlit as st

from convae import jobs, queue, runs
from convae.runs import Run
from ui import resources, training

UNDER_WAY = ("running", "waiting")
POLL_S = 1.0
RECENT = 20  # records from which the time left is reckoned


def watch(run: Run, others: list[Run] | None = None) -> None:
    """Show the run, with the curves of `others` beside its own, until nothing changes any more."""
    under_way = run.status() in UNDER_WAY
    st.fragment(_watch, run_every=POLL_S if under_way else None)(run, others or [], under_way)


def _watch(run: Run, others: list[Run], was_under_way: bool) -> None:
    if not run.path.exists():
        st.warning(f"{run.name} was deleted.")
        return
    status = run.status()
    if was_under_way != (status in UNDER_WAY):
        st.rerun()  # begins the clock, or ends it: from here on nothing is sent
    queue.ensure_worker()
    metrics = resources.metrics(run)
    share = min(metrics[-1]["epoch"] / run.config.epochs, 1.0) if metrics else 0.0
    st.progress(share, text=f"**{_state(run, status)}** · " + " · ".join(_figures(run, metrics, status)))
    _show_end(run, status)
    row = st.container(horizontal=True)
    with row:
        _show_controls(run, others, status)
    if metrics:
        from ui import film, run_charts

        with row:
            choices = run_charts.choose(metrics[-1])
        run_charts.show_charts(run, metrics, others, choices, f"{share:.0%}" if status == "running" else None)
        film.show_film(run)


def _state(run: Run, status: str) -> str:
    if status != "waiting":
        return status
    ahead = [other.name for other in queue.waiting()].index(run.name) if run in queue.waiting() else 0
    return "waiting, next" if ahead == 0 else f"waiting, {ahead} before it"


def _figures(run: Run, metrics: list[dict], status: str) -> list[str]:
    if not metrics:
        return [f"{run.config.epochs} epochs"]
    last = metrics[-1]
    shown = [f"epoch {last['epoch']:.2f} of {run.config.epochs}"]
    if status == "running":
        before = metrics[-RECENT] if len(metrics) > RECENT else {"epoch": 0, "elapsed": 0}
        pace = (last["elapsed"] - before["elapsed"]) / max(last["epoch"] - before["epoch"], 1e-9)
        left = pace * (run.config.epochs - last["epoch"])
        shown += [f"{last.get('images_per_s') or 0:,.0f} images/s", f"about {left:.0f} s left"]
    else:
        shown.append(f"{last['elapsed']:.0f} s")
    tested = [record for record in metrics if record.get("test_loss") is not None]
    if tested:
        shown.append(f"test loss {tested[-1]['test_loss']:.4f} (best {min(r['test_loss'] for r in tested):.4f})")
    if tested and tested[-1].get("test_accuracy") is not None:
        best = max(record["test_accuracy"] for record in tested)
        shown.append(f"test accuracy {tested[-1]['test_accuracy']:.2%} (best {best:.2%})")
    return shown


def _show_end(run: Run, status: str) -> None:
    if status == "failed":
        st.error(run.failure())
    elif status == "interrupted":
        st.warning("Its process is gone: it was killed, or the machine went down. Go on from the last saved epoch.")
    if status in ("failed", "interrupted") and (tail := jobs.log_tail(run.path)):
        st.code(tail, language=None)


def _show_controls(run: Run, others: list[Run], status: str) -> None:
    def again() -> None:
        st.session_state["shown_run"] = training.start([run.config])[0].name

    if status == "running":
        st.button("Stop training", key="stop", on_click=jobs.request_stop, args=[run.path], help=STOP_HELP)
    elif status == "waiting":
        st.button("Take out of the queue", key="unqueue", on_click=queue.remove, args=[run])
    elif status != "finished":
        st.button("Go on", key="resume", type="primary", on_click=training.resume, args=[run])
    if st.button("Run again", key="again", on_click=again, help="A new run with the same settings."):
        st.rerun()  # of the whole page: another run is to be shown
    st.download_button(
        "Download",
        lambda: _archive([run, *others]),
        f"{run.name}.zip",
        on_click="ignore",
        help="Settings, metrics as CSV, weights, log and curves, of this run and those compared with it.",
    )
    if status not in UNDER_WAY:
        with st.popover("Delete"):
            st.write(f"Weights, curves and settings of {run.name} will be gone.")
            st.button("Delete for good", key="delete", type="primary", on_click=runs.delete, args=[run])


def _archive(exported: list[Run]) -> bytes:
    from convae import export

    return export.archive(exported)


STOP_HELP = "Stops at once and keeps the last saved epoch; you can go on later, exactly as if nothing had happened."
