"""Category codes as columns that a tree or a line can use: indicators, or shrunken label means."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Expansion", "fit_expansion", "fit_transform"]

Matrix = NDArray[np.float32]
_INDICATORS_UP_TO = 12
_SHRINK = 10.0
_INNER_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """How each field becomes columns.

    Parameters
    ----------
    sources : ndarray of shape (columns,)
        The field that each column comes from.
    values : tuple of (ndarray or None)
        For each column: the value of each code of its category, or None for a number.
    means : tuple of int
        The columns that hold label means.
    """

    sources: NDArray[np.intp]
    values: tuple[NDArray[np.float32] | None, ...]
    means: tuple[int, ...] = ()

    def transform(self, x: Matrix) -> Matrix:
        """Return the columns for encoded leads `x`; missing codes stay missing."""
        columns = np.empty((len(x), len(self.sources)), dtype=np.float32)
        for place, (source, values) in enumerate(zip(self.sources, self.values, strict=True)):
            columns[:, place] = x[:, source] if values is None else _look_up(x[:, source], values)
        return columns


def fit_expansion(x: Matrix, labels: NDArray[np.intp], categorical: tuple[int, ...]) -> Expansion:
    """Learn the columns: indicators for up to 12 levels, beyond that one shrunken label mean.

    The mean of a level is drawn towards the overall mean by ten leads' weight
    (Micci-Barreca 2001, A Preprocessing Scheme for High-Cardinality Categorical Attributes).
    """
    sources: list[int] = []
    values: list[NDArray[np.float32] | None] = []
    means: list[int] = []
    for field in range(x.shape[1]):
        columns = _category_columns(x[:, field], labels) if field in categorical else [None]
        if field in categorical and len(columns) == 1 and _size(x[:, field]) > 1:
            means.append(len(sources))
        sources += [field] * len(columns)
        values += columns
    return Expansion(
        sources=np.array(sources, dtype=np.intp), values=tuple(values), means=tuple(means)
    )


def fit_transform(
    x: Matrix, labels: NDArray[np.intp], categorical: tuple[int, ...], rng: np.random.Generator
) -> tuple[Expansion, Matrix]:
    """Learn the columns, and return them for the training leads without their own labels.

    A lead's label mean is computed from the other inner folds: a mean that has seen the lead's
    own label would tell the answer (the target leak of naive target encoding).
    """
    expansion = fit_expansion(x, labels, categorical)
    columns = expansion.transform(x)
    fold = rng.permutation(len(x)) % _INNER_FOLDS
    for place in expansion.means:
        code = x[:, expansion.sources[place]]
        size = _size(code)
        for one in range(_INNER_FOLDS):
            rest = fold != one
            mean = _label_means(code[rest], labels[rest], size)
            columns[~rest, place] = _look_up(code[~rest], mean)
    return expansion, columns


def _category_columns(
    codes: NDArray[np.float32], labels: NDArray[np.intp]
) -> list[NDArray[np.float32] | None]:
    size = _size(codes)
    if size == 1:
        return [np.zeros(1, dtype=np.float32)]
    if size <= _INDICATORS_UP_TO:
        return list(np.eye(size, dtype=np.float32))
    return [_label_means(codes, labels, size)]


def _size(codes: NDArray[np.float32]) -> int:
    known = codes[~np.isnan(codes)]
    return int(known.max()) + 1 if len(known) else 1


def _label_means(
    codes: NDArray[np.float32], labels: NDArray[np.intp], size: int
) -> NDArray[np.float32]:
    known = ~np.isnan(codes)
    place = codes[known].astype(np.intp)
    counts = np.bincount(place, minlength=size)
    sums = np.bincount(place, weights=labels[known], minlength=size)
    return np.asarray((sums + _SHRINK * labels.mean()) / (counts + _SHRINK), np.float32)


def _look_up(codes: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    found = np.full(len(codes), np.nan, dtype=np.float32)
    # A code past the list belongs to a level that this part of the leads did not hold.
    known = codes < len(values)
    found[known] = values[codes[known].astype(np.intp)]
    return found
