"""Small bodies that say what to do; those about leads are read by `leadscore.leads`."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from leadscore.errors import BadRequest, Fault
from leadscore.flows.service.service_rows import Role
from leadscore.leads.event import LONGEST_NAME, LONGEST_TEXT
from leadscore.leads.moment import read_moment

__all__ = [
    "BODIES",
    "KeyBody",
    "MoveBody",
    "ObjectionBody",
    "OutcomesBody",
    "PromotionBody",
    "ReplayBody",
    "WebhookBody",
    "faults_of",
    "moment_of",
    "read_body",
]

_Body = TypeVar("_Body", bound=BaseModel)

#: A task sleeps a year at most, in minutes.
_LONGEST_SLEEP = 366 * 24 * 60

Reason = Annotated[str, Field(max_length=LONGEST_TEXT, description="Why.")]
Moment = Annotated[
    str,
    Field(
        max_length=40,
        description="A moment, RFC 3339.",
        json_schema_extra={"format": "date-time"},
    ),
]
Kind = Literal["lead.tier_changed", "lead.scored", "task.due", "model.promoted", "monitor.alert"]


class _Strict(BaseModel):
    """A number is no text and a flag no number; what is not known is passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class _Exact(_Strict):
    """What is not known is refused: passed over, it would leave a key or a webhook too open."""

    model_config = ConfigDict(extra="forbid")


class MoveBody(_Strict):
    """More about a move with a task."""

    until: Annotated[Moment | None, Field(description="Until when it sleeps or is claimed.")] = None
    minutes: Annotated[
        int | None,
        Field(ge=1, le=_LONGEST_SLEEP, description="For how long; a claim is for a day at most."),
    ] = None
    tier: Annotated[
        str, Field(max_length=LONGEST_NAME, description="What an override puts the lead in.")
    ] = ""
    reason: Reason = ""


class ObjectionBody(_Strict):
    """Whether a lead objects to profiling."""

    objects: Annotated[bool, Field(description="Whether the lead may not be profiled.")]


class OutcomesBody(_Strict):
    """What came of many leads."""

    outcomes: Annotated[
        list[object],
        Field(max_length=2_500, description="Each as POST /v1/outcomes takes it."),
    ]


class ReplayBody(_Strict):
    """The score to work out again, where it was not kept."""

    record: Annotated[
        dict[str, object] | None, Field(description="The whole answer that was given.")
    ] = None


class PromotionBody(_Strict):
    """Why another model is to be live."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, description="Why.")]


class KeyBody(_Exact):
    """A key that is to be made."""

    role: Annotated[Role, Field(description="What it may do.")]
    name: Annotated[str, Field(max_length=LONGEST_NAME, description="What people call it.")] = ""
    expires_at: Annotated[Moment | None, Field(description="From when on it is not accepted.")] = (
        None
    )
    per_minute: Annotated[
        int | None,
        Field(ge=1, le=100_000_000, description="How many requests it may make in a minute."),
    ] = None


class WebhookBody(_Exact):
    """Where to send what."""

    url: Annotated[str, Field(min_length=1, max_length=2_000, description="Where to.")]
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=5, description="What about.")]


#: Their shapes in the OpenAPI document.
BODIES: dict[str, type[BaseModel]] = {
    "Move": MoveBody,
    "Objection": ObjectionBody,
    "Replay": ReplayBody,
    "Outcomes": OutcomesBody,
    "Promotion": PromotionBody,
    "NewKey": KeyBody,
    "NewWebhook": WebhookBody,
}

_LONGEST_GOT = 60


def read_body(kind: type[_Body], table: object) -> _Body:
    """Return the body as one of a kind.

    Raises
    ------
    BadRequest
        If it is not; with all faults at once.

    Examples
    --------
    >>> read_body(ObjectionBody, {"objects": True}).objects
    True
    """
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        faults = faults_of(error.errors(include_url=False, include_context=False))
        raise BadRequest("The body cannot be used.", faults=faults) from None


def moment_of(text: str | None, *, where: str) -> int | None:
    """Return the moment that a body says; None where it says none.

    Raises
    ------
    BadRequest
        If it is no moment.
    """
    at = None if text is None else read_moment(text)
    if text is not None and at is None:
        allowed = "a moment such as 2026-01-31T12:30:00Z"
        fault = Fault(field=where, got=repr(text), allowed=allowed)
        raise BadRequest("A moment cannot be read.", faults=(fault,))
    return at


def faults_of(errors: Sequence[ErrorDetails], *, skip: int = 0) -> tuple[Fault, ...]:
    """Return what pydantic found as faults.

    Parameters
    ----------
    errors : sequence of ErrorDetails
        What it found.
    skip : int
        How many parts of each place are passed over: FastAPI begins with ``path`` or ``query``.
    """
    return tuple(
        Fault(
            field=".".join(str(part) for part in one["loc"][skip:]) or "body",
            got="nothing" if one["type"] == "missing" else _short(one["input"]),
            allowed=one["msg"].removeprefix("Value error, "),
        )
        for one in errors
    )


def _short(got: object) -> str:
    text = repr(got)
    return text if len(text) <= _LONGEST_GOT else text[: _LONGEST_GOT - 1] + "…"
