"""What a code keeps, held against scikit-image and scikit-learn."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from convae import code_quality, latent, runs, weights


@pytest.fixture(scope="module")
def pictures(test_digits) -> np.ndarray:
    return test_digits.images[:, 0].numpy().astype(np.float32) / 255


def test_ssim_is_scikit_images(pictures):
    noisy = (pictures + np.random.default_rng(0).normal(0, 0.1, pictures.shape)).clip(0, 1).astype(np.float32)
    expected = [structural_similarity(a, b, data_range=1) for a, b in zip(pictures[:50], noisy[:50], strict=True)]
    np.testing.assert_allclose(code_quality.ssim(pictures[:50], noisy[:50]), expected, atol=1e-5)


def test_ssim_does_not_depend_on_the_batch(pictures, monkeypatch):
    whole = code_quality.ssim(pictures[:30], pictures[10:40])
    monkeypatch.setattr(code_quality, "BATCH", 7)
    np.testing.assert_allclose(code_quality.ssim(pictures[:30], pictures[10:40]), whole, atol=1e-12)
    np.testing.assert_allclose(code_quality.ssim(pictures[:5], pictures[:5]), 1, atol=1e-9)


@pytest.fixture(scope="module")
def coded(train_digits, test_digits):
    """Codes and labels of training and test digits."""
    encoder = weights.load(runs.open_run("autoencoder-12")).encoder
    return tuple(
        part for d in (train_digits, test_digits) for part in (latent.encode(encoder, d.images), d.labels.numpy())
    )


def test_probe_and_neighbours_are_scikit_learns(coded):
    codes, labels, test_codes, test_labels = coded
    scaler = StandardScaler().fit(codes)
    probe = LogisticRegression(max_iter=1000).fit(scaler.transform(codes), labels)
    expected = probe.score(scaler.transform(test_codes), test_labels)
    assert code_quality.probe_accuracy(codes, labels, test_codes, test_labels) == pytest.approx(expected)
    expected = KNeighborsClassifier(5).fit(codes, labels).score(test_codes, test_labels)
    assert code_quality.neighbour_accuracy(codes, labels, test_codes, test_labels) == pytest.approx(expected)
    assert expected > 0.8


def test_the_readout_is_least_squares(coded, train_digits, pictures):
    codes, _, test_codes, _ = coded
    train = train_digits.images[:, 0].numpy() / 255
    fitted = LinearRegression().fit(codes, train.reshape(len(train), -1))
    expected = np.square(fitted.predict(test_codes) - pictures.reshape(len(pictures), -1)).mean()
    assert code_quality.readout_error(codes, train, test_codes, pictures) == pytest.approx(expected, rel=1e-4)


def test_pca_is_scikit_learns(train_digits, pictures):
    train = train_digits.images[:, 0].numpy() / 255
    expected = []
    for dim in (2, 12):
        pca = PCA(dim, svd_solver="full").fit(train.reshape(len(train), -1))
        redrawn = pca.inverse_transform(pca.transform(pictures.reshape(len(pictures), -1)))
        expected.append(np.square(redrawn - pictures.reshape(len(pictures), -1)).mean())
    np.testing.assert_allclose(code_quality.pca_errors(train, pictures, [2, 12]), expected, rtol=1e-4)
