"""The shapes of bodies and answers in the OpenAPI document, made from the live model's schema."""

import math
from collections.abc import Iterable, Mapping
from typing import Any  # Any: pydantic's type for a JSON schema

from leadscore.leads.event import LONGEST_ID, LONGEST_NAME
from leadscore.leads.event_reader import MOST_MESSAGES
from leadscore.leads.schema import Field, Schema
from leadscore.score.record import Json
from leadscore.service.api.reading.bodies import BODIES

__all__ = ["field_shape", "shapes"]

#: What each kind of answer holds; what is not listed here may come to be there.
_ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "AddedModel": ("A model that is kept now, and whether it is new.", ("digest", "added")),
    "Compared": ("Figures of models side by side.", ()),
    "Deliveries": ("A page of deliveries; `next` is what the next page is before.", ()),
    "Delivery": ("A message on its way to one webhook.", ("id", "state", "attempts")),
    "Erased": (
        "How many rows of each kind were removed, which models are marked, and which other leads "
        "have the same e-mail address.",
        (),
    ),
    "Export": ("All that is held of a lead.", ()),
    "Health": ("Whether the service is well.", ("status",)),
    "History": ("Scores, the last one first, each with what changed in words.", ("scores",)),
    "Imported": ("What became of the rows.", ()),
    "Key": ("A key without its secret.", ("prefix", "role", "state")),
    "Keys": ("All keys.", ("keys",)),
    "Lead": ("What is known of a lead now.", ("lead_id", "fields", "standing", "score")),
    "Logged": ("What was written down.", ()),
    "LoggedAll": ("How many were written down, and what is wrong with others.", ("errors",)),
    "MadeKey": ("A new key; its text is shown this once.", ("key", "prefix", "role")),
    "MadeWebhook": ("A webhook whose secret is shown this once.", ("secret", "id")),
    "Models": ("All models that are kept.", ("models",)),
    "Objected": ("Since when a lead objects, if it does.", ("lead_id",)),
    "Page": ("Leads by rising id; `after` is null on the last page.", ("leads", "total")),
    "Promoted": ("Which model is live now.", ("digest",)),
    "Promotions": ("Promotions, the last one first.", ("promotions",)),
    "Removed": ("What was removed.", ("id", "removed")),
    "Replayed": (
        "Whether a score comes out the same; `missing` names what of it is gone.",
        ("score_id", "same", "missing", "differs"),
    ),
    "ScoreRecord": ("A score with all its reasons.", ("score_id", "tier", "model")),
    "Taken": (
        "What became of messages, and the new scores of their leads.",
        ("accepted", "repeated", "passed_over", "errors", "scores"),
    ),
    "Task": ("A task of the worklist.", ()),
    "Trail": ("Lines of the audit log, the last one first.", ("lines",)),
    "Webhook": ("A webhook without its secret.", ("id", "url", "kinds")),
    "Webhooks": ("All webhooks.", ("webhooks",)),
    "Worklist": ("Tasks in the order in which to call.", ("items", "total")),
}

_STATES = ("contacted", "qualified", "converted", "lost", "withdrawn")


def shapes(schema: Schema | None) -> dict[str, Json]:
    """Return the document's schemas by their names.

    Parameters
    ----------
    schema : Schema, optional
        The live model's; without one any object may be said of a lead.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> sorted(shapes(investor()))[:3]
    ['AddedModel', 'Batch', 'Compared']
    """
    return {
        **{name: _answer(words, keys) for name, (words, keys) in _ANSWERS.items()},
        **{name: _small(model.model_json_schema()) for name, model in BODIES.items()},
        **_said_of_leads(schema),
        "Outcome": _OUTCOME,
        "Problem": _PROBLEM,
    }


def field_shape(field: Field) -> dict[str, Json]:
    """Return the shape of a field's value where it is said of a lead.

    Texts are read as files are, ``"$90,000"`` among them, and null takes a value back.
    """
    span = field.limits or field.range
    words = [f"{field.words}{f', {field.unit}' if field.unit else ''}."]
    if field.range:
        words.append(f"Usually {_number(field.range[0])} to {_number(field.range[1])}.")
    if field.event:
        words.append(f"Counted from {field.event} events where there are any.")
    shape: dict[str, Json] = {"description": " ".join(words), "type": _types(field)}
    if field.limits and span:
        low, high = field.limits
        shape |= {"minimum": low} if math.isfinite(low) else {}
        shape |= {"maximum": high} if math.isfinite(high) else {}
    return shape


def _types(field: Field) -> list[Json]:
    if field.type == "flag":
        return ["boolean", "number", "string", "null"]
    if field.type in ("integer", "number"):
        return ["number", "string", "null"]
    return ["string", "null"]


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _answer(words: str, keys: Iterable[str]) -> Json:
    return {"type": "object", "description": words, "required": [*keys]}


def _small(shape: Mapping[str, Any]) -> Json:
    """Return a body's shape without the names that pydantic gives its parts."""
    properties = {
        name: {key: value for key, value in one.items() if key not in ("title", "default")}
        for name, one in shape["properties"].items()
    }
    return {**{key: one for key, one in shape.items() if key != "title"}, "properties": properties}


def _said_of_leads(schema: Schema | None) -> dict[str, Json]:
    fields: Json = {
        "type": "object",
        "description": "Fields of the live model's schema; others are passed over.",
        "properties": {
            one.name: field_shape(one) for one in (schema.fields if schema else ()) if one.held
        },
    }
    return {
        "Fields": fields,
        "LeadBody": {
            "type": "object",
            "properties": {
                "fields": {"anyOf": [{"$ref": "#/components/schemas/Fields"}, {"type": "null"}]},
                "contact": _CONTACT,
            },
        },
        "Identify": _message({"traits": _TRAITS}),
        "Track": _message({"event": _NAME, "properties": _PROPERTIES}, "event"),
        "Batch": _BATCH,
    }


def _message(more: Mapping[str, Json], *needed: str) -> Json:
    return {
        "type": "object",
        "properties": {
            "userId": {**_ID, "description": "The lead."},
            "messageId": {**_NAME, "description": "The same id again changes nothing."},
            "timestamp": {**_WHEN, "description": "When it was so; now where it is not said."},
            "sentAt": {**_WHEN, "description": "When it was sent, by the sender's clock."},
            **more,
        },
        "required": ["userId", *needed],
    }


_ID: dict[str, Json] = {"type": ["string", "integer"], "minLength": 1, "maxLength": LONGEST_ID}
_NAME: dict[str, Json] = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
#: What is empty is not said.
_WHEN: dict[str, Json] = {
    "anyOf": [{"type": "string", "format": "date-time"}, {"enum": ["", None]}],
}
_TRAITS: Json = {
    "anyOf": [{"$ref": "#/components/schemas/Fields"}, {"type": "null"}],
    "description": "Fields, and of contact data name, firstName, lastName, email, phone, company.",
}
_PROPERTIES: Json = {
    "type": ["object", "null"],
    "description": "More about what happened; flat values are kept, contact data is not.",
}
_CONTACT: Json = {
    "type": ["object", "null"],
    "description": "Whom to reach. It is kept apart, never scored and never logged.",
    "properties": {
        "name": {"type": ["string", "null"], "maxLength": LONGEST_ID},
        "email": {"type": ["string", "null"], "maxLength": LONGEST_ID},
        "phone": {"type": ["string", "integer", "null"]},
        "company": {
            "type": ["string", "object", "null"],
            "maxLength": LONGEST_ID,
            "description": "Its name, or a table with its name.",
        },
    },
}
_BATCH: Json = {
    "type": "object",
    "properties": {
        "batch": {
            "type": "array",
            "maxItems": MOST_MESSAGES,
            "items": {
                "description": "An identify or a track, with its type; what is wrong with one is "
                "told in `errors`.",
            },
        },
        "sentAt": {"description": "When it was sent; for messages that do not say so."},
    },
    "required": ["batch"],
}
_OUTCOME: Json = {
    "type": "object",
    "properties": {
        "lead_id": {**_ID, "description": "The lead."},
        "kind": {"enum": [*_STATES]},
        "occurred_at": {**_WHEN, "description": "When; now where it is not said."},
        "value": {"type": ["number", "null"], "minimum": 0},
        "reason": {"type": ["string", "null"], "maxLength": 1_000},
        "corrects": {"type": ["string", "null"], "description": "Whose place it takes."},
        "id": {**_NAME, "description": "The same id again changes nothing."},
    },
    "required": ["lead_id", "kind"],
}
_PROBLEM: Json = {
    "type": "object",
    "description": "What is wrong and what to do, as RFC 9457 has it.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "got": {"type": "string"},
                    "allowed": {"type": "string"},
                    "row": {"type": "integer"},
                },
                "required": ["field", "got", "allowed"],
            },
        },
        "next_step": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "code", "errors", "next_step"],
}
