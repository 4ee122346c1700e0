"""Put training into the queue from a page, and offer it where a trained model is missing."""

import streamlit as st

from convae import queue, runs
from convae.config import TrainConfig, default_name, preset
from convae.errors import ConvaeError
from convae.runs import Run


def start(configs: list[TrainConfig]) -> list[Run]:
    """Make new runs of these settings and put them into the queue; the names are free ones."""
    made: list[Run] = []
    for config in configs:
        made.append(runs.create(config, runs.free_name(default_name(config))))
        queue.add(made[-1])
    queue.ensure_worker()
    return made


def resume(run: Run) -> None:
    """Put a run that is not finished into the queue again."""
    queue.add(run)
    queue.ensure_worker()


def start_all_four(recipe: str, latent_dim: int, labels: int) -> list[Run]:
    """The whole study: autoencoder, classifier, its decoding, and few labels from scratch and pretrained."""
    autoencoder, classifier = start(
        [preset(model, recipe, latent_dim=latent_dim) for model in ("autoencoder", "classifier")]
    )
    decoding = preset("classifier-decoding", recipe, encoder_run=classifier.name, latent_dim=latent_dim)
    return [autoencoder, classifier, *start([decoding]), *start_pair(recipe, latent_dim, labels, autoencoder.name)]


def start_pair(recipe: str, latent_dim: int, labels: int, encoder_run: str) -> list[Run]:
    """A classifier from scratch and one on the encoder of `encoder_run`, at this number of labels."""
    return start(
        [preset("classifier", recipe, labels, source, latent_dim=latent_dim) for source in (None, encoder_run)]
    )


def pick(**settings: object) -> Run | None:
    """The run to show for these settings: the first that is finished, else the first that has weights."""
    found = runs.find(**settings)
    return found[0] if found else None


def offer(what: str, configs: list[TrainConfig]) -> None:
    """Say that `what` is not trained yet, with a button that trains it; while that goes on, show how far it is."""
    from ui.run_view import UNDER_WAY, watch

    wanted = [run for run in runs.list_runs() if run.config in configs and run.status() in UNDER_WAY]
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
