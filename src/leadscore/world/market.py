"""The `market` world: two years of leads with their events, outcomes and the truth about them.

Leads are drawn in blocks, each from a stream of its own; arrivals and leaks have streams too. The
same seed gives the same world, and planting leaks changes nothing but the columns that are added.
What each part assumes, and where its figures are from, is in `leadscore.world.funnel`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.schema import Schema, parse_schema
from leadscore.world.funnel.blocks import Block, draw_block
from leadscore.world.funnel.calendar import (
    DAY,
    HORIZON_DAYS,
    SCORED_AFTER,
    YEARS,
    arrivals,
    drift_moment,
    moment,
)
from leadscore.world.funnel.chance import TIERS, bayes_figures, bayes_tier, tier_figures
from leadscore.world.funnel.fate import REASONS
from leadscore.world.funnel.leaks import Known, Leak, choose_leaks, plant
from leadscore.world.funnel.tracks import COUNTERS, FLAGS, KINDS, Track

__all__ = ["END", "Leak", "Market", "MarketSummary", "market", "market_schema", "market_toml"]

Columns = Mapping[str, NDArray[np.generic]]

#: When the world ends unless said otherwise.
END = "2026-01-01"

_BLOCK = 8_192
#: Keeps this world's streams apart from those of the other presets.
_STREAM, _ARRIVALS, _BLOCKS, _LEAKS = 771, 0, 1, 2

#: The leads file's columns between `as_of` and `converted`, without planted leaks.
_SHOWN = (
    *("source", "campaign", "region", "property_type", "season"),
    *("age", "income", "credit_score", "debt_to_income", "owns_home", "household_size"),
    *("stated_budget", "website_visits", "email_opens", "property_views", "contact_attempts"),
    *("time_on_site_minutes", "inquiry_submitted", "financing_pre_approved"),
    *("budget_disclosed", "location_preference_set"),
)
#: Of these, the ones that are never missing.
_WHOLE = (*COUNTERS, *FLAGS, "time_on_site_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSummary:
    """What a market world is, in plain values for JSON.

    Parameters
    ----------
    seed, leads : int
        Which world, and how many leads.
    start, end : str
        The two years, UTC.
    scored_after_days, horizon_days : int
        When a lead is scored and until when it may convert, in days from its arrival.
    drift_at : str, optional
        When the drift set in; None where there is none.
    leaks : tuple of Leak
        The planted leaks.
    ripe : int
        How many leads have a label: their horizon had passed by the end.
    converted : int
        How many of those converted.
    events, outcomes : int
        How many events and outcomes are known by the end.
    bayes : mapping of str to float
        The best AUC, log loss and Brier score that any model can reach on all leads.
    tiers : mapping
        For each true tier its share of the leads and its expected conversion.
    """

    seed: int
    leads: int
    start: str
    end: str
    scored_after_days: int
    horizon_days: int
    drift_at: str | None
    leaks: tuple[Leak, ...]
    ripe: int
    converted: int
    events: int
    outcomes: int
    bayes: Mapping[str, float | None]
    tiers: Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A market world: four tables, column by column.

    Texts are object arrays with None where missing, numbers that may be missing are float64 with
    NaN, moments are ``datetime64[s]`` in UTC.

    Parameters
    ----------
    leads : mapping of str to ndarray of shape (n,)
        One row for each lead as it was known at `as_of`, three days after `created_at`; in order of
        arrival. `converted` is 1 or 0, NaN while the horizon has not passed. Planted leaks stand
        among the columns.
    events : mapping of str to ndarray of shape (m,)
        `lead_id`, `occurred_at`, `kind`, `value` (minutes of a website visit): all events up to the
        world's end, by lead and then by time.
    outcomes : mapping of str to ndarray of shape (k,)
        `lead_id`, `kind` (converted or lost), `occurred_at`, `value` (the fee in USD), `reason`:
        all that is known at the world's end, by lead.
    truth : mapping of str to ndarray of shape (n,)
        `lead_id`, `true_probability`, `tier`, `drifted`, and what becomes of the lead even if the
        world ends before that is known: `converts` (within its horizon), `closes_at` (missing where
        it falls silent) and `value` (missing where it does not convert).
    summary : MarketSummary
        The planted leaks, the drift and the Bayes figures.
    """

    leads: Columns
    events: Columns
    outcomes: Columns
    truth: Columns
    summary: MarketSummary


def market(
    n: int,
    *,
    seed: int = 42,
    leaks: Sequence[str] | int = 0,
    drift: bool = True,
    end: str = END,
) -> Market:
    """Make a market world of `n` leads.

    Parameters
    ----------
    n : int
        How many leads arrive in the two years, at least 1.
    seed : int
        Which world, 0 or more.
    leaks : sequence of str or int
        The kinds of leaks to plant, or how many different ones to draw, 0 to 4; see
        `leadscore.world.funnel.leaks`.
    drift : bool
        Whether sources, conversion and the worth of an inquiry change after a year.
    end : str
        The date on which the world ends.

    Raises
    ------
    BadRequest
        If a number is out of range, or there is no such leak or date.

    Examples
    --------
    >>> world = market(1000, seed=7, leaks=["near_copy"])
    >>> len(world.leads["lead_id"]), [leak.kind for leak in world.summary.leaks]
    (1000, ['near_copy'])
    """
    _check(n, seed)
    close = moment(end)
    rng = _stream(seed, _LEAKS)
    planted = choose_leaks(rng, leaks, taken=("lead_id", "as_of", "created_at", *_SHOWN))
    whole = _drawn(n, seed=seed, drift=drift, end=close)
    known = _known(whole, close)
    added = {leak.field: plant(rng, leak, known) for leak in planted}
    ids = np.array([f"lead-{number:07d}" for number in range(1, n + 1)], dtype=object)
    outcomes = _outcomes(whole, known, ids)
    return Market(
        leads=_mixed(rng, {"lead_id": ids, **_leads(whole, known)}, added),
        events=_events(whole.track, ids),
        outcomes=outcomes,
        truth=_truth(whole, ids),
        summary=MarketSummary(
            seed=seed,
            leads=n,
            start=_day(close - YEARS),
            end=_day(close),
            scored_after_days=SCORED_AFTER // DAY,
            horizon_days=HORIZON_DAYS,
            drift_at=_day(drift_moment(close)) if drift else None,
            leaks=planted,
            ripe=int(known.ripe.sum()),
            converted=int((known.ripe & known.won).sum()),
            events=len(whole.track.at),
            outcomes=len(outcomes["kind"]),
            bayes=bayes_figures(whole.chance),
            tiers=tier_figures(whole.chance),
        ),
    )


def market_schema() -> Schema:
    """Return the shipped schema of a market world's leads file.

    Examples
    --------
    >>> market_schema().label.horizon_days
    90
    """
    return parse_schema(market_toml())


def market_toml() -> str:
    """Return the shipped schema of a market world's leads file, as text."""
    return files("leadscore.world").joinpath("market.toml").read_text("utf-8")


def _check(n: int, seed: int) -> None:
    if n < 1:
        raise BadRequest(f"A world of {n:,} leads was asked for.", allowed="1 lead or more")
    if seed < 0:
        raise BadRequest(f"The seed is {seed}.", allowed="0 or more")


def _stream(seed: int, *key: int) -> np.random.Generator:
    stream = np.random.SeedSequence(seed, spawn_key=(_STREAM, *key))
    return np.random.Generator(np.random.PCG64(stream))


def _drawn(n: int, *, seed: int, drift: bool, end: int) -> Block:
    """Return the leads and their events until the end."""
    created = arrivals(_stream(seed, _ARRIVALS), n=n, end=end)
    blocks = []
    for number, first in enumerate(range(0, n, _BLOCK)):
        own = created[first : first + _BLOCK]
        drifted = (own >= drift_moment(end)) & drift
        blocks.append(draw_block(_stream(seed, _BLOCKS, number), own, drifted=drifted))
    whole = Block.joined(blocks)
    return replace(whole, track=whole.track.take(whole.track.at <= end))


def _known(block: Block, end: int) -> Known:
    """Return what is known about the leads at the end."""
    n, track, fate = len(block.created), block.track, block.fate
    last = block.created.copy()
    np.maximum.at(last, track.lead, track.at)
    over = fate.closed & (fate.at <= end)
    return Known(
        created=block.created,
        ripe=block.created + HORIZON_DAYS * DAY <= end,
        won=over & fate.converted,
        lost=over & ~fate.converted,
        closed_at=fate.at,
        last_at=last,
        events=track.counts(n),
        campaign=block.texts["campaign"],
        end=end,
    )


def _leads(block: Block, known: Known) -> dict[str, NDArray[np.generic]]:
    shown: dict[str, NDArray[np.generic]] = {**block.texts, **block.numbers}
    for name in _WHOLE:
        shown[name] = shown[name].astype(np.int64)
    return {
        "created_at": _moments(block.created),
        "as_of": _moments(block.created + SCORED_AFTER),
        **{name: shown[name] for name in _SHOWN},
        "converted": np.where(known.ripe, known.won.astype(np.float64), np.nan),
    }


def _mixed(rng: np.random.Generator, base: Columns, added: Columns) -> Columns:
    """Put the added columns somewhere between `as_of` and `converted`."""
    names = list(base)
    for name in added:
        names.insert(int(rng.integers(3, len(names))), name)
    return {name: added[name] if name in added else base[name] for name in names}


def _events(track: Track, ids: NDArray[np.object_]) -> Columns:
    return {
        "lead_id": ids[track.lead],
        "occurred_at": _moments(track.at),
        "kind": np.array(KINDS, dtype=object)[track.kind],
        "value": track.value,
    }


def _outcomes(block: Block, known: Known, ids: NDArray[np.object_]) -> Columns:
    rows = np.flatnonzero(known.won | known.lost)
    kinds = np.array(("lost", "converted"), dtype=object)
    reasons = np.array((*REASONS, None), dtype=object)
    return {
        "lead_id": ids[rows],
        "kind": kinds[known.won[rows].astype(np.int64)],
        "occurred_at": _moments(block.fate.at[rows]),
        "value": block.fate.value[rows],
        "reason": reasons[block.fate.reason[rows]],
    }


def _truth(block: Block, ids: NDArray[np.object_]) -> Columns:
    closed = block.fate.closed
    return {
        "lead_id": ids,
        "true_probability": block.chance,
        "tier": np.array(TIERS, dtype=object)[bayes_tier(block.chance)],
        "drifted": block.drifted.astype(np.int64),
        "converts": block.fate.converted.astype(np.int64),
        "closes_at": np.where(closed, _moments(block.fate.at), np.datetime64("NaT", "s")),
        "value": block.fate.value,
    }


def _moments(at: NDArray[np.int64]) -> NDArray[np.datetime64]:
    found: NDArray[np.datetime64] = at.astype("M8[s]")
    return found


def _day(at: int) -> str:
    return str(np.datetime64(at, "s").astype("M8[D]"))
