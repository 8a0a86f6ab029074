"""What changed between two scores of one lead, and how many points each change was worth."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from leadscore.errors import Fault
from leadscore.leads.event import Event, Scalar
from leadscore.leads.history import amount_of
from leadscore.leads.moment import DAY
from leadscore.leads.schema import Field, Schema
from leadscore.leads.values import parse_value
from leadscore.model.bundle import Model
from leadscore.score.change_words import change_words, idle_words, shift_words
from leadscore.score.record import Json, ScoreRecord
from leadscore.score.words import Value

__all__ = ["Change", "ChangeKind", "Part", "Scored", "explain_change"]

ChangeKind = Literal["field", "idle", "model", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A score of a lead, and what it was made from.

    Parameters
    ----------
    record : ScoreRecord
        The score record, with all its reasons.
    fields : mapping of str to JSON value
        The fields as they were.
    at : int
        The moment that the score is for, in microseconds since 1970-01-01 UTC.
    active_at : int, optional
        When the lead's last tracked event was, until then.
    """

    record: ScoreRecord
    fields: Mapping[str, Scalar]
    at: int
    active_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that changed.

    Parameters
    ----------
    kind : {"field", "idle", "model", "other"}
        A field's value; counters that faded since nothing happened; the model; what no field's
        value tells.
    fields : tuple of str
        The fields that it is about.
    points : float
        What it was worth, in points of the score.
    words : str
        The change for people, for example ``3 property views``.
    """

    kind: ChangeKind
    fields: tuple[str, ...]
    points: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The way from one score to another.

    Parameters
    ----------
    before, after : float, optional
        The scores, 0-100; None where the lead had none.
    parts : tuple of Part
        What changed, the largest first; their points add up to the difference. Empty where one of
        the scores is missing.
    """

    before: float | None
    after: float | None
    parts: tuple[Part, ...] = ()

    @property
    def points(self) -> float | None:
        """By how much the score rose; None where one of the two is missing."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    def words(self, since: str = "", *, most: int = 3) -> str:
        """Return the change in one line.

        Points are whole and add up to the whole difference.

        Parameters
        ----------
        since : str
            Since when, for example ``since Tuesday``; see `since_words`.
        most : int
            How many parts to name; the others are said together.

        Examples
        --------
        >>> views = Part(kind="field", fields=("views",), points=8.6, words="3 property views")
        >>> idle = Part(kind="idle", fields=("visits",), points=-1.9, words="6 days idle")
        >>> Change(before=60.1, after=66.8, parts=(views, idle)).words("since Tuesday")
        'up 7 since Tuesday: 3 property views (+9), 6 days idle (−2)'
        """
        told = [(one.words, one.points) for one in self.parts]
        return change_words(self.before, self.after, told, since=since, most=most)


def explain_change(
    before: Scored, after: Scored, *, model: Model, events: Sequence[Event] = ()
) -> Change:
    """Return what changed between two scores of one lead.

    Each field's share is taken from the exact effects of both scores. The score is a percentile of
    the margin, no straight line: so all that raised the margin together gets the mean of what it
    raised the score by if it came first and if it came last, and all that lowered it the rest;
    within each the points are shared in proportion to the effects' differences. So the points add
    up to the whole, and nothing that raised the margin costs any. An effect that differs though its
    field did not, since pairs of fields work together, is shared by the fields that did.

    Parameters
    ----------
    before, after : Scored
        The two scores.
    model : Model
        The model that gave them, or the later one where two did.
    events : sequence of Event
        The events that came to be known in between; they say how often something happened where a
        counter fades or forgets.

    Raises
    ------
    ValueError
        If both scores are of one model, and it is another than `model`.
    """
    old, new = _score(before.record), _score(after.record)
    if old is None or new is None:
        return Change(before=old, after=new)
    gain = new - old
    if _digest(before.record) != _digest(after.record):
        parts = [Part(kind="model", fields=(), points=gain, words="another model")]
    elif _digest(after.record) != model.digest:
        raise ValueError("both scores are of one model, and it is another than the one given")
    else:
        shifts = _shifts(before, after, schema=model.schema, events=events)
        points = _points([one.effect for one in shifts], before.record, after.record, model)
        parts = _parts(shifts, points, idle_days=_idle_days(after))
        if gain and not parts:
            parts = [Part(kind="other", fields=(), points=gain, words="other")]
    return Change(
        before=old, after=new, parts=tuple(sorted(parts, key=lambda one: -abs(one.points)))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """A field whose value changed, and what that did to the margin."""

    field: Field
    before: Value
    after: Value
    happened: float
    effect: float = 0.0

    @property
    def idle(self) -> bool:
        """Whether it is a counter that fell since nothing happened."""
        fades = bool(self.field.window or self.field.half_life) and not self.happened
        before, after = self.before, self.after
        fell = isinstance(before, float) and isinstance(after, float) and after < before
        return fades and fell


def _shifts(
    before: Scored, after: Scored, *, schema: Schema, events: Sequence[Event]
) -> list[_Shift]:
    """Return the fields that changed; their effects add up to the margin's difference."""
    known = [one for one in events if one.occurred_at <= after.at]
    found = []
    for field in schema.features:
        old, new = (_value(one.fields, field, schema) for one in (before, after))
        if old != new:
            happened = _happened(field, old, new, known)
            found.append(_Shift(field=field, before=old, after=new, happened=happened))
    was, is_ = _effects(before.record), _effects(after.record)
    own = [is_.get(one.field.name, 0.0) - was.get(one.field.name, 0.0) for one in found]
    rest = _margin(after.record) - _margin(before.record) - math.fsum(own)
    size = math.fsum(map(abs, own))
    shares = [abs(one) / size if size else 1 / len(own) for one in own]
    return [
        replace(shift, effect=one + rest * share)
        for shift, one, share in zip(found, own, shares, strict=True)
    ]


def _happened(field: Field, old: Value, new: Value, events: Sequence[Event]) -> float:
    """Return how much new events added to a counter."""
    if not field.event or isinstance(new, str) or new is None:
        return 0.0
    if not field.window and not field.half_life:
        return max(new - old, 0.0) if isinstance(old, float) else new
    named = [one for one in events if one.kind == "tracked" and one.name == field.event]
    if not field.adds:
        return float(len(named))
    return math.fsum(amount_of(one.values.get(field.adds)) or 0.0 for one in named)


def _points(
    effects: Sequence[float], before: ScoreRecord, after: ScoreRecord, model: Model
) -> list[float]:
    """Share the score's difference among effects that add up to the margin's difference."""
    ups, downs = (math.fsum(max(way * one, 0.0) for one in effects) for way in (1, -1))
    old, new = _score(before) or 0.0, _score(after) or 0.0
    won = new - old if ups else 0.0
    if ups and downs:
        first = _score_at(_margin(before) + ups, model) - old
        last = new - _score_at(_margin(after) - ups, model)
        # signs hold even where the rounding of a margin crosses a step of the score
        won = max((first + last) / 2, new - old, 0.0)
    lost = new - old - won
    return [
        won * (one / ups) if one > 0 else lost * (-one / downs) if one < 0 else 0.0
        for one in effects
    ]


def _parts(shifts: Sequence[_Shift], points: Sequence[float], *, idle_days: int) -> list[Part]:
    both = list(zip(shifts, points, strict=True))
    parts = [
        Part(
            kind="field",
            fields=(one.field.name,),
            points=worth,
            words=shift_words(one.field, one.before, one.after, happened=one.happened),
        )
        for one, worth in both
        if not one.idle
    ]
    idle = [(one.field.name, worth) for one, worth in both if one.idle]
    if idle:
        names, worths = zip(*idle, strict=True)
        words = idle_words(idle_days)
        parts.append(Part(kind="idle", fields=names, points=math.fsum(worths), words=words))
    return parts


def _idle_days(scored: Scored) -> int:
    return 0 if scored.active_at is None else (scored.at - scored.active_at) // DAY


def _value(fields: Mapping[str, Scalar], field: Field, schema: Schema) -> Value:
    parsed = parse_value(fields.get(field.name), field, decimal=schema.decimal)
    return None if isinstance(parsed, Fault) else parsed


def _score_at(margin: float, model: Model) -> float:
    return float(np.round(model.reference.percentile(np.array([margin])), 1)[0])


def _margin(record: ScoreRecord) -> float:
    themes = record["themes"]
    sums = themes.values() if isinstance(themes, dict) else ()
    return math.fsum(map(_number, [record["base"], *sums]))


def _effects(record: ScoreRecord) -> dict[str, float]:
    reasons = record["reasons"]
    told = [one for one in reasons if isinstance(one, dict)] if isinstance(reasons, list) else []
    return {str(one["field"]): _number(one["effect"]) for one in told}


def _score(record: ScoreRecord) -> float | None:
    return None if record["score"] is None else _number(record["score"])


def _digest(record: ScoreRecord) -> Json:
    model = record["model"]
    return model["digest"] if isinstance(model, dict) else None


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
