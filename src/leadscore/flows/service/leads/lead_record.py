"""The score record of a lead from its fields, whatever they are: a score, or why there is none."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from leadscore.errors import BadInput
from leadscore.flows.service.context import Champion
from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.leads.event import Scalar
from leadscore.leads.schema import Schema
from leadscore.score.record import Json, ScoreRecord
from leadscore.score.tiers import UNSCORED

__all__ = [
    "OBJECTION",
    "give_record",
    "is_objection",
    "kept_fields",
    "record_bytes",
    "score_row",
]

#: The kind of the note on the record of a lead that may not be profiled.
OBJECTION = "objection"

_BESIDE = ("audit", "sales", "value")
_OBJECTION_WORDS = "not scored: the lead objected to being profiled"
_FAULTY_WORDS = "not scored: a value is not allowed"


def give_record(
    champion: Champion,
    fields: Mapping[str, Scalar],
    *,
    lead_id: str | None,
    as_of: str,
    objection: bool = False,
) -> ScoreRecord:
    """Return a lead's score record; ``Unscored`` with notes where it can have no score.

    That is so where nothing that the model uses is known, where a value is not allowed (a counter
    beyond its limits, a field that may never be missing), or where the lead objected.

    Parameters
    ----------
    champion : Champion
        The model.
    fields : mapping of str to JSON value
        The lead's fields; not looked at where it objected.
    lead_id : str, optional
        The lead.
    as_of : str
        The moment that the score is for.
    objection : bool
        Whether the lead may not be profiled.

    Examples
    --------
    >>> from leadscore.score.one_record import RecordScorer
    >>> from leadscore.testing.models import make_model
    >>> model = make_model()
    >>> champion = Champion(model=model, records=RecordScorer(model))
    >>> give_record(champion, {"income": 90_000}, lead_id="L1", as_of="")["tier"]
    'Medium'
    >>> give_record(champion, {}, lead_id="L1", as_of="", objection=True)["tier"]
    'Unscored'
    """
    if objection:
        notes = [_note(None, OBJECTION, _OBJECTION_WORDS)]
        return _unscored(champion, {}, lead_id=lead_id, as_of=as_of, notes=notes)
    # named but missing: that a lead has none of the model's fields is no mistake of a caller's here
    whole = {**{one.name: None for one in champion.model.schema.features}, **fields}
    try:
        return champion.records.record(whole, lead_id=lead_id, as_of=as_of)
    except BadInput as error:
        faults = [_note(one.field, "faulty", one.words()) for one in error.faults]
        notes = [_note(None, "faulty", _FAULTY_WORDS), *faults]
        return _unscored(champion, fields, lead_id=lead_id, as_of=as_of, notes=notes)


def kept_fields(fields: Mapping[str, Scalar], schema: Schema) -> dict[str, Scalar]:
    """Return what of a lead is kept beside its score: what is scored, checked, or its worth.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> kept_fields({"income": 90_000, "shoe_size": 43}, investor())
    {'income': 90000}
    """
    kept = {one.name for one in schema.fields if one.scored or one.role in _BESIDE}
    return {name: value for name, value in fields.items() if name in kept}


def is_objection(record: Mapping[str, Json]) -> bool:
    """Tell whether a record says that the lead objected to being profiled."""
    notes = record.get("notes")
    told: Iterable[Json] = notes if isinstance(notes, list) else ()
    return any(isinstance(one, dict) and one.get("kind") == OBJECTION for one in told)


def record_bytes(record: Mapping[str, Json]) -> bytes:
    """Return a record as canonical JSON: equal records are equal bytes.

    Examples
    --------
    >>> record_bytes({"tier": "High", "score": 71.5})
    b'{"score":71.5,"tier":"High"}'
    """
    text = json.dumps(
        record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def score_row(
    record: ScoreRecord,
    fields: Mapping[str, Scalar],
    *,
    cause: str,
    at: int,
    lead_id: str | None,
) -> ScoreRow:
    """Return a score to keep.

    Parameters
    ----------
    record : ScoreRecord
        The record.
    fields : mapping of str to JSON value
        The fields as they were.
    cause : str
        What it was given for.
    at : int
        When it was given, in microseconds since 1970-01-01 UTC.
    lead_id : str, optional
        The lead that it belongs to.
    """
    model = record["model"]
    return ScoreRow(
        score_id=str(record["score_id"]),
        lead_id=lead_id,
        scored_at=at,
        as_of=str(record["as_of"]),
        cause=cause,
        digest=str(model["digest"]) if isinstance(model, dict) else "",
        score=_number(record["score"]),
        tier=str(record["tier"]),
        chance=_number(record["expected_conversion"]),
        features=fields,
        record=record_bytes(record),
    )


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _note(field: str | None, kind: str, words: str) -> Json:
    return {"field": field, "kind": kind, "words": words}


def _unscored(
    champion: Champion,
    fields: Mapping[str, Scalar],
    *,
    lead_id: str | None,
    as_of: str,
    notes: list[Json],
) -> ScoreRecord:
    model = champion.model
    said: ScoreRecord = {
        "lead_id": lead_id,
        "fields": {**fields},
        "model": model.digest,
        "as_of": as_of,
        "notes": notes,
    }
    absent = ("outcome_set", "confidence", "probabilities", "expected_conversion", "themes", "base")
    return {
        "lead_id": lead_id,
        "score": None,
        "tier": UNSCORED,
        "tier_set": [UNSCORED],
        **dict.fromkeys(absent),
        "reasons": None,
        "similar": None,
        "notes": notes,
        "action": None,
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "as_of": as_of,
        "score_id": hashlib.sha256(record_bytes(said)).hexdigest(),
    }
