"""The queue as the Train page shows it: what trains now and what waits, each with a way out."""

import streamlit as st

from convae import queue

POLL_S = 2.0


def show_queue() -> None:
    """What is held up by other runs, if anything is; kept up to date until nothing is."""
    waits = bool(queue.held_up())
    st.fragment(_show, run_every=POLL_S if waits else None)(waits)


def _show(waited: bool) -> None:
    waiting = queue.held_up()
    if waited and not waiting:
        st.rerun()
    if not waiting:
        return
    with st.expander(f"Queue: {len(waiting)} waiting", expanded=True):
        if busy := queue.at_work():
            st.caption(f"The machine does one thing at a time; now it is at **{', '.join(busy)}**.")
        for place, run in enumerate(waiting, start=1):
            a, b = st.columns([5, 1], vertical_alignment="center")
            a.markdown(f"{place}. {run.name}")
            b.button("Remove", key=f"remove_{run.name}", on_click=queue.remove, args=[run])
