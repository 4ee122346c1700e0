"""What a code keeps: of the picture, by how well it is redrawn, and of the class, by how well it can be read off."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

WINDOW = 7  # pixels
NEIGHBOURS = 5
READ = 10_000  # training digits that classes and pictures are learnt to be read off from
BATCH = 2_000


class Quality(NamedTuple):
    """What the test digits' codes keep."""

    mse: float  # of the picture by the model's own decoder; NaN where it has none
    ssim: float  # likewise
    readout_mse: float  # of the picture by least squares from the codes, the same for every encoder
    probe: float  # accuracy of a linear probe
    neighbours: float  # accuracy of the five nearest training codes


def ssim(a: NDArray, b: NDArray) -> NDArray[np.float64]:
    """The structural similarity (N,), -1 to 1, of pictures (N, H, W) in [0, 1] with others, H and W at least 7.

    Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity, 2004,
    with a square window of 7 pixels and sample covariances, as scikit-image computes it.
    """
    parts = [slice(start, start + BATCH) for start in range(0, len(a), BATCH)]
    return np.concatenate([_ssim(a[part].astype(np.float64), b[part].astype(np.float64)) for part in parts])


def _ssim(a: NDArray, b: NDArray) -> NDArray[np.float64]:
    def mean(values: NDArray) -> NDArray:
        return uniform_filter(values, size=(1, WINDOW, WINDOW))

    sample = WINDOW**2 / (WINDOW**2 - 1)
    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = sample * (mean(a * a) - mean_a**2), sample * (mean(b * b) - mean_b**2)
    covariance = sample * (mean(a * b) - mean_a * mean_b)
    c1, c2 = 0.01**2, 0.03**2
    top = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    similarity = top / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
    edge = WINDOW // 2
    return similarity[:, edge:-edge, edge:-edge].mean((1, 2))


def probe_accuracy(codes: NDArray, labels: NDArray, test_codes: NDArray, test_labels: NDArray) -> float:
    """How many of test codes (M, latent_dim) a logistic regression on codes (N, latent_dim) names right, 0 to 1.

    Alain and Bengio: Understanding intermediate layers using linear classifier probes, 2016. Codes are standardised.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(codes, labels)
    return float(probe.score(test_codes, test_labels))


def neighbour_accuracy(codes: NDArray, labels: NDArray, test_codes: NDArray, test_labels: NDArray) -> float:
    """How many of test codes (M, latent_dim) their five nearest codes (N, latent_dim) name right, 0 to 1."""
    from sklearn.neighbors import KNeighborsClassifier

    return float(KNeighborsClassifier(NEIGHBOURS).fit(codes, labels).score(test_codes, test_labels))


def readout_error(codes: NDArray, pictures: NDArray, test_codes: NDArray, test_pictures: NDArray) -> float:
    """Mean squared error of test pictures (M, 28, 28) as read off their codes by least squares from (N, latent_dim)."""

    def with_one(z: NDArray) -> NDArray:
        return np.concatenate([z, np.ones((len(z), 1))], axis=1)

    weights = np.linalg.lstsq(with_one(codes), pictures.reshape(len(pictures), -1), rcond=None)[0]
    read = with_one(test_codes) @ weights
    return float(np.square(read - test_pictures.reshape(len(read), -1)).mean())


def pca_errors(pictures: NDArray, test_pictures: NDArray, dims: list[int]) -> list[float]:
    """Mean squared error of test pictures (M, 28, 28) redrawn from so many principal components, for each of `dims`.

    The components are those of pictures (N, 28, 28).
    """
    flat, test = pictures.reshape(len(pictures), -1), test_pictures.reshape(len(test_pictures), -1)
    mean = flat.mean(0)
    _, vectors = np.linalg.eigh((flat - mean).T @ (flat - mean))
    centred = test - mean
    axes = vectors[:, ::-1]
    return [float(np.square(centred - centred @ axes[:, :k] @ axes[:, :k].T).mean()) for k in dims]
