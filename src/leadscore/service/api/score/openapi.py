"""What the OpenAPI document says of the routes that score."""

import math
from http import HTTPStatus

from leadscore.flows.service.access.roles import ALLOWED
from leadscore.leads.event import LONGEST_ID
from leadscore.leads.schema import Field, Schema
from leadscore.score.record import Json
from leadscore.service.api.problems import PROBLEM
from leadscore.service.api.score.asked import JSON_TYPES
from leadscore.service.api.score.batch import MOST
from leadscore.service.api.score.http import NDJSON

__all__ = ["score_paths"]

_Shape = dict[str, Json]

_JSON = "application/json"
_REFUSALS = (401, 403, 413, 422, 429, 503)
#: Where a score is to be kept: the lead objected, or was erased.
_KEEPING = (409, 410)
_RECORD: _Shape = {"$ref": "#/components/schemas/ScoreRecord"}
_SHORT: _Shape = {
    "type": "object",
    "required": ["lead_score", "confidence", "probabilities", "recommendation"],
    "properties": {
        "lead_score": {"type": "string", "description": "The tier."},
        "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "probabilities": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "recommendation": {"type": "string", "description": "What to do."},
    },
}
_SCORES: _Shape = {
    "type": "object",
    "required": ["scores", "errors"],
    "properties": {
        "scores": {
            "type": "array",
            "description": "In the leads' order; null where a lead has faults.",
            "items": {"anyOf": [_RECORD, {"type": "null"}]},
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "field", "got", "allowed"],
                "properties": {"index": {"type": "integer"}},
            },
        },
    },
}


def score_paths(schema: Schema | None) -> dict[str, Json]:
    """Return the ``paths`` of the routes that score.

    Parameters
    ----------
    schema : Schema, optional
        That of the live model: its fields, with ranges, units and meanings. Without one any
        object is a lead.

    Examples
    --------
    >>> sorted(score_paths(None))
    ['/predict', '/predict/batch', '/v1/score', '/v1/score/batch']
    """
    lead, example = _flat(schema), _example(schema)
    many: _Shape = {
        "type": "object",
        "required": ["leads"],
        "properties": {"leads": {"type": "array", "maxItems": MOST, "items": {}}},
    }
    batch = _route(
        f"Score up to {MOST:,} leads, or as many lines as the body may hold",
        _content(many, {"leads": [example]}) | {NDJSON: {"schema": {"type": "string"}}},
        _content(_SCORES) | {NDJSON: {"schema": {"type": "string"}}},
    )
    return {
        "/v1/score": _route(
            "Score a lead, with all its reasons; nothing is kept unless `keep` asks for it",
            _content(_flat_or_wrapped(schema, lead), example),
            _content(_RECORD),
            more=_KEEPING,
        ),
        "/v1/score/batch": batch,
        "/predict": _route("The short form of a score", _content(lead, example), _content(_SHORT)),
        "/predict/batch": _route(
            "The short form of many scores",
            _content({"type": "array", "maxItems": MOST, "items": lead}, [example]),
            _content({"type": "array", "items": _SHORT}),
        ),
    }


def _route(summary: str, body: _Shape, answer: _Shape, *, more: tuple[int, ...] = ()) -> _Shape:
    roles: list[Json] = [*sorted(ALLOWED["score"])]
    return {
        "post": {
            "tags": ["score"],
            "summary": summary,
            "x-action": "score",
            "x-roles": roles,
            "security": [{"key": []}],
            "requestBody": {"required": True, "content": body},
            "responses": {
                "200": {"description": "As said.", "content": answer},
                **{str(code): _problem(code) for code in sorted({*_REFUSALS, *more})},
            },
        }
    }


def _content(shape: Json, example: Json = None) -> _Shape:
    told: _Shape = {"schema": shape}
    return {_JSON: told if example is None else {**told, "example": example}}


def _problem(code: int) -> _Shape:
    shape: _Shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": HTTPStatus(code).phrase, "content": {PROBLEM: shape}}


def _flat_or_wrapped(schema: Schema | None, lead: _Shape) -> _Shape:
    """Return the shape of a lead whose fields are flat, or in ``lead`` with more beside them."""
    beside: _Shape = {
        "lead": lead,
        "lead_id": {
            "type": ["string", "null"],
            "minLength": 1,
            "maxLength": LONGEST_ID,
            "pattern": "^[!-~]+$",
            "description": "The lead's id, where it is not among the fields.",
        },
        "as_of": {
            "anyOf": [{"type": "string", "format": "date-time"}, {"enum": ["", None]}],
            "description": "The moment that the score is for; carried along.",
        },
        "keep": {"type": ["boolean", "null"], "description": "Whether to keep the score."},
    }
    wrapped: _Shape = {"type": "object", "required": ["lead"], "properties": beside}
    names = [one.name for one in schema.fields] if schema else []
    if "lead" in names:
        return lead
    return {"anyOf": [{**lead, "not": {"required": ["lead"]}}, wrapped]}


def _flat(schema: Schema | None) -> _Shape:
    """Return the shape of a lead's fields; what is no field is passed over."""
    if schema is None:
        return {"type": "object"}
    told = [one for one in schema.fields if one.role not in ("label", "ignore")]
    any_of: list[Json] = [{"required": [one.name]} for one in schema.features]
    needed: list[Json] = [one.name for one in told if not one.missing and one.held]
    properties: _Shape = {"lead_id": {"type": ["string", "number", "null"]}}
    properties |= {one.name: _field(one) for one in told}
    return {
        "type": "object",
        "properties": properties,
        **({"anyOf": any_of} if any_of else {}),
        **({"required": needed} if needed else {}),
    }


def _field(field: Field) -> _Shape:
    """Return the shape of a field's value, with its range, unit and meaning."""
    words = [f"{field.words}{f', {field.unit}' if field.unit else ''}."]
    if field.range:
        low, high = field.range
        words.append(f"Usually {low:,.10g} to {high:,.10g}; beyond that a note says so.")
    shape: _Shape = {"description": " ".join(words), **_values(field)}
    if field.limits:
        ends = zip(("minimum", "maximum"), field.limits, strict=True)
        shape |= {name: end for name, end in ends if math.isfinite(end)}
    return shape


def _values(field: Field) -> _Shape:
    """Return the types of a field's value."""
    if field.role == "id":
        return {"type": ["string", "number", "null"]}
    null: list[Json] = [None] if field.missing else []
    if field.type == "flag":
        return {"enum": [True, False, 0, 1, *null]}
    kinds: list[Json] = ["integer"] if field.type == "integer" else [*JSON_TYPES[field.type]]
    shape: _Shape = {"type": [*kinds, "null"] if field.missing else kinds}
    if field.type == "time":
        shape |= {"format": "date-time"}
    elif "string" in kinds and not field.missing:
        shape |= {"pattern": r"\S"}
    return shape


def _example(schema: Schema | None) -> _Shape:
    """Return a lead that is scored."""
    fields = schema.fields if schema else ()
    return {"lead_id": "L1"} | {
        one.name: _usual(one) for one in fields if one.role in ("feature", "audit", "sales")
    }


def _usual(field: Field) -> Json:
    """Return a value such as a field has."""
    match field.type:
        case "flag":
            return True
        case "category" | "text":
            return field.values[0] if field.values else "other"
        case "time":
            return "2026-01-31T09:00:00Z"
        case _:
            ends = [end for end in field.range or field.limits or (0, 10) if math.isfinite(end)]
            middle = sum(ends) / len(ends) if ends else 1
            return round(middle) if field.type == "integer" else middle
