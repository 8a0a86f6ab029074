"""What the OpenAPI document is told of a route, beside its path and its parameters."""

from collections.abc import Mapping
from typing import Any, TypedDict  # Any: the values of an OpenAPI operation are of any type

from leadscore.flows.service.access.roles import Action

__all__ = ["Told", "told"]


class Told(TypedDict):
    """What FastAPI's decorators take of it."""

    summary: str
    status_code: int
    response_model: None
    openapi_extra: dict[str, Any]


def told(  # noqa: PLR0913 -- a line of a table; each is named
    summary: str,
    *,
    action: Action | None,
    answer: str,
    body: str = "",
    needs_body: bool = True,
    status: int = 200,
    writes: bool = False,
    also: tuple[int, ...] = (),
    example: object = None,
    body_types: Mapping[str, object] | None = None,
) -> Told:
    """Return what a route's decorator is given.

    Parameters
    ----------
    summary : str
        What it does, in a line.
    action : str, optional
        What a caller must be allowed to do; None where everybody may.
    answer : str
        The shape of its answer: a name among the document's schemas.
    body : str
        The shape of its body; empty where it takes none.
    needs_body : bool
        Whether it needs one; without it, it is as if it were empty.
    status : int
        The status of its answer.
    writes : bool
        Whether it takes an Idempotency-Key.
    also : tuple of int
        The statuses of its refusals, beside those that any route has.
    example : JSON value, optional
        A body that works.
    body_types : mapping, optional
        Bodies that are no JSON, by their content types.
    """
    return {
        "summary": summary,
        "status_code": status,
        "response_model": None,
        "openapi_extra": {
            "x-action": action,
            "x-told": {
                "answer": answer,
                "body": body,
                "needs_body": needs_body,
                "writes": writes,
                "also": also,
                "example": example,
                "body_types": body_types or {},
            },
        },
    }
