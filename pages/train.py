"""Train: choose a run's settings, start it, watch it live, stop it or go on with it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from convae import jobs, runs
from convae.config import DATASETS, DEVICES, MODELS, PRESETS, SAMPLINGS, TRAIN_SIZE, TrainConfig, preset
from convae.errors import ConvaeError
from convae.runs import Run
from ui import frame, run_view, training
from ui.queue_view import show_queue

ALL_FOUR_HELP = (
    "One after the other: autoencoder, classifier, the decoding of the classifier's code, and the sidebar's number of "
    "labels from scratch and pretrained."
)
RECIPE_HELP = (
    "Classic: Adam at a constant rate, 10 epochs. Fast: a better start, Muon and one cycle, 2 epochs. Quick look: half "
    "of that, in well under a minute."
)
COMPARE_HELP = "Runs that differ in nothing but the seed become a mean with a band of one standard deviation."

settings = frame.begin("Train")
st.title("Train")


def choose() -> TrainConfig | None:
    """The controls of one run's settings; None, with a message, where they do not go together."""
    left, right = st.columns(2)
    model = left.selectbox("Model", list(MODELS), format_func=lambda m: MODELS[m].title, help=describe("model"))
    recipe = right.segmented_control("Recipe", PRESETS, default="fast", help=RECIPE_HELP, required=True, key="recipe")
    kind = MODELS[model]
    few = kind.uses_labels and left.toggle(
        f"Only {settings.labels} labelled samples (sidebar)", help="Off: all 60,000 training images with their labels."
    )
    labels = settings.labels if few else TRAIN_SIZE
    encoder_run = None
    if kind.encoder != "own":
        sources = [
            run.name
            for run in runs.find(latent_dim=settings.latent_dim)
            if run.config.model == ("classifier" if kind.encoder == "required" else "autoencoder")
        ]
        none = ["from scratch"] if kind.encoder == "optional" else []
        chosen = right.selectbox("Encoder", none + sources, help=describe("encoder_run"))
        encoder_run = None if chosen == "from scratch" else chosen
    base = preset(model, recipe, labels, encoder_run or ("-" if kind.encoder == "required" else None))
    key = f"{model}_{recipe}_{few}"
    with st.expander("More settings"):
        a, b, c = st.columns(3)
        changes = {
            "epochs": a.number_input("Epochs", 1, 1000, base.epochs, help=describe("epochs"), key=f"epochs_{key}"),
            "batch_size": b.number_input(
                "Batch size", 1, 4096, base.batch_size, help=describe("batch_size"), key=f"batch_{key}"
            ),
            "learning_rate": c.number_input(
                "Learning rate",
                1e-6,
                10.0,
                base.learning_rate,
                step=1e-4,
                format="%.4f",
                help=describe("learning_rate"),
                key=f"rate_{key}",
            ),
            "label_smoothing": a.number_input(
                "Label smoothing",
                0.0,
                0.9,
                base.label_smoothing,
                step=0.05,
                disabled=not kind.uses_labels,
                help=describe("label_smoothing"),
                key=f"smoothing_{key}",
            ),
            "seed": a.number_input("Seed", 0, 10_000, 0, help=describe("seed")),
            "device": b.selectbox("Device", DEVICES, help=describe("device")),
            "dataset": c.selectbox("Data set", DATASETS, help=describe("dataset")),
            "augment": a.toggle("Augment", base.augment, help=describe("augment"), key=f"augment_{key}"),
            "freeze_encoder": b.toggle(
                "Freeze encoder", disabled=model != "classifier" or not encoder_run, help=describe("freeze_encoder")
            ),
            "snapshots": c.toggle("Film it", True, help=describe("snapshots")),
        }
        if kind.uses_labels:
            changes["own_digits"] = a.number_input("Your own digits", 0, 10_000, 0, help=describe("own_digits"))
        if few:
            changes["sampling"] = c.selectbox("Labelled samples are", SAMPLINGS, help=describe("sampling"))
    try:
        config = preset(model, recipe, labels, encoder_run, latent_dim=settings.latent_dim, **changes)
    except ConvaeError as error:
        st.warning(str(error))
        return None
    st.code(config.command(), language="bash")
    return config


def describe(field: str) -> str:
    """The help text of a field of `TrainConfig`."""
    text = TrainConfig.__dataclass_fields__[field].metadata["help"]
    return text[0].upper() + text[1:]


def start(make: Callable[..., list[Run]], *arguments: Any) -> None:
    """Put new runs into the queue and show the first."""
    try:
        st.session_state["shown_run"] = make(*arguments)[0].name
    except ConvaeError as error:
        st.error(str(error))


with st.container(border=True):
    config = choose()
    with st.container(horizontal=True):
        if st.button("Start training", type="primary", disabled=config is None) and config is not None:
            start(training.start, [config])
        recipe, shared = st.session_state["recipe"], (settings.latent_dim, settings.labels)
        if st.button("All four experiments", help=ALL_FOUR_HELP):
            start(training.start_all_four, recipe, *shared)
        pretrained_on = training.pick(model="autoencoder", latent_dim=settings.latent_dim)
        if pretrained_on and st.button(f"From scratch and pretrained at {settings.labels} labels"):
            start(training.start_pair, recipe, *shared, pretrained_on.name)

show_queue()
if broken := runs.unreadable():
    with st.expander(f":material/warning: {len(broken)} folders cannot be read as runs"):
        for message in broken:
            st.text(message)
names = [run.name for run in sorted(runs.list_runs(), key=lambda run: str(run.about.get("created")), reverse=True)]
if not names:
    st.info("No run yet: press Start training.")
    st.stop()
if st.session_state.get("shown_run") not in names:
    running = [name for name in names if jobs.is_running(runs.runs_dir() / name)]
    filmed = [name for name in names if (runs.runs_dir() / name / "snapshots").is_dir()]
    st.session_state["shown_run"] = (running or filmed or names)[0]
left, right = st.columns(2)
shown = left.selectbox("Run", names, key="shown_run", persist_state="session")
others = right.multiselect("Compare with", [name for name in names if name != shown], help=COMPARE_HELP)
run_view.watch(runs.open_run(shown), runs.list_runs(others))
