"""What a policy was worth, each figure with an interval over the same draws of weeks or leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.measure.backtest.calls import Arrivals, Policy
from leadscore.measure.metrics import BOUNDS, Number
from leadscore.measure.weighted import (
    Floats,
    Ranking,
    Rows,
    bin_gaps,
    prepare,
    ranking,
    ranking_figures,
)

__all__ = ["FIGURES", "Called", "Judged", "judge", "units"]

#: The figures of a policy, in order.
FIGURES = (
    "conversions",
    "called",
    "precision",
    "lift",
    "auc",
    "auc_within",
    "log_loss",
    "ece",
)

#: With so many weeks or more, weeks are drawn and not leads: leads of one week are alike.
_WEEKS = 20
#: A period with fewer converted or other leads has no AUC of its own.
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A policy, and which of the replayed leads it called.

    Parameters
    ----------
    policy : Policy
        The policy; its arrays are over all leads.
    called : ndarray of bool of shape (m,)
        Whether each replayed lead was called.
    """

    policy: Policy
    called: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The figures of all policies, and how many more conversions the first reaches.

    Parameters
    ----------
    figures : mapping of str to mapping of str to Number
        By the policy's key, then by the figure's name.
    ahead : mapping of str to Number
        By key: the first policy's conversions less this one's, on the same leads.
    drawn : {"weeks", "leads"}
        What the intervals are over.
    """

    figures: Mapping[str, Mapping[str, Number]]
    ahead: Mapping[str, Number]
    drawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    called: NDArray[np.bool_]
    rows: Rows | None
    ranking: Ranking
    within: tuple[tuple[NDArray[np.intp], Ranking], ...]


def units(week: NDArray[np.intp]) -> tuple[str, NDArray[np.intp]]:
    """Return what to draw for intervals, and each lead's unit, counted from 0.

    Parameters
    ----------
    week : ndarray of shape (m,)
        The week that each replayed lead came in.
    """
    found, place = np.unique(week, return_inverse=True)
    if len(found) >= _WEEKS:
        return "weeks", place.astype(np.intp)
    return "leads", np.arange(len(week), dtype=np.intp)


def judge(
    policies: Sequence[Called], arrivals: Arrivals, *, boot: int = 500, seed: int = 0
) -> Judged:
    """Measure policies on the replayed leads, all on the same bootstrap draws.

    Parameters
    ----------
    policies : sequence of Called
        The policies; the first is the one that the others are compared with.
    arrivals : Arrivals
        The leads.
    boot, seed : int
        The number of draws and their seed.

    Notes
    -----
    * `lift` is the share converted among the called over the share among all replayed leads:
      calling at random has 1.
    * `auc` is over all replayed leads, `auc_within` the mean of the periods' own: the first
      also rewards knowing that one month is better than another.
    * `log_loss` and `ece` are of the probability that was said when the lead came.
    * Intervals are 95 % percentile intervals; weeks are drawn whole where there are 20 or more.
    """
    hits = arrivals.hits
    ready = [_prepared(one, arrivals) for one in policies]
    drawn, unit = units(arrivals.week)

    def figures(weights: Floats) -> Floats:
        found = np.stack([_figures(one, hits, weights) for one in ready])
        return np.concatenate([found.ravel(), found[0, 0] - found[:, 0]])

    count = int(unit.max()) + 1
    rng = np.random.default_rng(seed)
    value = figures(np.ones(len(hits)))
    draws = np.stack(
        [
            figures(np.bincount(rng.integers(0, count, count), minlength=count)[unit].astype(float))
            for _ in range(boot)
        ]
    )
    numbers = [_number(value[j], draws[:, j]) for j in range(len(value))]
    width = len(FIGURES)
    return Judged(
        figures={
            one.policy.key: dict(zip(FIGURES, numbers[i * width :], strict=False))
            for i, one in enumerate(policies)
        },
        ahead={
            one.policy.key: numbers[len(policies) * width + i] for i, one in enumerate(policies)
        },
        drawn=drawn,
    )


def _prepared(one: Called, arrivals: Arrivals) -> _Prepared:
    rows, hits, period = arrivals.rows, arrivals.hits, arrivals.period
    told = one.policy.probabilities
    scores = _scores(one.policy, rows, period) if told is None else told[rows, -1]
    within = []
    for place in np.unique(period):
        here = np.flatnonzero(period == place)
        if min(hits[here].sum(), (~hits[here]).sum()) >= _FEWEST:
            within.append((here, ranking(hits[here], scores[here])))
    return _Prepared(
        called=one.called,
        rows=None
        if told is None
        else prepare(arrivals.labels, told[rows], top=arrivals.classes - 1),
        ranking=ranking(hits, scores),
        within=tuple(within),
    )


def _scores(policy: Policy, rows: NDArray[np.intp], period: NDArray[np.intp]) -> Floats:
    """Return each lead's score in the period that it came in."""
    found = np.empty(len(rows))
    for place in np.unique(period):
        here = period == place
        found[here] = policy.scores_in(int(place))[rows[here]]
    return found


def _figures(one: _Prepared, hits: NDArray[np.bool_], weights: Floats) -> Floats:
    called, reached = weights[one.called].sum(), weights[one.called & hits].sum()
    everyone, converted = weights.sum(), weights[hits].sum()
    precision = reached / called if called else np.nan
    lift = precision * everyone / converted if converted else np.nan
    loss, ece = np.nan, np.nan
    if one.rows is not None:
        loss = float(np.einsum("i,i->", one.rows.losses[0], weights)) / everyone
        ece = bin_gaps(one.rows.bin, weights * one.rows.gap) / everyone
    auc = ranking_figures(one.ranking, weights)[0]
    return np.array(
        [reached, called, precision, lift, auc, _within(one, weights), loss, ece], np.float64
    )


def _within(one: _Prepared, weights: Floats) -> float:
    found = [ranking_figures(ranked, weights[here])[0] for here, ranked in one.within]
    known = [auc for auc in found if not np.isnan(auc)]
    return float(np.mean(known)) if known else np.nan


def _number(value: float, draws: Floats) -> Number:
    known = draws[~np.isnan(draws)]
    if np.isnan(value) or not len(known):
        return {"value": None if np.isnan(value) else float(value), "low": None, "high": None}
    low, high = np.percentile(known, BOUNDS)
    # A draw has more noise than the sample, and ECE counts noise as error: its interval would
    # lie beside the value.
    return {
        "value": float(value),
        "low": float(min(low, value)),
        "high": float(max(high, value)),
    }
