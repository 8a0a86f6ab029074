"""Warnings where a group is surely stated the top tier too seldom."""

from leadscore.measure.fairness.findings import plus_minus, surely_below
from leadscore.measure.fairness.record import Fairness, FieldFairness
from leadscore.measure.warn import Warn

__all__ = ["unequal"]


def unequal(found: Fairness | None) -> tuple[Warn, ...]:
    """Return a warning for each protected field with a ratio surely below four fifths.

    Parameters
    ----------
    found : Fairness, optional
        How groups of people are treated; None gives no warning.
    """
    if found is None:
        return ()
    warnings = (_warn(one, found.top) for one in found.fields)
    return tuple(one for one in warnings if one)


def _warn(one: FieldFairness, top: str) -> Warn | None:
    pair = one.four_fifths
    if pair is None or not surely_below(pair.ratio):
        return None
    return Warn(
        words=f"By {one.words}, {top} is stated for the group {pair.lowest} "
        f"{plus_minus(pair.ratio)} times as often as for the group {pair.highest}: surely below "
        "four fifths.",
        advice="See whether what came true parts the groups as much, and which fields tell them "
        "apart, before you act on the tiers. What law holds is a question for a lawyer.",
    )
