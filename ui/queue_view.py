"""The queue as the Train page shows it: what trains now and what waits, each with a way out."""

import streamlit as st

from convae import jobs, queue, runs

POLL_S = 2.0


def show_queue() -> None:
    """What waits for the machine, if anything does; kept up to date until nothing does."""
    waits = bool(queue.waiting())
    st.fragment(_show, run_every=POLL_S if waits else None)(waits)


def _show(waited: bool) -> None:
    waiting = queue.waiting()
    if waited and not waiting:
        st.rerun()
    if not waiting:
        return
    running = [run.name for run in runs.list_runs() if jobs.is_running(run.path)]
    with st.expander(f"Queue: {len(waiting)} waiting", expanded=True):
        if running:
            st.caption(f"The machine trains one run at a time; now it is at **{', '.join(running)}**.")
        for place, run in enumerate(waiting, start=1):
            a, b = st.columns([5, 1], vertical_alignment="center")
            a.markdown(f"{place}. {run.name}")
            b.button("Remove", key=f"remove_{run.name}", on_click=queue.remove, args=[run])
