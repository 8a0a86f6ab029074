"""What becomes of leads: outcomes, when and for how much, and what happens after the scoring.

Assumed: how long a deal takes (half close within about 25 days of the scoring, all within the
horizon), that two thirds of the others are closed as lost and the rest fall silent, the reasons,
and what people do meanwhile. A deal's value is the fee: 2.6 % (assumed) of a price around the HMDA
sample's median property value of 345,000 USD, more for some types and for larger incomes (assumed).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.world.funnel.calendar import DAY, HORIZON_DAYS, SCORED_AFTER
from leadscore.world.funnel.people import People
from leadscore.world.funnel.tracks import FLAGS, During, Track, scatter

__all__ = ["REASONS", "Fate", "draw_after", "draw_fate"]

Numbers = NDArray[np.float64]

#: Why a lead was lost, as the sellers note it.
REASONS = ("no answer", "not ready", "financing fell through", "bought elsewhere", "no real wish")
_REASON_SHARES = (0.34, 0.27, 0.12, 0.17, 0.10)
_CLOSED_SHARE = 0.65
_FEE, _PRICE_MEDIAN, _PRICE_SIGMA, _USUAL_INCOME = 0.026, 345_000, 0.45, 110_000
_PRICES = {"condo": 0.8, "multi_family": 1.6, "vacation": 0.9, "land": 0.5, "commercial": 2.4}
#: The longest that an outcome can take after the scoring, in days.
_LONGEST = HORIZON_DAYS - SCORED_AFTER / DAY
#: How long leads and sellers go on after the scoring, and customers after the deal.
_GOES_ON, _STAYS = 60 * DAY, 120 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of the leads, whether or not the world knows it by its end.

    Parameters
    ----------
    converted : ndarray of bool of shape (n,)
        Whether the lead converts within the horizon.
    closed : ndarray of bool of shape (n,)
        Whether it is ever closed: converted, or noted as lost. The others fall silent.
    at : ndarray of int64 of shape (n,)
        When it is closed, in seconds since 1970-01-01 UTC; the end of the horizon if never.
    value : ndarray of shape (n,)
        The fee in USD, NaN for those who do not convert.
    reason : ndarray of int64 of shape (n,)
        The place in `REASONS` of why a lead was lost, -1 for all but those.
    """

    converted: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    at: NDArray[np.int64]
    value: Numbers
    reason: NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence["Fate"]) -> "Fate":
        """Return the parts as one."""
        return cls(
            converted=np.concatenate([part.converted for part in parts]),
            closed=np.concatenate([part.closed for part in parts]),
            at=np.concatenate([part.at for part in parts]),
            value=np.concatenate([part.value for part in parts]),
            reason=np.concatenate([part.reason for part in parts]),
        )


def draw_fate(rng: np.random.Generator, people: People, *, chance: Numbers) -> Fate:
    """Draw what becomes of the leads, each converting with its own chance.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    people : People
        The leads.
    chance : ndarray of shape (n,)
        Their exact probabilities.
    """
    n = people.n
    converted = rng.random(n) < chance
    closed = converted | (rng.random(n) < _CLOSED_SHARE)
    scored = people.created + SCORED_AFTER
    days = np.where(closed, _days(rng, converted), _LONGEST)
    reason = rng.choice(len(REASONS), size=n, p=_REASON_SHARES)
    return Fate(
        converted=converted,
        closed=closed,
        at=scored + (days * DAY).astype(np.int64),
        value=np.where(converted, _fees(rng, people), np.nan),
        reason=np.where(closed & ~converted, reason, -1),
    )


def draw_after(rng: np.random.Generator, people: People, *, fate: Fate, guess: Numbers) -> Track:
    """Draw the events after the scoring: winners do more before the deal, and much more after it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    people : People
        The leads.
    fate : Fate
        What becomes of them.
    guess : ndarray of shape (n,)
        How good they look to their sellers.

    Returns
    -------
    Track
        Events, each at least a second after `as_of`.
    """
    start = people.created + SCORED_AFTER + 1
    until = np.minimum(fate.at, start + _GOES_ON) - start
    before_deal = During(start=start, span=until, bend=1.6)
    since_deal = During(start=fate.at + 1, span=np.full(people.n, _STAYS, dtype=np.int64))
    keen = np.exp(0.35 * people.hidden["keen"])
    won = fate.converted.astype(np.float64)
    parts = []
    for kind, usual, before, after in _DOINGS:
        drive = np.exp(0.35 * guess) if kind == "contact_attempt" else keen
        mean = usual * drive + before * won
        parts.append(scatter(rng, kind, means=mean, during=before_deal))
        parts.append(scatter(rng, kind, means=after * won, during=since_deal))
    for name in FLAGS:
        later = (rng.random(people.n) < np.where(fate.converted, 0.5, 0.06)).astype(np.float64)
        parts.append(scatter(rng, name, means=later, during=before_deal))
    return Track.joined(parts)


#: For each kind: the usual number after the scoring, how many more winners have before the deal,
#: and how many they have after it.
_DOINGS = (
    ("website_visit", 3.0, 4.0, 6.0),
    ("property_view", 1.8, 3.0, 1.5),
    ("email_open", 2.2, 1.5, 6.0),
    ("contact_attempt", 1.4, 2.0, 1.5),
)


def _days(rng: np.random.Generator, converted: NDArray[np.bool_]) -> Numbers:
    """Draw the days from the scoring to the closing; a long tail is folded into the last weeks."""
    n = len(converted)
    median = np.where(converted, 25.0, 30.0)
    days = 0.2 + median * np.exp(0.75 * rng.standard_normal(n))
    late = rng.uniform(_LONGEST / 2, _LONGEST, size=n)
    return np.where(days < _LONGEST, days, late)


def _fees(rng: np.random.Generator, people: People) -> Numbers:
    """Draw the fees in USD, lognormal around what type and income suggest."""
    income = people.numbers["income"]
    rich = np.where(np.isnan(income), 1.0, (income / _USUAL_INCOME) ** 0.4)
    kind = np.ones(people.n)
    for name, times in _PRICES.items():
        kind = np.where(people.texts["property_type"] == name, times, kind)
    spread = np.exp(_PRICE_SIGMA * rng.standard_normal(people.n))
    return np.round(_FEE * _PRICE_MEDIAN * kind * rich * spread, -1)
