"""What a backtest found, as plain data, as JSON and in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.measure.backtest.calls import Arrivals, Policy
from leadscore.measure.charts.formats import count, decimal
from leadscore.measure.fairness.shares import share
from leadscore.measure.metrics import Number
from leadscore.measure.warn import Warn

__all__ = [
    "Backtest",
    "Headline",
    "Period",
    "PolicyFigures",
    "headline",
    "not_beaten",
    "periods",
]

Verdict = Literal["better", "no_better_than_newest_first", "no_better_than_random", "all_called"]
#: From this share of the replayed leads called, the order hardly matters.
_ALL = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The backtest's answer in a sentence, what kind of answer it is, and its number."""

    verdict: Verdict
    number: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was said of the leads of one period, and what came true.

    Parameters
    ----------
    name : str
        What it is called.
    n, converted : int
        How many leads came, and how many of them converted.
    came : Number
        The share converted, with its exact 95 % interval.
    said : mapping of str to float
        By policy: the mean probability of converting that it stated.
    called, reached : mapping of str to int
        By policy: how many of these leads it called, and how many of those converted.
    """

    name: str
    n: int
    converted: int
    came: Number
    said: Mapping[str, float]
    called: Mapping[str, int]
    reached: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFigures:
    """A policy and its figures; `ahead` are the model's conversions less its own."""

    key: str
    name: str
    kind: Literal["model", "variant", "recipe", "baseline"]
    figures: Mapping[str, Number] = field(default_factory=dict)
    ahead: Number | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a backtest found.

    Parameters
    ----------
    name : str
        Where the leads are from.
    recipe : str
        The recipe of the model.
    target : str
        What the leads that count are called, in the plural.
    calls_per_day, queue_days, days : int
        The team's calls, how long a lead waits, and how many days were replayed.
    leads, conversions, trained_on : int
        How many leads were replayed, how many of them converted, how many the model learned from.
    unit : str
        What a period is: month, week or block.
    drawn : str
        What the intervals are over: weeks or leads.
    headline : Headline
        The answer.
    policies : tuple of PolicyFigures
        The model first.
    periods : tuple of Period
        In time order.
    random_split : mapping of str to Number
        The figures that a random split of the same file would have given.
    recalibrations : tuple of mapping
        By period: the record of the recalibration in use.
    retrained : tuple of str
        The periods at whose beginning a model was trained anew.
    assumptions : tuple of str
        What was taken for granted.
    warnings : tuple of Warn
        What could fool the reader.
    called : mapping of str to ndarray of shape (rows,)
        By policy: the day on which each row of the file was called; the least possible number
        where it was not.
    replayed : ndarray of bool of shape (rows,)
        Which rows of the file were replayed.
    """

    name: str
    recipe: str
    target: str
    calls_per_day: int
    queue_days: int
    days: int
    leads: int
    conversions: int
    trained_on: int
    unit: str
    drawn: str
    headline: Headline
    policies: tuple[PolicyFigures, ...]
    periods: tuple[Period, ...]
    random_split: Mapping[str, Number]
    recalibrations: tuple[Mapping[str, object], ...]
    retrained: tuple[str, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[Warn, ...]
    called: Mapping[str, NDArray[np.int64]]
    replayed: NDArray[np.bool_]

    def policy(self, key: str) -> PolicyFigures:
        """Return the policy called `key`.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {one.key: one for one in self.policies}[key]

    def to_json(self) -> dict[str, object]:
        """Return all but the single calls as JSON values."""
        return {
            "headline": self.headline.sentence,
            "verdict": self.headline.verdict,
            "not_beaten": [one.key for one in not_beaten(self.policies)],
            "recipe": self.recipe,
            "calls_per_day": self.calls_per_day,
            "queue_days": self.queue_days,
            "days": self.days,
            "leads": self.leads,
            "conversions": self.conversions,
            "trained_on": self.trained_on,
            "period": self.unit,
            "interval": f"95 %, {self.drawn} drawn with replacement",
            "periods": [_period_json(one) for one in self.periods],
            "policies": {one.key: _policy_json(one) for one in self.policies},
            "random_split": dict(self.random_split),
            "recalibrations": [dict(one) for one in self.recalibrations],
            "retrained": list(self.retrained),
            "assumptions": list(self.assumptions),
            "warnings": [{"words": one.words, "advice": one.advice} for one in self.warnings],
        }


def headline(
    policies: Sequence[PolicyFigures], *, calls: int, conversions: int, leads: int, target: str
) -> Headline:
    """Return the answer: how much the model reaches, and of what it is surely better.

    Parameters
    ----------
    policies : sequence of PolicyFigures
        The model first.
    calls : int
        Calls a day.
    conversions, leads : int
        How many there were in the replay.
    target : str
        What the leads that count are called.
    """
    model = policies[0].figures
    lift, reached = model["lift"], model["conversions"]["value"] or 0.0
    times = _times(lift)
    told = (
        f"at {count(calls)} calls a day the model would have reached {count(reached)} of "
        f"{count(conversions)} {target}, {times} a random order"
    )
    if (model["called"]["value"] or 0.0) >= _ALL * leads:
        return Headline(
            verdict="all_called",
            number="1.0\u00a0×",
            sentence=f"At {count(calls)} calls a day every lead is called, so no order can help: "
            "ask again with fewer calls a day.",
        )
    number = f"{decimal(lift['value'] or 0.0, digits=1)}\u00a0×"
    newest = next((one for one in policies if one.key == "newest_first" and one.ahead), None)
    if newest and newest.ahead and (newest.ahead["low"] or 0.0) <= 0:
        theirs = newest.figures["conversions"]["value"] or 0.0
        return Headline(
            verdict="no_better_than_newest_first",
            number=number,
            sentence=f"No better than newest first, which reaches {count(theirs)}: {told}.",
        )
    if (lift["low"] or 0.0) <= 1:
        return Headline(
            verdict="no_better_than_random",
            number=number,
            sentence=f"No better than a random order: {told}.",
        )
    return Headline(verdict="better", number=number, sentence=f"{told[0].upper()}{told[1:]}.")


def not_beaten(policies: Sequence[PolicyFigures]) -> tuple[PolicyFigures, ...]:
    """Return the baselines that the model is not surely better than, at these calls."""
    return tuple(
        one
        for one in policies
        if one.kind == "baseline" and one.ahead and (one.ahead["low"] or 0.0) <= 0
    )


def periods(
    policies: Sequence[Policy],
    called: Mapping[str, NDArray[np.bool_]],
    arrivals: Arrivals,
    *,
    names: Sequence[str],
) -> tuple[Period, ...]:
    """Return what was said and what came true, period by period; empty ones are left out.

    Parameters
    ----------
    policies : sequence of Policy
        The policies.
    called : mapping of str to ndarray of bool of shape (m,)
        By policy: which of the replayed leads it called.
    arrivals : Arrivals
        The replayed leads.
    names : sequence of str
        The periods' names.
    """
    found, rows, hits = [], arrivals.rows, arrivals.hits
    for place, name in enumerate(names):
        here = arrivals.period == place
        n, true = int(here.sum()), int(hits[here].sum())
        if not n:
            continue
        found.append(
            Period(
                name=name,
                n=n,
                converted=true,
                came=share(true, n),
                said={
                    one.key: float(one.probabilities[rows[here], -1].mean())
                    for one in policies
                    if one.probabilities is not None
                },
                called={key: int(one[here].sum()) for key, one in called.items()},
                reached={key: int((one & hits)[here].sum()) for key, one in called.items()},
            )
        )
    return tuple(found)


def _times(lift: Number) -> str:
    value, low, high = lift["value"], lift["low"], lift["high"]
    if value is None:
        return "0 times"
    words = f"{decimal(value, digits=1)} times"
    if low is None or high is None:
        return words
    return f"{words} ({decimal(low, digits=1)}–{decimal(high, digits=1)})"


def _period_json(one: Period) -> dict[str, object]:
    return {
        "name": one.name,
        "leads": one.n,
        "conversions": one.converted,
        "came_true": dict(one.came),
        "said": dict(one.said),
        "called": dict(one.called),
        "reached": dict(one.reached),
    }


def _policy_json(one: PolicyFigures) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind,
        **one.figures,
        "model_ahead": one.ahead,
        "reason": one.reason,
    }
