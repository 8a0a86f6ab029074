"""Who arrives: the fields that a lead shows about itself, and the hidden traits behind them.

The shares of sources, types of property and regions, the number of campaigns and how often a value
is missing are assumed. The median age of 42 years is that of investment buyers in NAR's survey of
2013 (a survey, quoted second-hand); its spread is assumed. 12 % of the leads look for a vacation
home, NAR's share of the purchases of 2016 (the same survey).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.world.funnel.calendar import SEASONS, season_of
from leadscore.world.funnel.purse import budgets, credit_scores, debts, incomes, traits

__all__ = ["SOURCES", "People", "draw_people"]

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]

#: The sources: their share before and after the drift, and how keen their leads are.
SOURCES: Mapping[str, tuple[float, float, float]] = {
    "web": (0.34, 0.29, 0.05),
    "portal": (0.26, 0.20, -0.05),
    "social": (0.16, 0.27, -0.35),
    "referral": (0.10, 0.09, 0.45),
    "email": (0.08, 0.08, 0.05),
    "event": (0.06, 0.07, 0.15),
}
_CAMPAIGNS = {"web": 12, "portal": 6, "social": 14, "referral": 3, "email": 6, "event": 5}
_TYPES = {
    "single_family": 0.37,
    "condo": 0.23,
    "multi_family": 0.17,
    "vacation": 0.12,
    "land": 0.05,
    "commercial": 0.06,
}
_REGIONS = {
    "south": 0.36,
    "west": 0.24,
    "midwest": 0.19,
    "northeast": 0.17,
    "abroad": 0.04,
}
_HOUSEHOLD = (0.24, 0.36, 0.17, 0.15, 0.06, 0.02)
#: How often a value is missing, whatever the source.
_UNSAID = {"campaign": 0.10, "property_type": 0.08, "region": 0.03, "household_size": 0.15}
#: How often a value is missing, by source in the order of `SOURCES`.
_NOT_GIVEN = {
    "age": (0.25, 0.35, 0.20, 0.15, 0.25, 0.20),
    "income": (0.22, 0.30, 0.42, 0.10, 0.20, 0.20),
    "credit_score": (0.30, 0.36, 0.50, 0.15, 0.28, 0.30),
    "debt_to_income": (0.45, 0.50, 0.62, 0.28, 0.42, 0.45),
    "owns_home": (0.12, 0.15, 0.20, 0.05, 0.12, 0.10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Leads as they arrive.

    Parameters
    ----------
    created : ndarray of int64 of shape (n,)
        When, in seconds since 1970-01-01 UTC.
    drifted : ndarray of bool of shape (n,)
        Whether the drift had set in by then.
    hidden : mapping of str to ndarray of shape (n,)
        The traits that nobody sees; they shape fields and events, never the outcome directly.
    texts : mapping of str to ndarray of object of shape (n,)
        The categories as shown, None where missing.
    numbers : mapping of str to ndarray of float64 of shape (n,)
        The numbers as shown, NaN where missing.
    """

    created: NDArray[np.int64]
    drifted: NDArray[np.bool_]
    hidden: Mapping[str, Numbers]
    texts: Mapping[str, Texts]
    numbers: Mapping[str, Numbers]

    @property
    def n(self) -> int:
        """The number of leads."""
        return len(self.created)


def draw_people(
    rng: np.random.Generator, created: NDArray[np.int64], *, drifted: NDArray[np.bool_]
) -> People:
    """Draw the leads that arrive at these moments.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    created : ndarray of int64 of shape (n,)
        When they arrive, in seconds since 1970-01-01 UTC.
    drifted : ndarray of bool of shape (n,)
        Whether the drift has set in by then.
    """
    n = len(created)
    source = _sources(rng, drifted)
    hidden = traits(rng, n)
    hidden["keen"] = hidden["keen"] + np.array([keen for _, _, keen in SOURCES.values()])[source]
    texts = _texts(rng, source, created)
    numbers = _numbers(rng, hidden)
    for name, shares in _NOT_GIVEN.items():
        hide = rng.random(n) < np.array(shares)[source]
        numbers[name] = np.where(hide, np.nan, numbers[name])
    for name, share in _UNSAID.items():
        hide = rng.random(n) < share
        if name in numbers:
            numbers[name] = np.where(hide, np.nan, numbers[name])
        else:
            texts[name][hide] = None
    return People(created=created, drifted=drifted, hidden=hidden, texts=texts, numbers=numbers)


def _sources(rng: np.random.Generator, drifted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Draw each lead's source, as its place in `SOURCES`."""
    spot = rng.random(len(drifted))
    before, after = (
        np.searchsorted(np.cumsum([shares[late] for shares in SOURCES.values()])[:-1], spot)
        for late in (0, 1)
    )
    return np.where(drifted, after, before)


def _texts(
    rng: np.random.Generator, source: NDArray[np.int64], created: NDArray[np.int64]
) -> dict[str, Texts]:
    n = len(created)
    return {
        "source": np.array(list(SOURCES), dtype=object)[source],
        "campaign": _campaigns(rng, source),
        "region": _one_of(rng, _REGIONS, n),
        "property_type": _one_of(rng, _TYPES, n),
        "season": np.array(SEASONS, dtype=object)[season_of(created)],
    }


def _one_of(rng: np.random.Generator, shares: Mapping[str, float], n: int) -> Texts:
    names = np.array(list(shares), dtype=object)
    chosen = rng.choice(len(names), size=n, p=list(shares.values()))
    return names[chosen]


def _campaigns(rng: np.random.Generator, source: NDArray[np.int64]) -> Texts:
    """Draw the campaign within each source: the k-th has a share of 1/k."""
    spot = rng.random(len(source))
    found = np.empty(len(source), dtype=object)
    for place, name in enumerate(SOURCES):
        count = _CAMPAIGNS[name]
        shares = np.cumsum(1 / np.arange(1, count + 1))
        names = np.array([f"{name}-{one:02d}" for one in range(1, count + 1)], dtype=object)
        here = source == place
        found[here] = names[np.searchsorted(shares[:-1] / shares[-1], spot[here])]
    return found


def _numbers(rng: np.random.Generator, hidden: Mapping[str, Numbers]) -> dict[str, Numbers]:
    n = len(hidden["age"])
    exact: Numbers = 42 + 12 * hidden["age"]
    age = np.round(exact.clip(21, 88))
    owns = 1 / (1 + np.exp(-(0.9 + 0.05 * (age - 42) + 0.3 * hidden["wealth"])))
    return {
        "age": age,
        "income": incomes(rng, hidden["wealth"]),
        "credit_score": credit_scores(hidden["credit"]),
        "debt_to_income": debts(hidden["debt"]),
        "owns_home": (rng.random(n) < owns).astype(np.float64),
        "household_size": rng.choice(np.arange(1.0, 7.0), size=n, p=_HOUSEHOLD),
        "stated_budget": budgets(rng, hidden["wealth"]),
    }
