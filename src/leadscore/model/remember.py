"""Keeping the reference leads: their margins, and what came of them."""

import numpy as np
from numpy.typing import NDArray

from leadscore.model.reference import Observed, Reference
from leadscore.model.tables import Axis

__all__ = ["fit_reference"]

Floats = NDArray[np.float64]
_QUANTILES = 2001
_GROUP = 200
_GROUPS = 50
_FIELD_CELLS = 10


def fit_reference(
    margin: Floats,
    x: NDArray[np.float32],
    *,
    converted: NDArray[np.bool_] | None = None,
    levels: tuple[int, ...] = (),
) -> Reference:
    """Return what to remember of the reference leads.

    Parameters
    ----------
    margin : ndarray of shape (n,)
        Their held-out margins.
    x : ndarray of shape (n, fields)
        The encoded leads.
    converted : ndarray of shape (n,), optional
        For outcome models: which of them converted.
    levels : tuple of int
        For each field the number of its category levels, 0 for a number; empty where all are
        numbers.
    """
    shares = np.linspace(0, 1, min(_QUANTILES, len(margin)))
    # interpolation may lose a last bit, and a percentile that falls is none
    quantiles = np.maximum.accumulate(np.quantile(margin, shares))
    if converted is None:
        none = np.array([], dtype=np.float64)
        return Reference(
            margins=quantiles, n=len(margin), likeness=none, intervals=none.reshape(0, 2)
        )
    groups = int(np.clip(len(margin) // _GROUP, 1, _GROUPS))
    likeness = np.unique(np.quantile(margin, np.arange(1, groups) / groups))
    likeness = likeness[likeness > margin.min()]
    similar = _observe(
        np.searchsorted(likeness, margin, side="right"), converted, len(likeness) + 1
    )
    sizes = levels or (0,) * x.shape[1]
    axes = tuple(_axis(x[:, i], sizes[i]) for i in range(x.shape[1]))
    return Reference(
        margins=quantiles,
        n=len(margin),
        likeness=likeness,
        similar=similar,
        intervals=_exact_intervals(similar),
        axes=axes,
        fields=tuple(
            _observe(axis.places(x[:, i]), converted, axis.cells) for i, axis in enumerate(axes)
        ),
    )


def _axis(values: NDArray[np.float32], levels: int) -> Axis:
    if levels:
        return Axis(edges=np.array([], np.float32), levels=levels)
    known, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(known) <= _FIELD_CELLS:
        return Axis(edges=known[1:])
    shares = np.arange(1, _FIELD_CELLS) / _FIELD_CELLS
    tenths = known[np.searchsorted(np.cumsum(counts), shares * counts.sum())]
    # A value that many leads have is a group alone: what came of those with none says nothing
    # about those with some.
    often = np.flatnonzero(counts[:-1] >= counts.sum() / _FIELD_CELLS)
    edges = np.unique(np.concatenate([tenths, known[often], known[often + 1]]))
    return Axis(edges=edges[edges > known[0]])


def _observe(cells: NDArray[np.intp], converted: NDArray[np.bool_], size: int) -> Observed:
    return Observed(
        n=np.bincount(cells, minlength=size),
        converted=np.bincount(cells[converted], minlength=size),
    )


def _exact_intervals(seen: Observed) -> Floats:
    from scipy.stats import beta  # noqa: PLC0415 - only fitting needs it

    k, n = seen.converted.astype(np.float64), seen.n.astype(np.float64)
    low = np.where(k > 0, beta.ppf(0.025, np.maximum(k, 1), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(0.975, k + 1, np.maximum(n - k, 1)), 1.0)
    return np.stack([low, high], axis=1)
