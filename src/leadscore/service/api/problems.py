"""Errors as RFC 9457 has them: one form for every route, whoever answers."""

from http import HTTPStatus
from typing import TypeAlias

from msgspec import json

from leadscore.errors import Fault, LeadscoreError, TooOften, Unavailable, UserError
from leadscore.service.api.headers import SECURE

__all__ = ["PROBLEM", "Headers", "NoSuchMethod", "problem_bytes", "problem_response"]

PROBLEM = "application/problem+json"

#: Headers as ASGI has them.
Headers: TypeAlias = list[tuple[bytes, bytes]]

#: A caller who sent ten thousand bad leads mends the first ones first.
_MOST_FAULTS = 1_000
#: When to come back while the database is away, in seconds.
_LATER = 1


class NoSuchMethod(UserError):
    """The route is there, and does not take this method."""

    code = "no_such_method"
    http_status = 405


def problem_response(error: LeadscoreError) -> tuple[int, Headers, bytes]:
    """Return what answers an error: its status, all headers of the answer, the body.

    Parameters
    ----------
    error : LeadscoreError
        Any error of `leadscore.errors`.

    Returns
    -------
    status : int
        The HTTP status.
    headers : list of (bytes, bytes)
        As ASGI has them, the secure ones among them.
    body : bytes
        ``application/problem+json``: type, title, status, detail, code, errors and next_step. It
        holds what the caller sent of the fields that are wrong, and never what a driver said.

    Examples
    --------
    >>> from leadscore.errors import NotFound
    >>> status, headers, body = problem_response(NotFound("There is no lead 'L1'."))
    >>> status, b'"code":"not_found"' in body
    (404, True)
    """
    body = problem_bytes(error)
    headers = [
        (b"content-type", PROBLEM.encode()),
        (b"content-length", str(len(body)).encode()),
        *_headers_of(error),
        *SECURE,
    ]
    return error.http_status, headers, body


def problem_bytes(error: LeadscoreError) -> bytes:
    """Return the body alone; `problem_response` says what is in it."""
    said = _words(error)
    return json.encode(
        {
            "type": f"urn:leadscore:{error.code}",
            "title": _title(error),
            "status": error.http_status,
            "detail": said.message,
            "code": error.code,
            "errors": [_fault(one) for one in said.faults[:_MOST_FAULTS]],
            "next_step": said.next_step,
        }
    )


def _words(error: LeadscoreError) -> UserError:
    """Return the error as one with words for the caller."""
    if isinstance(error, UserError):
        allowed = f" Allowed: {error.allowed}." if error.allowed else ""
        return UserError(error.message + allowed, faults=error.faults, next_step=error.next_step)
    if isinstance(error, Unavailable):
        return UserError(
            str(error), next_step="Send the same request again, a write with the same ids."
        )
    return UserError(
        "Something went wrong that is not the request's fault.",
        next_step="Tell who runs the service the id in the header x-request-id.",
    )


def _title(error: LeadscoreError) -> str:
    """Return a few words that are the same for every error of the kind."""
    if type(error) is LeadscoreError:
        return HTTPStatus(error.http_status).phrase
    return error.code.replace("_", " ").capitalize()


def _fault(fault: Fault) -> dict[str, str | int]:
    row = {} if fault.row is None else {"row": fault.row}
    return {"field": fault.field, "got": fault.got, "allowed": fault.allowed, **row}


def _headers_of(error: LeadscoreError) -> Headers:
    if isinstance(error, TooOften):
        return [(b"retry-after", str(error.retry_after).encode())]
    if isinstance(error, Unavailable):
        return [(b"retry-after", str(_LATER).encode())]
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        return [(b"www-authenticate", b"Bearer")]
    return []
