"""One protected field, judged from every side."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field
from leadscore.measure.fairness.findings import Said, findings
from leadscore.measure.fairness.groups import Groups
from leadscore.measure.fairness.proxies import bought, proxies
from leadscore.measure.fairness.quick import Inputs
from leadscore.measure.fairness.rates import (
    Treated,
    at_level,
    four_fifths,
    group_rows,
    pairs_of,
)
from leadscore.measure.fairness.record import Fairness, FieldFairness, Flips

__all__ = ["Protected", "assess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A protected field of some leads.

    Parameters
    ----------
    field : Field
        The field.
    groups : Groups
        Which group each lead is in.
    numbers : ndarray of shape (n,), optional
        Its values where it is a number, NaN where missing.
    flips : Flips
        What a changed value does to tiers.
    others : Inputs
        The scored fields without it.
    itself : Inputs
        The field as one encoded column.
    """

    field: Field
    groups: Groups
    numbers: NDArray[np.float64] | None
    flips: Flips
    others: Inputs
    itself: Inputs


def assess(
    each: tuple[Protected, ...],
    treated: Treated,
    *,
    target: str,
    absent: tuple[str, ...] = (),
    seed: int = 0,
) -> Fairness:
    """Judge protected fields: rates, calibration and recall by group, proxies, and their worth.

    Tables have 95 % intervals that stand alone. Verdicts in words allow for every group of every
    field that is compared with a reference, and for every pair that a lowest and a highest rate
    are chosen from (Bonferroni), and are not given of groups with fewer than 100 leads.

    Parameters
    ----------
    each : tuple of Protected
        The fields.
    treated : Treated
        What was said of the leads, and what came true.
    target : str
        What is to be found, in the plural.
    absent : tuple of str
        The protected fields that the file lacks.
    seed : int
        Seed of the folds and draws.
    """
    comparisons = sum(len(one.groups.names) - 1 for one in each)
    pairs = sum(pairs_of(one.groups) for one in each)
    said = Said(top=treated.tiers[-1], target=target)
    fields = []
    for one in each:
        found = _figures(one, treated, pairs=pairs, seed=seed)
        sure = group_rows(treated, one.groups, level=at_level(comparisons))
        fields.append(replace(found, findings=findings(found, sure, said)))
    return Fairness(
        n=len(treated.hits),
        top=treated.tiers[-1],
        lowest=treated.tiers[0],
        target=target,
        fields=tuple(fields),
        absent=absent,
        comparisons=comparisons,
    )


def _figures(one: Protected, treated: Treated, *, pairs: int, seed: int) -> FieldFairness:
    rows = group_rows(treated, one.groups)
    return FieldFairness(
        field=one.field.name,
        words=one.field.words,
        scored=one.field.scored,
        waiver=one.field.waiver,
        groups=rows,
        four_fifths=four_fifths(rows, comparisons=pairs),
        flips=one.flips,
        proxies=proxies(one.others, one.groups, numbers=one.numbers, seed=seed),
        bought=bought(one.others, one.itself, treated.hits, seed=seed),
    )
