"""Averages of the label by group, written into the file as if they had been known before."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.columns import Column
from leadscore.audit.evidence.charge import Charge
from leadscore.audit.findings import Evidence
from leadscore.audit.lone import Lone

__all__ = ["group_average", "own_rate"]

_FEWEST_GROUPS, _FEWEST_ROWS, _MOST_GROUPS = 6, 5, 5_000
#: How far from the groups' means the values may lie, as a share of how far those lie apart.
_OFF = 0.1
#: A rate that comes true: on levels of the column, wide apart, each of so many leads.
_LEVELS, _FEWEST_LEVELS, _FEWEST_AT_LEVEL = 20, 3, 25
_WIDE, _SLACK, _TELLS, _SHARP, _STEEP = 0.25, 0.03, 0.65, 0.04, 1.3
#: Per cent, and no mere count, is what reaches this far.
_PERCENT = 50.0
#: How many successes must be missing where the rate is zero.
_EXPECTED = 10.0


def group_average(column: Column, said: Lone, others: tuple[Column, ...]) -> Iterator[Charge]:
    """Yield the charge that the column is the label's mean over the groups of another column."""
    rates = _rates(column)
    if rates is None or not said.telling:
        return
    top = said.cut.top
    for other in others:
        if other.name == column.name or not _FEWEST_GROUPS <= len(other.texts) <= _MOST_GROUPS:
            continue
        if _is_mean(rates, other.codes, said.cut.better):
            yield Charge(
                evidence=Evidence(
                    kind="group_average",
                    value=said.auc,
                    words=f"is the share of leads with {top} among those of the same {other.name}, "
                    "this lead's own outcome included",
                ),
                verdict="leak",
                why=f"the average outcome by {other.name}, made from the outcomes themselves",
            )
            return


def own_rate(column: Column, said: Lone) -> Iterator[Charge]:
    """Yield the charge that the column is a rate of success that this lead's success is part of.

    The group need not be in the file: such a rate comes true to the letter, and where it is zero
    nobody ever succeeds.
    """
    rates = _rates(column)
    if rates is None or not said.telling or said.auc < _TELLS:
        return
    if not _comes_true(rates, said.cut.better):
        return
    base = float(said.cut.better.mean())
    none = rates == 0
    never = not said.cut.better[none].any() and none.sum() * base >= _EXPECTED
    yield Charge(
        evidence=Evidence(
            kind="own_rate",
            value=said.auc,
            words=f"reads as a share, and that share of the leads with it has {said.cut.top}"
            + (f"; of the {int(none.sum()):,} leads at 0, none" if never else ""),
        ),
        verdict="leak" if never else "ask",
        why="a rate of success made from the outcomes themselves",
    )


def _rates(column: Column) -> NDArray[np.float64] | None:
    """Return the values as shares, of one or of a hundred; None where they cannot be."""
    if column.numbers is None or not np.isfinite(column.numbers).any():
        return None
    low, high = float(np.nanmin(column.numbers)), float(np.nanmax(column.numbers))
    if low < 0 or low == high or high > 100 or 1 < high < _PERCENT:
        return None
    return column.numbers / (1 if high <= 1 else 100)


def _comes_true(rates: NDArray[np.float64], better: NDArray[np.bool_]) -> bool:
    """Tell whether, level by level, the share of better leads is what the column says."""
    there = np.isfinite(rates)
    edges = np.quantile(rates[there], np.linspace(0, 1, _LEVELS + 1))
    level = np.searchsorted(np.unique(edges), rates[there], side="right")
    size = np.bincount(level)
    kept = size >= _FEWEST_AT_LEVEL
    if kept.sum() < _FEWEST_LEVELS:
        return False
    count = np.maximum(size, 1)
    said = (np.bincount(level, weights=rates[there]) / count)[kept]
    true = (np.bincount(level, weights=better[there]) / count)[kept]
    error = np.sqrt(np.maximum(said * (1 - said), 0.01) / count[kept])
    wide = min(float(np.ptp(true)), float(np.ptp(said))) >= _WIDE
    return (
        wide
        and float(np.median(error)) <= _SHARP
        and bool((np.abs(said - true) <= 3 * error + _SLACK).all())
        and 1 / _STEEP <= float(np.polyfit(said, true, 1, w=1 / error)[0]) <= _STEEP
    )


def _is_mean(
    values: NDArray[np.float64], groups: NDArray[np.intp], better: NDArray[np.bool_]
) -> bool:
    there = (groups >= 0) & np.isfinite(values)
    sizes = np.bincount(groups[there])
    large = sizes >= _FEWEST_ROWS
    if large.sum() < _FEWEST_GROUPS or sizes[large].sum() < 0.5 * len(values):
        return False
    count = np.maximum(sizes, 1)
    means = np.bincount(groups[there], weights=better[there]) / count
    said = np.bincount(groups[there], weights=values[there]) / count
    spread = float(means[large].std())
    # the mean of the other rows of a group is off by the row's own label: one over the size
    allowed = _OFF * spread + 1.5 / count[groups[there]]
    close = np.abs(values[there] - means[groups[there]]) <= allowed
    agree = np.corrcoef(said[large], means[large])[0, 1] if said[large].std() else 0.0
    near = np.abs(said[large] - means[large]).mean() <= _OFF * spread
    return bool(spread > 0 and agree > 0.98 and near and close[large[groups[there]]].mean() > 0.95)
