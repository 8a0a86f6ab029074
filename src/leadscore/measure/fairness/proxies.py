"""How well the scored fields tell a protected one, and what scoring it would have bought."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from leadscore.measure.fairness.groups import Groups
from leadscore.measure.fairness.quick import (
    WIDER,
    Inputs,
    folds_of,
    joined,
    sample,
    told_alone,
    told_together,
)
from leadscore.measure.fairness.rates import at_level
from leadscore.measure.fairness.record import Bought, Proxies, Telling
from leadscore.measure.fairness.shares import auc, rank_correlation
from leadscore.measure.metrics import Number, paired_difference, row_log_loss

__all__ = ["bought", "proxies"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

#: With fewer leads in two groups, or of the target and of the rest, nothing is fitted.
_FEWEST = 40
#: How many fields are named.
_NAMED = 5
_DRAWS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Something about the protected field that others may tell."""

    of: str
    wanted: Floats
    level: float

    def told(self, guess: Floats) -> Number:
        """Return how well `guess` tells it; for groups as AUC, else as rank correlation."""
        if self.of:
            return auc(self.wanted > 0, guess, level=self.level, wider=WIDER)
        return rank_correlation(guess, self.wanted, level=self.level, wider=WIDER)

    @property
    def nothing(self) -> float:
        """What telling nothing would give."""
        return 0.5 if self.of else 0.0


def proxies(
    inputs: Inputs, groups: Groups, *, numbers: Floats | None = None, seed: int = 0
) -> Proxies | None:
    """Say how well the fields tell a protected field, together and one by one.

    Parameters
    ----------
    inputs : Inputs
        The scored fields, without the protected one.
    groups : Groups
        Its groups; leads whose value is missing are left out.
    numbers : ndarray of shape (n,), optional
        Its values where it is a number: these are to be told then, and not the groups.
    seed : int
        Seed of the folds, and of the choice of leads where there are many.

    Returns
    -------
    Proxies or None
        Histogram boosting over all fields, and the mean over the bins of each field, both judged
        on folds that they had not seen. None with fewer than 40 leads in two groups, or no field.
    """
    rows = sample(np.flatnonzero(~groups.missing), seed=seed)
    targets = _of_groups(groups, rows) if numbers is None else _of_numbers(numbers[rows])
    if not targets or not inputs.fields:
        return None
    fold, here = folds_of(groups.member[rows], seed=seed), inputs.take(rows)
    together = [
        (one.told(told_together(here, one.wanted, fold, hits=False)), one.of) for one in targets
    ]
    best, of = max(together, key=lambda found: _value(found[0]))
    return Proxies(
        figure="rank correlation" if numbers is not None else "AUC",
        of=of,
        tells=best,
        n=len(rows),
        fields=_telling(here, targets, fold),
    )


def bought(
    without: Inputs, added: Inputs, hits: NDArray[np.bool_], *, seed: int = 0
) -> Bought | None:
    """Say what a field adds to the others, by histogram boosting on folds that it had not seen.

    Parameters
    ----------
    without : Inputs
        The other fields.
    added : Inputs
        The field.
    hits : ndarray of bool, shape (n,)
        Whether each lead is of the target.
    seed : int
        Seed of the folds, and of the choice of leads where there are many.

    Returns
    -------
    Bought or None
        None with fewer than 40 leads of the target or of the rest.
    """
    rows = sample(np.arange(len(hits)), seed=seed)
    here = hits[rows]
    if min(here.sum(), (~here).sum()) < _FEWEST:
        return None
    fold = folds_of(here.astype(np.intp), seed=seed)
    sides = [one.take(rows) for one in (without, joined(without, added))]
    before, after = (told_together(one, here.astype(np.float64), fold, hits=True) for one in sides)
    loss, less = (
        row_log_loss(here.astype(np.int64), np.column_stack([1 - p, p])) for p in (before, after)
    )
    change = paired_difference(less, loss, boot=_DRAWS, seed=seed)
    return Bought(
        n=len(rows),
        log_loss_without=float(loss.mean()),
        log_loss_with=float(less.mean()),
        difference={"value": change["value"], "low": change["low"], "high": change["high"]},
        auc_without=auc(here, before),
        auc_with=auc(here, after),
    )


def _of_groups(groups: Groups, rows: Places) -> list[_Target]:
    member = groups.member[rows]
    large = np.flatnonzero(np.bincount(member, minlength=len(groups.names)) >= _FEWEST)
    if len(large) < 2:
        return []
    # of two groups the one is told exactly as well as the other
    asked = large[1:] if len(set(member.tolist())) == 2 else large
    level = at_level(len(asked))
    return [
        _Target(of=groups.names[at], wanted=(member == at).astype(np.float64), level=level)
        for at in asked
    ]


def _of_numbers(values: Floats) -> list[_Target]:
    if len(values) < 2 * _FEWEST or np.ptp(values) == 0:
        return []
    return [_Target(of="", wanted=rankdata(values), level=at_level(1))]


def _telling(inputs: Inputs, targets: list[_Target], fold: Places) -> tuple[Telling, ...]:
    """Return the fields that tell most; those whose interval holds "nothing" are left out."""
    # so many fields are asked that chance alone would name some of them
    asked = at_level(len(targets) * len(inputs.fields))
    targets = [replace(one, level=asked) for one in targets]
    found = []
    for place, (name, words) in enumerate(inputs.fields):
        tells = [(one.told(told_alone(inputs, place, one.wanted, fold)), one) for one in targets]
        best, target = max(tells, key=lambda pair: _value(pair[0]))
        if best["low"] is not None and best["low"] > target.nothing:
            found.append(Telling(field=name, words=words, tells=best))
    found.sort(key=lambda one: -_value(one.tells))
    return tuple(found[:_NAMED])


def _value(number: Number) -> float:
    return -np.inf if number["value"] is None else number["value"]
