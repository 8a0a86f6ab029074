"""How each group is treated, and what came true of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from leadscore.measure.fairness.groups import Groups
from leadscore.measure.fairness.record import FourFifths, GroupRow
from leadscore.measure.fairness.shares import LEVEL, gap, ratio, share
from leadscore.measure.metrics import Number

__all__ = ["ENOUGH", "Treated", "at_level", "four_fifths", "group_rows", "pairs_of"]

Mask = NDArray[np.bool_]

#: With fewer leads a group has its intervals and no verdict.
ENOUGH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """What a model said of leads, and what came true.

    Parameters
    ----------
    tier : ndarray of int, shape (n,)
        The stated tier's place, lowest first.
    tiers : tuple of str
        The tiers' names.
    said : ndarray of shape (n,)
        The stated probability of the target (of converting; of the top class).
    hits : ndarray of bool, shape (n,)
        Whether the lead is of the target.
    """

    tier: NDArray[np.intp]
    tiers: tuple[str, ...]
    said: NDArray[np.float64]
    hits: Mask

    @property
    def top(self) -> Mask:
        """The leads that are stated the top tier."""
        return np.asarray(self.tier == len(self.tiers) - 1)

    def take(self, rows: Mask) -> "Treated":
        """Return what is known of the leads at `rows`."""
        return replace(self, tier=self.tier[rows], said=self.said[rows], hits=self.hits[rows])


def group_rows(treated: Treated, groups: Groups, *, level: float = LEVEL) -> tuple[GroupRow, ...]:
    """Return a row for each group.

    Parameters
    ----------
    treated : Treated
        What was said of the leads and came true.
    groups : Groups
        Their groups.
    level : float
        The level of all intervals.
    """
    here = [treated.take(groups.member == at) for at in range(len(groups.names))]
    base = groups.reference
    return tuple(
        _row(name, one, None if at == base else here[base], level)
        for at, (name, one) in enumerate(zip(groups.names, here, strict=True))
    )


def four_fifths(rows: tuple[GroupRow, ...], *, comparisons: int) -> FourFifths | None:
    """Return the lowest rate of the top tier over the highest, among groups with enough leads.

    The yardstick is the four-fifths rule of the EEOC's Uniform Guidelines (1978), 29 CFR
    1607.4(D): a selection rate below four fifths of the highest group's is generally taken for
    evidence of adverse impact, unless the numbers are too small to tell.

    Parameters
    ----------
    rows : tuple of GroupRow
        The groups.
    comparisons : int
        How many pairs the lowest and the highest were chosen from (see `pairs_of`); the interval
        allows for all of them (Bonferroni).
    """
    judged = [row for row in rows if row.n >= ENOUGH]
    if len(judged) < 2:
        return None
    lowest, highest = (pick(judged, key=_rate) for pick in (min, max))
    if lowest is highest:
        highest = judged[1]
    level = at_level(comparisons)
    return FourFifths(
        lowest=lowest.name,
        highest=highest.name,
        ratio=ratio(_top(lowest), _top(highest), level=level),
        came_ratio=ratio((lowest.positives, lowest.n), (highest.positives, highest.n), level=level),
    )


def pairs_of(groups: Groups) -> int:
    """Return how many pairs of groups have enough leads to be compared."""
    return len(list(combinations(np.flatnonzero(groups.sizes >= ENOUGH), 2)))


def at_level(comparisons: int) -> float:
    """Return the level at which all of so many intervals hold together (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(comparisons, 1)


def _row(name: str, one: Treated, base: Treated | None, level: float) -> GroupRow:
    def against(pick: Callable[[Treated], Mask]) -> Number:
        if base is None:
            return {"value": 1.0, "low": None, "high": None}
        return ratio(_counts(pick(one)), _counts(pick(base)), level=level)

    return GroupRow(
        name=name,
        n=len(one.hits),
        reference=base is None,
        top=share(*_counts(one.top), level=level),
        top_ratio=against(lambda treated: treated.top),
        better=share(*_counts(one.tier > 0), level=level),
        better_ratio=against(lambda treated: treated.tier > 0),
        said=float(one.said.mean()),
        came=share(*_counts(one.hits), level=level),
        came_ratio=against(lambda treated: treated.hits),
        gap=gap(one.hits, one.said, level=level),
        positives=int(one.hits.sum()),
        recall=share(*_counts(one.top[one.hits]), level=level),
        recall_ratio=against(lambda treated: treated.top[treated.hits]),
    )


def _counts(hits: Mask) -> tuple[int, int]:
    return int(hits.sum()), len(hits)


def _rate(row: GroupRow) -> float:
    return row.top["value"] or 0.0


def _top(row: GroupRow) -> tuple[int, int]:
    return round(_rate(row) * row.n), row.n
