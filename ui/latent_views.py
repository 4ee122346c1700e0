"""What the Latent space page shows below the pad: the map of the codes, the nearest digits, and paths between codes."""

import streamlit as st

from convae.codes import Summary
from convae.runs import Run
from ui import resources
from ui.history import History

NEIGHBOURS = 10
STEPS = 11


def show_map(run: Run, shown: History) -> None:
    """The test digits' codes in two dimensions; a click on one puts it into the sliders."""
    from convae import figures, latent, pictures

    test, codes = resources.digits("test"), resources.codes(run, "test")
    title = "The codes" if run.config.latent_dim <= 2 else "The codes on their first two principal components"

    def chosen() -> list[int]:
        return [int(point["customdata"]) for point in st.session_state["code_map"]["selection"]["points"]]

    def clicked() -> None:
        if len(chosen()) == 1:
            shown.put(codes[chosen()[0]])

    figure = figures.code_map(latent.project(codes), test.labels.numpy(), title)
    st.plotly_chart(figure, key="code_map", on_select=clicked, selection_mode=["points", "lasso"])
    if picked := chosen():
        counts = test.labels[picked].bincount(minlength=10).tolist()
        st.markdown(", ".join(f"{count} × **{digit}**" for digit, count in enumerate(counts) if count))
        st.image(pictures.grid(test.images[picked[:40], 0].numpy(), columns=20), width="stretch")
    else:
        st.caption("Click on a digit to put it into the sliders; circle several with the lasso to see them.")


def show_neighbours(run: Run, shown: History) -> None:
    """The training digits whose codes are nearest to the one in the sliders."""
    from convae import latent, pictures

    train = resources.digits("train")
    nearest, distances = latent.neighbours(shown.code, resources.codes(run, "train"), NEIGHBOURS)
    with st.container(horizontal=True):
        for index, distance in zip(nearest, distances, strict=True):
            picture = pictures.enlarge(train.images[index, 0].numpy(), 3)
            st.image(picture, caption=f"a {int(train.labels[index])}, {distance:.2f}", width=84)
    st.caption(
        f"The nearest of the 60,000 training digits, with the distance between the codes in all "
        f"{run.config.latent_dim} dimensions."
    )


def show_paths(run: Run, summary: Summary, shown: History) -> None:
    """From the code in the sliders to a test digit, and each number of the code from low to high."""
    from convae import latent, pictures
    from convae.models import Autoencoder

    model = resources.model(run)
    assert isinstance(model, Autoencoder)
    a, b = st.columns(2, vertical_alignment="bottom")
    target = int(a.number_input("From the code above to test digit", 0, 9_999, 1, key="path_target"))
    way = b.segmented_control("Path", ["straight", "spherical"], default="straight", required=True, key="path_way")
    between = latent.spherical if way == "spherical" else latent.straight
    steps = between(shown.code, resources.codes(run, "test")[target], STEPS)
    st.image(pictures.grid(latent.decode(model.decoder, steps), STEPS, 3), width="stretch")
    st.markdown("**What each number does**: from its 1st to its 99th percentile, the others as they are.")
    rows = latent.traverse(shown.code, summary.low, summary.high, STEPS)
    for i, row in enumerate(rows):
        label, strip = st.columns([1, 20], vertical_alignment="center")
        label.markdown(f"z{i}")
        strip.image(pictures.grid(latent.decode(model.decoder, row), STEPS, 2), width="stretch")
