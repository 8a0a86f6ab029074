"""Identifiers and row numbers that carry the outcome, or the order that it came in."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.columns import Column
from leadscore.audit.evidence.charge import Charge
from leadscore.audit.findings import Evidence
from leadscore.audit.lone import Lone, numbers_within
from leadscore.leads.guess.names import looks_like_id

__all__ = ["looks_numbered", "ordered_id"]

#: Values drawn at random would repeat so often, at least, where ids never do.
_REPEATS = 10.0
_FEWEST = 30
#: An id that runs with the rows or with time carries nothing but time.
_RUNS_WITH = 0.9
_ASKED, _SURE = 0.58, 0.7


def looks_numbered(column: Column) -> bool:
    """Tell whether the column numbers its rows: each value once, closer than chance allows."""
    if int(column.filled.sum()) < _FEWEST or column.uniqueness < 1:
        return False
    if column.seconds is not None:
        return False
    if column.numbers is None:
        return looks_like_id(column.name) or bool(np.isfinite(numbers_within(column)).all())
    values = np.sort(column.numbers[np.isfinite(column.numbers)])
    if not len(values) or (values != np.floor(values)).any():
        return False
    gap = float(np.median(np.diff(values)))
    return looks_like_id(column.name) or len(values) / (2 * max(gap, 1.0)) >= _REPEATS


def ordered_id(
    column: Column, said: Lone, order: NDArray[np.float64], what: str
) -> Iterator[Charge]:
    """Yield the charge that an id tells how leads ended.

    Parameters
    ----------
    column : Column
        The column.
    said : Lone
        What it says by itself.
    order : ndarray of float64 of shape (n,)
        When the leads came in, or the rows' own order.
    what : str
        What that order is called.
    """
    if not looks_numbered(column) or not said.telling or said.auc < _ASKED:
        return
    values = column.numbers if column.numbers is not None else numbers_within(column)
    along = abs(_rank_correlation(values, order))
    if along >= _RUNS_WITH:
        if column.role == "feature":
            yield _charge(said, f"runs with {what}", "ask")
        return
    yield _charge(said, f"not by {what}", "leak" if said.auc >= _SURE else "ask")


def _charge(said: Lone, how: str, verdict: str) -> Charge:
    return Charge(
        evidence=Evidence(
            kind="ordered_id",
            value=said.auc,
            words=f"numbers the leads ({how}) and yet tells how they ended: AUC {said.auc:.3f}",
        ),
        verdict="leak" if verdict == "leak" else "ask",
        why="an identifier whose order tells the outcome",
    )


def _rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    there = np.isfinite(one) & np.isfinite(other)
    if there.sum() < _FEWEST:
        return 0.0
    ranks = [np.argsort(np.argsort(values[there])).astype(float) for values in (one, other)]
    return float(np.corrcoef(ranks)[0, 1])
