"""The digits behind a comparison: those whose labels were known, and those that only one of two classifiers reads."""

import streamlit as st

from convae.config import TrainConfig
from convae.runs import Run
from ui import resources

VIEWS = ("The labelled images", "What only one reads right")
MOST_LABELLED, COLUMNS = 200, 20
MOST_READ = 24


def show_digits(config: TrainConfig, arms: dict[str, Run | None]) -> None:
    """One of the views; nothing is computed before it is asked for."""
    view = st.segmented_control("Digits", VIEWS, key="compare_digits")
    if view == VIEWS[0]:
        show_labelled(config)
    elif view == VIEWS[1]:
        show_only_one_right(arms)


def show_labelled(config: TrainConfig) -> None:
    """The images whose labels both classifiers know, of the first seed."""
    from convae import data, pictures

    train = resources.digits("train")
    chosen = data.labelled_subset(train.labels, config.labels, config.sampling, config.seed)[:MOST_LABELLED]
    st.image(pictures.grid(train.images[chosen, 0].numpy(), COLUMNS), width="stretch")
    counts = [int((train.labels[chosen] == digit).sum()) for digit in range(10)]
    shown = f"The first {len(chosen)} of them" if config.labels > len(chosen) else f"All {len(chosen)}"
    st.caption(f"{shown}; of each digit from 0 to 9: {', '.join(map(str, counts))}.")


def show_only_one_right(arms: dict[str, Run | None]) -> None:
    """Test digits that one of the first seed's classifiers reads right and the other does not."""
    from ui.digit_grid import digit_grid

    (first, one), (second, other) = arms.items()
    if one is None or other is None:
        st.info("Both classifiers have to be trained first.")
        return
    test = resources.digits("test")
    labels = test.labels.numpy()
    answers = {first: resources.answers(one), second: resources.answers(other)}
    for title, against in ((first, second), (second, first)):
        found = ((answers[title] == labels) & (answers[against] != labels)).nonzero()[0]
        st.markdown(f"**{title}** alone reads {len(found):,} of the 10,000 test digits right, such as")
        chosen = found[:MOST_READ]
        captions = [f"{labels[i]}, not {answers[against][i]}" for i in chosen]
        digit_grid(test.images[chosen, 0].numpy(), captions, lambda place: None, key=f"only_{title}")
