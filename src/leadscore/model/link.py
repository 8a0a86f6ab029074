"""The cumulative link: how one margin and ordered cut points make probabilities.

McCullagh (1980), Regression Models for Ordinal Data, JRSS B 42(2): P(class <= k) is
``sigmoid(cut_k - margin)``. Two classes make it the ordinary logistic model.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "class_probabilities",
    "cumulative_to_classes",
    "gradient",
    "log_losses",
    "next_cuts",
    "sigmoid",
    "starting_cuts",
]

Floats = NDArray[np.floating]
_Float = TypeVar("_Float", bound=np.floating)
_SMALLEST = 1e-12
_CLOSEST_CUTS = 1e-3


def sigmoid(z: NDArray[_Float]) -> NDArray[_Float]:
    """Return 1 / (1 + exp(-z)) without overflow."""
    found: NDArray[_Float] = 0.5 * (1.0 + np.tanh(0.5 * z))
    return found


def starting_cuts(labels: NDArray[np.intp], classes: int) -> NDArray[np.float64]:
    """Return the cut points that give the class shares at margin 0, shape (classes - 1,)."""
    counts = np.bincount(labels, minlength=classes) + 0.5
    below = np.cumsum(counts)[:-1] / counts.sum()
    return np.asarray(np.log(below / (1.0 - below)))


def class_probabilities(margin: Floats, cuts: Floats) -> NDArray[np.float64]:
    """Return P(class) for each margin, shape (n, len(cuts) + 1)."""
    above = sigmoid(np.asarray(margin, np.float64)[:, None] - np.asarray(cuts, np.float64))
    return cumulative_to_classes(above)


def cumulative_to_classes(above: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn P(class > k), shape (n, K - 1), falling in k, into P(class), shape (n, K)."""
    ones, zeros = np.ones((len(above), 1)), np.zeros((len(above), 1))
    return np.maximum(-np.diff(np.hstack([ones, above, zeros]), axis=1), 0.0)


def log_losses(labels: NDArray[np.intp], probabilities: Floats) -> NDArray[np.float64]:
    """Return -log P(label) for each row, shape (n,)."""
    stated = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(stated, _SMALLEST)).astype(np.float64)


def gradient(margin: Floats, cuts: Floats, labels: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return the first and second derivative of each row's loss by its margin, in its dtype."""
    edges = np.concatenate([[-np.inf], cuts, [np.inf]]).astype(margin.dtype)
    upper = sigmoid(edges[labels + 1] - margin)
    lower = sigmoid(edges[labels] - margin)
    curvature = upper * (1.0 - upper) + lower * (1.0 - lower)
    return 1.0 - upper - lower, curvature


def next_cuts(
    margin: NDArray[np.floating], cuts: NDArray[np.float64], labels: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the cut points after one step of Fisher scoring; unchanged where it would cross."""
    above = sigmoid(np.asarray(margin, np.float64)[:, None] - cuts)
    shares = np.maximum(cumulative_to_classes(above), 1e-7)
    slopes = above * (1.0 - above)
    score = _cut_score(slopes, shares, labels)
    moved = cuts + np.linalg.solve(_cut_information(slopes, shares), score)
    return cuts if np.any(np.diff(moved) <= _CLOSEST_CUTS) else moved


def _cut_score(
    slopes: NDArray[np.float64], shares: NDArray[np.float64], labels: NDArray[np.intp]
) -> NDArray[np.float64]:
    pull = []
    for k in range(slopes.shape[1]):
        up = slopes[:, k] * ((labels == k) / shares[:, k] - (labels == k + 1) / shares[:, k + 1])
        pull.append(up.sum())
    return np.asarray(pull)


def _cut_information(
    slopes: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    count = slopes.shape[1]
    information = np.eye(count) * 1e-6
    for k in range(count):
        information[k, k] += (slopes[:, k] ** 2 * (1 / shares[:, k] + 1 / shares[:, k + 1])).sum()
        if k + 1 < count:
            shared = -(slopes[:, k] * slopes[:, k + 1] / shares[:, k + 1]).sum()
            information[k, k + 1] = information[k + 1, k] = shared
    return information
