"""Columns that know the outcome: what a careless export of a CRM adds to a leads file.

Each kind is as imperfect as the real thing: some cells are missing, some are wrong, and the name
may tell or not. They are made of what is known at the end of the world, and differ with the seed.

filled_after
    Filled almost only once a lead has converted: a contract's date, amount or code.
near_copy
    A status in words that follows from the outcome, 1-3 % of it wrong.
late_timestamp
    A date that is updated after the outcome, such as the last activity: winners stay active.
running_counter
    A counter that went on after the conversion: it counts the events to the end of the world.
hindsight_rating
    A seller's rating, written in hindsight, 5-15 % of it wrong.
ordered_id
    A number out of a range that is only reached on conversion; 2-5 % kept an old one.
group_rate
    The conversion rate of a small lot of leads from one campaign, computed with the lead's own
    outcome.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest

__all__ = ["LEAKS", "LEAK_NAMES", "Known", "Leak", "choose_leaks", "plant"]

Numbers = NDArray[np.float64]
Moments = NDArray[np.int64]
Cells = NDArray[np.generic]

#: For each kind, names that tell and names that do not.
LEAK_NAMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "filled_after": (
        ("contract_date", "commission_paid", "closing_code"),
        ("field_7", "attr_b", "info_2"),
    ),
    "near_copy": (
        ("lead_status", "pipeline_stage", "disposition"),
        ("field_3", "category_2", "state_code"),
    ),
    "late_timestamp": (
        ("last_activity_at", "updated_at", "closed_on"),
        ("date_2", "ts_b", "moment_1"),
    ),
    "running_counter": (
        ("total_emails", "total_page_views", "total_sessions"),
        ("count_b", "metric_4", "n_items"),
    ),
    "hindsight_rating": (
        ("lead_quality", "agent_rating", "priority_tag"),
        ("score_b", "grade_2", "rank_x"),
    ),
    "ordered_id": (
        ("customer_number", "contract_no", "account_id"),
        ("ref_code", "record_no", "key_2"),
    ),
    "group_rate": (
        ("batch_conversion_rate", "list_quality", "segment_close_rate"),
        ("index_3", "avg_b", "ratio_2"),
    ),
}
#: The kinds of leaks.
LEAKS = tuple(LEAK_NAMES)

_MOST = 4
_DAY = 86_400
_LOT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A planted leak.

    Parameters
    ----------
    field : str
        The column.
    kind : str
        One of `LEAKS`.
    """

    field: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a CRM knows about its leads at the end of the world.

    Parameters
    ----------
    created : ndarray of int64 of shape (n,)
        When each arrived, in seconds since 1970-01-01 UTC.
    ripe : ndarray of bool of shape (n,)
        Whether its horizon has passed.
    won, lost : ndarray of bool of shape (n,)
        Whether it has converted, or was closed as lost, by the end.
    closed_at : ndarray of int64 of shape (n,)
        When it was closed; meaningless where neither.
    last_at : ndarray of int64 of shape (n,)
        Its last event by the end.
    events : mapping of str to ndarray of shape (n,)
        For each kind of event, how many there were by the end.
    campaign : ndarray of object of shape (n,)
        Its campaign, None where unknown.
    end : int
        The end of the world.
    """

    created: Moments
    ripe: NDArray[np.bool_]
    won: NDArray[np.bool_]
    lost: NDArray[np.bool_]
    closed_at: Moments
    last_at: Moments
    events: Mapping[str, Numbers]
    campaign: NDArray[np.object_]
    end: int

    @property
    def n(self) -> int:
        """The number of leads."""
        return len(self.created)


def choose_leaks(
    rng: np.random.Generator, wanted: Sequence[str] | int, *, taken: Sequence[str]
) -> tuple[Leak, ...]:
    """Choose kinds, if only their number was given, and a free name for each.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    wanted : sequence of str or int
        The kinds, or how many different ones to draw, 0 to 4.
    taken : sequence of str
        Names that columns have already.

    Raises
    ------
    BadRequest
        If there is no such kind, or the number is out of range.
    """
    kinds = _kinds(rng, wanted)
    names = set(taken)
    found = []
    for kind in kinds:
        telling, neutral = LEAK_NAMES[kind]
        free = [name for name in (*telling, *neutral) if name not in names]
        if not free:
            raise BadRequest(
                f"There are no names left for another {kind!r}.", allowed="6 of a kind"
            )
        pool = [name for name in (telling if rng.random() < 0.5 else neutral) if name not in names]
        name = str(rng.choice(pool or free))
        names.add(name)
        found.append(Leak(field=name, kind=kind))
    return tuple(found)


def plant(rng: np.random.Generator, leak: Leak, known: Known) -> Cells:
    """Make the column of a leak, one cell for each lead."""
    return _MAKERS[leak.kind](rng, leak.field, known)


def _kinds(rng: np.random.Generator, wanted: Sequence[str] | int) -> list[str]:
    if isinstance(wanted, int):
        if not 0 <= wanted <= _MOST:
            raise BadRequest(f"{wanted} leaks were asked for.", allowed=f"0 to {_MOST}")
        return [LEAKS[place] for place in rng.permutation(len(LEAKS))[:wanted]]
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    for kind in kinds:
        if kind not in LEAKS:
            raise BadRequest(f"There is no leak {kind!r}.", allowed=", ".join(LEAKS))
    return kinds


def _filled_after(rng: np.random.Generator, name: str, known: Known) -> Cells:
    filled = rng.random(known.n) < np.where(
        known.won, rng.uniform(0.85, 0.97), rng.uniform(0.002, 0.02)
    )
    if name == "contract_date":
        at = np.where(known.won, known.closed_at, known.created + 20 * _DAY)
        return _moments(at + rng.integers(0, 5 * _DAY, size=known.n), filled)
    if name in ("commission_paid", "attr_b"):
        amount = np.round(np.exp(rng.normal(9.0, 0.5, size=known.n)), -1)
        return np.where(filled, amount, np.nan)
    codes = rng.choice(np.array(["K1", "K2", "K3", "K7"], dtype=object), size=known.n)
    codes[~filled] = None
    return codes


def _near_copy(rng: np.random.Generator, name: str, known: Known) -> Cells:
    words = {
        "won": ("customer", "signed"),
        "lost": ("closed", "nurture", "archived"),
        "open": ("in progress",),
    }
    if name in LEAK_NAMES["near_copy"][1]:
        words = {"won": ("B4", "B5"), "lost": ("A1", "A2", "A9"), "open": ("A3",)}
    wrong = rng.random(known.n) < rng.uniform(0.01, 0.03)
    over = known.ripe | known.won | known.lost
    state = np.where(over, np.where(known.won ^ wrong, 0, 1), 2)
    found = np.empty(known.n, dtype=object)
    for place, choice in enumerate(words.values()):
        here = state == place
        found[here] = rng.choice(np.array(choice, dtype=object), size=int(here.sum()))
    return found


def _late_timestamp(rng: np.random.Generator, name: str, known: Known) -> Cells:
    del name
    closed = known.closed_at + rng.exponential(1.5 * _DAY, size=known.n).astype(np.int64)
    at = np.where(known.won | known.lost, np.maximum(closed, known.last_at), known.last_at)
    return _moments(np.minimum(at, known.end), rng.random(known.n) > 0.03)


def _running_counter(rng: np.random.Generator, name: str, known: Known) -> Cells:
    kinds = {"total_emails": "email_open", "total_page_views": "property_view"}
    if name in kinds:
        count = known.events[kinds[name]]
    elif name in ("total_sessions", "metric_4"):
        count = known.events["website_visit"]
    else:
        count = np.sum(list(known.events.values()), axis=0)
    # some of the tracking is lost, and some is not the lead's
    return rng.binomial(count.astype(np.int64), 0.95) + rng.poisson(0.3, size=known.n)


def _hindsight_rating(rng: np.random.Generator, name: str, known: Known) -> Cells:
    wrong = rng.random(known.n) < rng.uniform(0.05, 0.15)
    good = known.won ^ wrong
    unsaid = rng.random(known.n) < np.where(known.ripe, 0.05, 0.6)
    finer = rng.random(known.n) < 0.5
    if name in ("score_b", "rank_x", "agent_rating"):
        stars = np.where(good, np.where(finer, 5.0, 4.0), np.where(finer, 1.0, 2.0))
        stars = np.where(rng.random(known.n) < 0.1, 3.0, stars)
        return np.where(unsaid, np.nan, stars)
    grades = ("hot", "warm", "cool", "cold") if name != "grade_2" else ("A", "B", "C", "D")
    place = np.where(good, np.where(finer, 0, 1), np.where(finer, 2, 3))
    said = np.array(grades, dtype=object)[place]
    said[unsaid] = None
    return said


def _ordered_id(rng: np.random.Generator, name: str, known: Known) -> Cells:
    moved = known.won & (rng.random(known.n) > rng.uniform(0.02, 0.05))
    at = np.where(moved, known.closed_at, known.created)
    place = np.empty(known.n, dtype=np.int64)
    place[np.argsort(at, kind="stable")] = np.arange(known.n)
    number = 1_000_000 + 3 * place + np.where(moved, 3 * known.n + 5_000, 0)
    if name in ("contract_no", "account_id", "ref_code"):
        letter = str(rng.choice(["R", "N", "V"]))
        return np.array([f"{letter}-{one:08d}" for one in number.tolist()], dtype=object)
    return number


def _group_rate(rng: np.random.Generator, name: str, known: Known) -> Cells:
    names = known.campaign.astype(str)
    order = np.argsort(names, kind="stable")
    _, first, size = np.unique(names[order], return_index=True, return_counts=True)
    rank = np.empty(known.n, dtype=np.int64)
    rank[order] = np.arange(known.n) - np.repeat(first, size)
    _, lot = np.unique(np.char.add(names, (rank // _LOT).astype(str)), return_inverse=True)
    rate = np.bincount(lot, weights=known.won) / np.bincount(lot)
    shown = np.round(rate[lot], 2)
    shown = np.round(100 * shown) if name in ("index_3", "list_quality") else shown
    return np.where(rng.random(known.n) < 0.04, np.nan, shown)


def _moments(at: Moments, there: NDArray[np.bool_]) -> NDArray[np.datetime64]:
    moments: NDArray[np.datetime64] = at.astype("M8[s]")
    return np.where(there, moments, np.datetime64("NaT", "s"))


_MAKERS: Mapping[str, Callable[[np.random.Generator, str, Known], Cells]] = {
    "filled_after": _filled_after,
    "near_copy": _near_copy,
    "late_timestamp": _late_timestamp,
    "running_counter": _running_counter,
    "hindsight_rating": _hindsight_rating,
    "ordered_id": _ordered_id,
    "group_rate": _group_rate,
}
