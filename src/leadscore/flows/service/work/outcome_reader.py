"""Outcomes from requests: read strictly, every fault at once."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeGuard, get_args

from leadscore.errors import Fault
from leadscore.leads.event import ID_WORDS, NAME_WORDS, TEXT_WORDS, is_id, is_name, is_storable
from leadscore.leads.event_reader import AHEAD
from leadscore.leads.moment import read_moment
from leadscore.leads.outcome import Outcome, OutcomeKind

__all__ = ["ReadOutcome", "read_outcome"]

_KINDS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)
_MOMENT = "a moment such as 2026-01-31T12:30:00Z, from 1970 on and not after now"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutcome:
    """What was read of one outcome.

    Parameters
    ----------
    outcome : Outcome, optional
        The outcome; None where it has faults.
    timed : bool
        Whether it says when it was so; if not, it is of now.
    faults : tuple of Fault
        All that is wrong with it by itself.
    """

    outcome: Outcome | None
    timed: bool
    faults: tuple[Fault, ...]


def read_outcome(raw: object, *, now: int, mark: str) -> ReadOutcome:
    """Read ``{lead_id, kind, occurred_at?, value?, reason?, corrects?, id?}``.

    One without an id gets one made of what it says, when it was so, and `mark`: so the same outcome
    again is the same one. Keys of other names are ignored.

    Parameters
    ----------
    raw : object
        The JSON value.
    now : int
        When it came, in microseconds since 1970-01-01 UTC. Without a moment of its own it is of
        now; one that is ahead by less than an hour is, too, since clocks differ.
    mark : str
        What tells it from others that say the same; empty where that is once said.

    Examples
    --------
    >>> raw = {"lead_id": "L1", "kind": "lost", "reason": "bought elsewhere"}
    >>> read_outcome(raw, now=5, mark="").outcome.occurred_at
    5
    >>> [one.field for one in read_outcome({"kind": "won"}, now=5, mark="").faults]
    ['lead_id', 'kind']
    """
    if not isinstance(raw, Mapping):
        fault = Fault(field="outcome", got=_shown(raw), allowed="a table with lead_id and kind")
        return ReadOutcome(outcome=None, timed=False, faults=(fault,))
    reading = _Reading(raw)
    lead_id, kind, occurred_at = reading.lead_id(), reading.kind(), reading.moment(now)
    value, reason = reading.value(), reading.reason()
    corrects, outcome_id = reading.name("corrects"), reading.name("id")
    if kind is None or reading.faults:
        return ReadOutcome(outcome=None, timed=False, faults=tuple(reading.faults))
    at = now if occurred_at is None else occurred_at
    outcome = Outcome(
        id=outcome_id or _made_id([lead_id, kind, at, value, reason, corrects, mark]),
        lead_id=lead_id,
        kind=kind,
        occurred_at=at,
        recorded_at=now,
        value=value,
        reason=reason,
        corrects=corrects,
    )
    return ReadOutcome(outcome=outcome, timed=occurred_at is not None, faults=())


@dataclass(slots=True)
class _Reading:
    """An outcome while it is read, and what is wrong with it so far."""

    raw: Mapping[str, object]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, where: str, allowed: str) -> None:
        self.faults.append(Fault(field=where, got=_shown(self.raw.get(where)), allowed=allowed))

    def lead_id(self) -> str:
        raw = self.raw.get("lead_id")
        if isinstance(raw, str) and is_id(raw):
            return raw
        self.fault("lead_id", ID_WORDS)
        return ""

    def kind(self) -> OutcomeKind | None:
        raw = self.raw.get("kind")
        if _is_kind(raw):
            return raw
        self.fault("kind", ", ".join(_KINDS))
        return None

    def moment(self, now: int) -> int | None:
        """Return when it was so; None where that is not said."""
        raw = self.raw.get("occurred_at")
        if raw is None:
            return None
        at = read_moment(raw) if isinstance(raw, str) else None
        if at is None or not 0 <= at <= now + AHEAD:
            self.fault("occurred_at", _MOMENT)
            return None
        return min(at, now)

    def value(self) -> float | None:
        raw = self.raw.get("value")
        if raw is None:
            return None
        if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw < math.inf:
            return float(raw)
        self.fault("value", "a number of 0 or more")
        return None

    def reason(self) -> str:
        raw = self.raw.get("reason")
        if raw is None or (isinstance(raw, str) and is_storable(raw)):
            return (raw or "").strip()
        self.fault("reason", TEXT_WORDS)
        return ""

    def name(self, key: str) -> str:
        """Return an outcome's id; empty where none is given."""
        raw = self.raw.get(key)
        if raw is None or (isinstance(raw, str) and is_name(raw)):
            return raw or ""
        self.fault(key, NAME_WORDS)
        return ""


def _is_kind(raw: object) -> TypeGuard[OutcomeKind]:
    return raw in _KINDS


def _made_id(said: list[object]) -> str:
    return hashlib.sha256(json.dumps(said).encode("ascii")).hexdigest()


def _shown(got: object) -> str:
    text = "nothing" if got is None else repr(got)
    return text if len(text) <= 60 else text[:57] + "…"
