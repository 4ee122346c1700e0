"""Where a classifier fails: its confusion matrix, and the digits behind a cell of it."""

import streamlit as st

from convae import runs
from convae.runs import Run
from ui import resources

MOST = 24


def show_confusion(latent_dim: int) -> None:
    """The matrix of a chosen classifier; a click on a cell shows those digits, a click on one of them, that digit."""
    from convae import snapshots
    from ui.confusion_table import NORMALISED, confusion_table

    found = runs.find(model="classifier", latent_dim=latent_dim)
    if not found:
        st.info("There is no classifier with a code of this length yet: train one on the Train page.")
        return
    a, b = st.columns(2)
    name = a.selectbox("Classifier", [run.name for run in sorted(found, key=lambda run: -run.config.labels)])
    by = b.segmented_control("Shown as", list(NORMALISED), default="counts", required=True)
    run = next(run for run in found if run.name == name)
    labels, answers = resources.digits("test").labels.numpy(), resources.answers(run)
    chosen = st.session_state.get("confusion_cell")

    def choose(digit: int, answer: int) -> None:
        st.session_state["confusion_cell"] = (digit, answer)
        st.session_state.pop("confusion_digit", None)

    confusion_table(snapshots.count_answers(labels, answers), by, chosen, choose, key=f"confusion_{name}")
    st.caption(f"{(answers == labels).sum():,} of {len(labels):,} test digits are read right.")
    if chosen:
        show_cell(run, *chosen)


def show_cell(run: Run, digit: int, answer: int) -> None:
    """The digits of one cell, the surest answers first, each with its probability; one of them closer."""
    from ui.digit_grid import digit_grid

    test = resources.digits("test")
    chances = resources.test_probabilities(run)
    mine = ((test.labels.numpy() == digit) & (chances.argmax(1) == answer)).nonzero()[0]
    order = mine[chances[mine, answer].argsort()[::-1]]
    st.markdown(f"**{len(mine):,}** test digits are a **{digit}** read as a **{answer}**, the surest first:")
    shown = order[:MOST]

    def choose(place: int) -> None:
        st.session_state["confusion_digit"] = int(shown[place])

    captions = [f"{chances[i, answer]:.0%}" for i in shown]
    digit_grid(test.images[shown, 0].numpy(), captions, choose, key=f"cell_{run.name}_{digit}_{answer}")
    if (index := st.session_state.get("confusion_digit")) is not None:
        show_digit(run, index)


def show_digit(run: Run, index: int) -> None:
    """One test digit: as it is, as the models redraw it, its probabilities, and the way to the sliders."""
    from convae import figures, pictures
    from ui.redrawn_rows import models

    test = resources.digits("test")
    left, right = st.columns([1, 2])
    with left:
        st.markdown(f"Test digit **{index}**, a {int(test.labels[index])}")
        with st.container(horizontal=True):
            st.image(pictures.enlarge(test.images[index, 0].numpy(), 4), width=112, caption="as it is")
            for title, model in models(run.config.latent_dim).items():
                drawn = resources.redrawn(model)
                st.image(
                    pictures.enlarge(drawn.pictures[index], 4), width=112, caption=f"{title}, {drawn.mse[index]:.4f}"
                )
        st.page_link(
            "pages/latent_space.py",
            label="Take it to the sliders",
            icon=":material/arrow_forward:",
            query_params={"latent_dim": str(run.config.latent_dim), "from": f"test-{index}"},
        )
    bars = figures.probability_bars({run.name: resources.test_probabilities(run)[index].tolist()})
    right.plotly_chart(bars, key="confusion_bars", width="stretch")
