"""What became of a lead: outcomes, their corrections, and the label that follows from them."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from leadscore.errors import Fault
from leadscore.leads.event import TEXT_WORDS, is_storable
from leadscore.leads.moment import DAY, moment_text

__all__ = [
    "Outcome",
    "OutcomeKind",
    "Standing",
    "StandingState",
    "label_at",
    "outcome_faults",
    "standing",
]

OutcomeKind = Literal["contacted", "qualified", "converted", "lost", "withdrawn"]
StandingState = Literal["open", "contacted", "qualified", "converted", "lost"]

#: The states that an outcome does not change; after every other one the state is the outcome's
#: kind. A further call takes nothing back, and a customer stays one; a lost lead may come back.
_STAYS = frozenset(
    {("qualified", "contacted"), ("converted", "contacted"), ("converted", "qualified")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing that came of a lead. It is never changed: a correction is another one.

    Parameters
    ----------
    id : str
        The outcome's own id.
    lead_id : str
        The lead.
    kind : OutcomeKind
        ``withdrawn`` is for corrections alone: what is corrected never happened.
    occurred_at : int
        When it was so, in microseconds since 1970-01-01 UTC.
    value : float, optional
        What a conversion is worth.
    reason : str
        Why a lead was lost.
    recorded_at : int
        When it was written down, in microseconds since 1970-01-01 UTC.
    corrects : str
        The id of the outcome that this one replaces; empty where it is none's correction.
    """

    id: str
    lead_id: str
    kind: OutcomeKind
    occurred_at: int
    value: float | None = None
    reason: str = ""
    recorded_at: int
    corrects: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a lead stands.

    Parameters
    ----------
    state : StandingState
        ``open`` where nothing came of it yet.
    since : int, optional
        Since when, in microseconds since 1970-01-01 UTC; None where it is open.
    value : float, optional
        What the conversion is worth, where it converted and that was said.
    reason : str
        Why it was lost, where it was and that was said.
    contacted_at : int, optional
        When somebody first spoke to it: the first outcome but for ``lost``.
    """

    state: StandingState = "open"
    since: int | None = None
    value: float | None = None
    reason: str = ""
    contacted_at: int | None = None


def standing(outcomes: Iterable[Outcome], as_of: int) -> Standing:
    """Return where a lead stands at a moment.

    A correction stands in place of what it corrects, as if it had been written then; of two
    corrections the one recorded last. What is left is taken in the order in which it occurred, up
    to and at `as_of`. To see what was known at a moment, leave out what was recorded later.

    Parameters
    ----------
    outcomes : iterable of Outcome
        The lead's outcomes, in any order.
    as_of : int
        The moment, in microseconds since 1970-01-01 UTC.

    Examples
    --------
    >>> won = Outcome(id="o1", lead_id="L1", kind="converted", occurred_at=5, recorded_at=6)
    >>> lost = Outcome(id="o2", lead_id="L1", kind="lost", occurred_at=5, recorded_at=9,
    ...                corrects="o1")
    >>> standing([won], 5).state, standing([won, lost], 5).state, standing([won], 4).state
    ('converted', 'lost', 'open')
    """
    now = Standing()
    for one in _valid(outcomes):
        if one.occurred_at <= as_of:
            now = _after(now, one)
    return now


def label_at(
    outcomes: Iterable[Outcome], created_at: int, horizon_days: int | None, *, as_of: int
) -> Literal[0, 1] | None:
    """Return whether a lead converted within its horizon; None while that is not known.

    An open lead is unknown, not lost. A label exists once the horizon has passed, also for a lead
    that converted early: if those counted at once, the newest leads would all be winners.

    Parameters
    ----------
    outcomes : iterable of Outcome
        The lead's outcomes, in any order.
    created_at : int
        When the lead came in, in microseconds since 1970-01-01 UTC.
    horizon_days : int, optional
        How long an outcome may take; without a horizon a lead has a label once it is closed.
    as_of : int
        The moment, in microseconds since 1970-01-01 UTC.

    Examples
    --------
    >>> won = Outcome(id="o1", lead_id="L1", kind="converted", occurred_at=5, recorded_at=6)
    >>> label_at([won], 0, 1, as_of=DAY), label_at([won], 0, 1, as_of=DAY - 1)
    (1, None)
    """
    if horizon_days is None:
        state = standing(outcomes, as_of).state
        return 1 if state == "converted" else 0 if state == "lost" else None
    due = created_at + horizon_days * DAY
    if as_of < due:
        return None
    return 1 if standing(outcomes, due).state == "converted" else 0


def outcome_faults(new: Outcome, known: Sequence[Outcome]) -> tuple[Fault, ...]:
    """Return all that is wrong with an outcome that is to join those known of its lead.

    Parameters
    ----------
    new : Outcome
        The new one.
    known : sequence of Outcome
        The lead's outcomes so far.

    Examples
    --------
    >>> new = Outcome(id="o1", lead_id="L1", kind="lost", occurred_at=9, value=5.0, recorded_at=8)
    >>> [fault.field for fault in outcome_faults(new, [])]
    ['occurred_at', 'value']
    """
    return tuple(Fault(field=where, got=got, allowed=may) for where, got, may in _wrong(new, known))


def _valid(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return what stands after corrections, in the order in which it occurred."""
    by_id = {one.id: one for one in outcomes}
    last: dict[str, Outcome] = {}
    for one in by_id.values():
        first = _first(one, by_id)
        rival = last.get(first)
        if rival is None or (one.recorded_at, one.id) > (rival.recorded_at, rival.id):
            last[first] = one
    return sorted(last.values(), key=lambda one: (one.occurred_at, one.recorded_at, one.id))


def _first(one: Outcome, by_id: Mapping[str, Outcome]) -> str:
    """Return the id of the outcome that a chain of corrections began with."""
    seen = {one.id}
    while one.corrects in by_id and one.corrects not in seen:
        one = by_id[one.corrects]
        seen.add(one.id)
    return one.id


def _after(now: Standing, one: Outcome) -> Standing:
    if one.kind == "withdrawn":
        return now
    state = now.state if (now.state, one.kind) in _STAYS else one.kind
    begun = state != now.state
    value = one.value if one.kind == "converted" else None
    reason = one.reason if one.kind == "lost" else ""
    spoken = None if one.kind == "lost" else one.occurred_at
    return Standing(
        state=state,
        since=one.occurred_at if begun else now.since,
        value=value if begun or value is not None else now.value,
        reason=reason if begun or reason else now.reason,
        contacted_at=spoken if now.contacted_at is None else now.contacted_at,
    )


def _wrong(new: Outcome, known: Sequence[Outcome]) -> Iterator[tuple[str, str, str]]:
    if new.occurred_at > new.recorded_at:
        may = f"a moment that has passed: at most {moment_text(new.recorded_at)}"
        yield "occurred_at", moment_text(new.occurred_at), may
    if new.value is not None and (new.kind != "converted" or not 0 <= new.value < math.inf):
        yield "value", repr(new.value), "a number of 0 or more, for the kind converted alone"
    if new.reason and (new.kind != "lost" or not is_storable(new.reason)):
        yield "reason", _short(new.reason), f"{TEXT_WORDS}, for the kind lost alone"
    ids = {one.id for one in known if one.lead_id == new.lead_id}
    if new.corrects and new.corrects not in ids - {new.id}:
        yield "corrects", _short(new.corrects), "the id of an outcome of this lead"
    if new.kind == "withdrawn" and not new.corrects:
        yield "kind", "withdrawn", "together with corrects alone: what is taken back"


def _short(text: str) -> str:
    return repr(text) if len(text) <= 60 else repr(text[:57]) + "…"
