"""The summary of a run's codes, and codes as text."""

import shutil

import numpy as np
import pytest
import torch
from conftest import SHIPPED

from convae import codes, data, latent, runs, weights
from convae.errors import ConfigError, RunError


@pytest.fixture
def made_up() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(600, 3)).astype(np.float32)


@pytest.fixture
def summary(made_up) -> codes.Summary:
    return codes.summarise(made_up, first=made_up[7], effect=np.arange(3.0))


def test_nearest_distances_equal_brute_force(made_up):
    expected = np.sqrt(((made_up[:100, None] - made_up[None, 100:]) ** 2).sum(-1)).min(1)
    np.testing.assert_allclose(codes.nearest_distances(made_up[:100], made_up[100:]), expected, atol=1e-3)


def test_a_summary_describes_the_codes(made_up, summary):
    assert np.array_equal(summary.first, made_up[7])
    assert summary.effect.tolist() == [0, 1, 2]
    np.testing.assert_allclose(summary.mean, made_up.mean(0), atol=1e-6)
    np.testing.assert_allclose(summary.low, np.percentile(made_up, 1, axis=0), atol=1e-6)
    np.testing.assert_allclose(summary.high, np.percentile(made_up, 99, axis=0), atol=1e-6)
    assert summary.histograms.shape == (3, codes.BINS)
    assert (summary.histograms.sum(1) > 580).all()
    assert np.array_equal(summary.reference[0], made_up[0])
    assert len(summary.quantiles) == 101
    assert (np.diff(summary.quantiles) >= 0).all()
    along = (made_up - made_up.mean(0)) @ summary.axes.T
    np.testing.assert_allclose(summary.axis_low, np.percentile(along, 1, axis=0), atol=1e-5)
    np.testing.assert_allclose(summary.axis_high, np.percentile(along, 99, axis=0), atol=1e-5)
    assert summary.axis_histograms.shape == (3, codes.BINS)


def test_principal_axes_are_orthonormal_and_ordered_by_variance(made_up):
    stretched = made_up * [1, 10, 0.1]
    axes = codes.principal_axes(stretched)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-5)
    spread = ((stretched - stretched.mean(0)) @ axes.T).std(0)
    np.testing.assert_allclose(spread, np.linalg.svd(stretched - stretched.mean(0))[1] / 600**0.5, rtol=1e-3)
    assert axes[0, 1] > 0.99
    np.testing.assert_allclose(codes.principal_axes(stretched[::-1]), axes, atol=1e-5)


def test_a_dead_dimension_is_no_trouble(made_up):
    made_up[:, 1] = 0.5
    summary = codes.summarise(made_up, made_up[0], np.zeros(3))
    assert summary.low[1] == summary.high[1] == 0.5
    assert summary.histograms[1].sum() == 600


def test_a_summary_belongs_to_one_version_of_the_weights(runs_home, summary):
    run_path = runs_home / "a"
    shutil.copytree(SHIPPED / "autoencoder-2", run_path)
    run = runs.open_run("a")
    codes.write_summary(run, summary)
    stored = codes.read_summary(run)
    assert stored is not None
    assert all(np.array_equal(a, b) for a, b in zip(stored, summary, strict=True))
    (run_path / "codes.npz").write_bytes((run_path / "codes.npz").read_bytes()[:100])
    assert codes.read_summary(run) is None
    codes.write_summary(run, summary)
    shutil.copy(SHIPPED / "autoencoder-4" / "model.safetensors", run_path)
    assert codes.read_summary(run) is None
    (run_path / "codes.npz").unlink()
    assert codes.read_summary(run) is None


@pytest.mark.parametrize("latent_dim", [2, 4, 8, 12, 16, 32])
def test_shipped_summaries_are_of_the_shipped_weights(latent_dim):
    run = runs.open_run(f"autoencoder-{latent_dim}")
    summary = codes.read_summary(run)
    assert summary is not None
    encoder = weights.load(run).encoder
    np.testing.assert_allclose(
        summary.reference[:50], latent.encode(encoder, data.load("train").images[:50]), atol=1e-4
    )
    np.testing.assert_allclose(summary.first, latent.encode(encoder, data.load("test").images[:1])[0], atol=1e-4)
    assert (summary.effect > 1e-3).all()


def test_decoder_weights_come_in_the_state_dicts_order():
    run = runs.open_run("autoencoder-4")
    decoder = weights.load(run).decoder
    assert isinstance(decoder, torch.nn.Module)
    expected = torch.cat([tensor.flatten() for tensor in decoder.state_dict().values()])
    assert np.array_equal(codes.decoder_weights(run), expected.numpy())


def test_a_decoder_for_another_code_length_is_refused(runs_home):
    shutil.copytree(SHIPPED / "autoencoder-4", runs_home / "a")
    shutil.copy(SHIPPED / "autoencoder-2" / "model.safetensors", runs_home / "a")
    with pytest.raises(RunError, match=r"a/model\.safetensors is for a code of 2, not 4"):
        codes.decoder_weights(runs.open_run("a"))


def test_what_has_no_decoder_is_refused(runs_home):
    shutil.copytree(SHIPPED / "classifier-12", runs_home / "a")
    with pytest.raises(RunError, match=r"a/model\.safetensors has no 'decoder\.fc\.weight'"):
        codes.decoder_weights(runs.open_run("a"))
    (runs_home / "a" / "model.safetensors").write_bytes(b"x")
    with pytest.raises(RunError, match=r"a/model\.safetensors is damaged"):
        codes.decoder_weights(runs.open_run("a"))


def test_codes_are_read_from_text():
    assert codes.parse("[1, -2.5e0 ,3]", 3) == [1, -2.5, 3]
    for text, message in (("1 2", "2 numbers, not 3"), ("1 2 x", "no number"), ("1 2 inf", "NaN or infinity")):
        with pytest.raises(ConfigError, match=message):
            codes.parse(text, 3)
