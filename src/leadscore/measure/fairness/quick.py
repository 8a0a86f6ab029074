"""Quick models, judged on the folds that they had not seen."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.split import folds_at_random

__all__ = [
    "MOST_ROWS",
    "WIDER",
    "Inputs",
    "folds_of",
    "joined",
    "sample",
    "told_alone",
    "told_together",
]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

#: Quick models learn from at most so many leads.
MOST_ROWS = 10_000
_FOLDS, _BINS, _ROUNDS = 3, 20, 60
#: Folds are told by models that share most of their leads, so figures over folds vary more than
#: their leads alone explain: the correction of Nadeau and Bengio (2003), Machine Learning 52.
WIDER = math.sqrt(1 + _FOLDS / (_FOLDS - 1))
#: How many leads of the overall mean are added to each bin, against bins with few leads.
_SHRINK = 10.0
#: The most levels that scikit-learn's trees take for a category; more are read as numbers.
_LEVELS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Encoded fields.

    Parameters
    ----------
    x : ndarray of shape (n, p)
        The leads as the model sees them, NaN where missing.
    fields : tuple of (str, str)
        Each column's name, and its name for people.
    categorical : tuple of int
        The columns that hold codes.
    """

    x: NDArray[np.float32]
    fields: tuple[tuple[str, str], ...]
    categorical: tuple[int, ...]

    def take(self, rows: Places) -> "Inputs":
        """Return the leads at `rows`."""
        return Inputs(x=self.x[rows], fields=self.fields, categorical=self.categorical)


def joined(one: Inputs, other: Inputs) -> Inputs:
    """Return the fields of both, beside each other."""
    shift = one.x.shape[1]
    return Inputs(
        x=np.column_stack([one.x, other.x]),
        fields=(*one.fields, *other.fields),
        categorical=(*one.categorical, *(shift + at for at in other.categorical)),
    )


def sample(rows: Places, *, seed: int) -> Places:
    """Return at most `MOST_ROWS` of `rows`, drawn evenly and in their order."""
    if len(rows) <= MOST_ROWS:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))


def folds_of(labels: Places, *, seed: int) -> Places:
    """Return each lead's fold, each label spread evenly."""
    return folds_at_random(labels, _FOLDS, np.random.default_rng(seed))


def told_together(inputs: Inputs, target: Floats, fold: Places, *, hits: bool) -> Floats:
    """Return what all fields together say of each lead's target, by histogram boosting.

    Parameters
    ----------
    inputs : Inputs
        The fields.
    target : ndarray of shape (n,)
        What is to be told.
    fold : ndarray of int, shape (n,)
        Each lead is told by the model of the other folds.
    hits : bool
        Whether the target is 0 or 1 and probabilities are wanted.
    """
    # half a second to load, and only reports and cards need it
    from sklearn.ensemble import (  # noqa: PLC0415
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
    )

    codes = [at for at in inputs.categorical if _levels(inputs.x[:, at]) <= _LEVELS]
    kind = HistGradientBoostingClassifier if hits else HistGradientBoostingRegressor
    told = np.zeros(len(target))
    for one in np.unique(fold):
        seen = fold != one
        model = kind(
            max_iter=_ROUNDS,
            max_leaf_nodes=8,
            early_stopping=False,
            categorical_features=codes or None,
            random_state=0,
        )
        model.fit(inputs.x[seen], target[seen])
        ahead = inputs.x[~seen]
        told[~seen] = model.predict_proba(ahead)[:, 1] if hits else model.predict(ahead)
    return told


def told_alone(inputs: Inputs, place: int, target: Floats, fold: Places) -> Floats:
    """Return what one field alone says of each lead's target: the mean over others of its bin.

    Parameters
    ----------
    inputs : Inputs
        The fields.
    place : int
        The field's column; numbers are cut into 20 bins, categories and missing have their own.
    target : ndarray of shape (n,)
        What is to be told.
    fold : ndarray of int, shape (n,)
        The mean is taken over the other folds.
    """
    bins = _bins(inputs.x[:, place], codes=place in inputs.categorical)
    told = np.zeros(len(target))
    for one in np.unique(fold):
        seen = fold != one
        count = np.bincount(bins[seen], minlength=bins.max() + 1)
        total = np.bincount(bins[seen], target[seen], minlength=bins.max() + 1)
        means = (total + _SHRINK * target[seen].mean()) / (count + _SHRINK)
        told[~seen] = means[bins[~seen]]
    return told


def _bins(values: NDArray[np.float32], *, codes: bool) -> Places:
    known = np.isfinite(values)
    edges = np.unique(values[known])
    if not codes and len(edges) > _BINS:
        shares = np.arange(_BINS) / _BINS
        edges = np.unique(np.quantile(values[known], shares, method="lower"))
    # bin 0 is for missing values
    return np.where(known, np.searchsorted(edges, values, side="right"), 0).astype(np.intp)


def _levels(values: NDArray[np.float32]) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) + 1 if len(known) else 0.0
