"""The user's own digits: keep the drawing, train on them, and see what that gains."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from convae import runs
from convae.config import preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import resources, training

if TYPE_CHECKING:
    from torch import Tensor

    from convae.data import Digits

FEWEST = 4  # so that there is something to learn from and something to test on
COLUMNS, CELL = 20, 40
SPLIT_HELP = (
    "Of each digit's pictures the first, third, fifth and so on are learnt from. The others are never learnt from: on "
    "these the accuracies below are measured."
)


def show_own_hand(picture: "Tensor | None", asked: Run | None, latent_dim: int, labels: int) -> None:
    """Keep the drawing with its label; what is kept; training on it; accuracy before and after."""
    from convae import own_digits

    st.subheader("Teach it your hand", help=SPLIT_HELP)
    try:
        if picture is not None:
            keep(picture, asked)
        kept = own_digits.load()
        count = len(kept.labels)
        if not count:
            st.caption("Draw digits as you write them and keep each with its label: four or more can be learnt from.")
            return
        show_kept(kept)
        if count < FEWEST:
            st.info(f"Keep {FEWEST - count} more to train on them.")
            return
        show_training(kept, latent_dim, labels)
    except ConvaeError as error:
        st.error(str(error))


def keep(picture: "Tensor", asked: Run | None) -> None:
    """The label of the drawing, as it is read unless the user says otherwise, and the button that keeps it."""
    from convae import own_digits

    guess = None if asked is None else int(resources.probabilities(asked, picture)[0].argmax())

    label = st.segmented_control("It is a", list(range(10)), default=guess, key=f"label_{guess}")
    if st.button("Keep it among my digits", disabled=label is None) and label is not None:
        own_digits.add(picture, label)


def show_kept(kept: "Digits") -> None:
    """All that is kept, and how to take it back."""
    from convae import own_digits, pictures

    count = len(kept.labels)
    caption = f"{count} digits of yours" if count > 1 else "One digit of yours"
    columns = min(count, COLUMNS)
    st.image(pictures.grid(kept.images[:, 0].numpy(), columns), caption=caption, width=columns * CELL)
    with st.container(horizontal=True):
        st.button("Remove the last", on_click=own_digits.remove_last)
        if st.session_state.get("sure_to_remove_all"):
            st.button("Remove all for good", on_click=own_digits.remove_all, type="primary")
        st.checkbox("Remove all ...", key="sure_to_remove_all")


def show_training(kept: "Digits", latent_dim: int, labels: int) -> None:
    """Few labels of MNIST on the pretrained encoder, without and with one's own digits; trained when asked for."""
    autoencoder = training.pick(model="autoencoder", latent_dim=latent_dim)
    if autoencoder is None:
        st.info("This needs an autoencoder with a code of this length: train one on the Train page.")
        return
    shared: dict[str, Any] = {"labels": labels, "latent_dim": latent_dim, "encoder_run": autoencoder.name}
    before = preset("classifier", "classic", **shared)
    after = preset("classifier", "classic", own_digits=len(kept.labels), **shared)
    found = {"before": runs.find(**before.to_dict()), "after": runs.find(**after.to_dict())}
    todo = [config for config, there in zip((before, after), found.values(), strict=True) if not there]
    if todo:
        st.caption(
            f"Two classifiers on the pretrained encoder: {labels} labels of MNIST, without and with your digits."
        )
        training.offer("classifier on your digits", todo)
        return
    show_gain(kept, found["before"][0], found["after"][0])


def show_gain(kept: "Digits", before: Run, after: Run) -> None:
    """Accuracy on one's own digits that were not learnt from, and on MNIST's test digits, before and after."""
    from convae import own_digits
    from convae import training as train

    _, test = own_digits.split(kept)
    if not len(test.labels):
        st.info("Keep a second one of some digit: the second ones are kept from training, to test on.")
        return
    mine = [train.evaluate(resources.model(run), test)["accuracy"] for run in (before, after)]
    mnist = [scores["test_accuracy"] for run in (before, after) if "test_accuracy" in (scores := run.last_scores())]
    a, b = st.columns(2)
    gain = f"{(mine[1] - mine[0]) * 100:+.0f} points by your digits"
    a.metric(f"Right of your {len(test.labels)} digits not learnt from", f"{mine[1]:.0%}", gain)
    if len(mnist) == 2:  # an imported run has no scores of its own
        b.metric("Right of MNIST's test digits", f"{mnist[1]:.1%}", f"{(mnist[1] - mnist[0]) * 100:+.1f} points")
    st.caption(f"{before.name} beside {after.name}, both to be chosen among the classifiers above.")
