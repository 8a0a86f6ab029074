"""The service's problems (RFC 9457) as this program's own errors, with the service's words."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from leadscore.errors import (
    BadRequest,
    Conflict,
    Fault,
    Gone,
    LeadscoreError,
    NoKey,
    NotAllowed,
    NotFound,
    TooLarge,
    TooOften,
    Unavailable,
    UserError,
)

__all__ = ["error_of"]

#: What a status means where the answer has no code of ours: a proxy wrote it.
_BY_STATUS: Mapping[int, type[UserError]] = {
    401: NoKey,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: TooLarge,
}
_PASSING = frozenset({502, 503, 504})
_LONGEST_WORDS = 300


def error_of(status: int, headers: Mapping[str, str], content: bytes) -> LeadscoreError | None:
    """Return the error that an answer tells of; None where it is a good one.

    Parameters
    ----------
    status : int
        The HTTP status.
    headers : mapping of str to str
        Its headers, the names in lower case.
    content : bytes
        Its body.

    Examples
    --------
    >>> content = b'{"code": "gone", "detail": "The lead was erased."}'
    >>> error_of(410, {}, content)
    Gone('The lead was erased.')
    """
    if status < 300:
        return None
    problem = _problem(content)
    kind = _kinds().get(str(problem.get("code")))
    detail = problem.get("detail") or problem.get("title")
    words = str(detail) if detail else _words(status, content)
    if kind is TooOften or status == TooOften.http_status:
        return TooOften(words, retry_after=_seconds(headers))
    if kind is not None and issubclass(kind, UserError):
        return _told(kind, words, problem)
    if kind is not None:
        return kind(words)
    return _by_status(status, words)


def _by_status(status: int, words: str) -> LeadscoreError:
    if status in _BY_STATUS:
        return _BY_STATUS[status](words)
    if status < 500:
        return BadRequest(words)
    # a proxy's, before a service that starts anew; a bug of the service's own is none
    return Unavailable(words) if status in _PASSING else LeadscoreError(words)


def _told(kind: type[UserError], words: str, problem: Mapping[str, object]) -> UserError:
    faults = problem.get("errors")
    return kind(
        words,
        allowed=str(problem.get("allowed") or ""),
        next_step=str(problem.get("next_step") or ""),
        faults=tuple(_fault(one) for one in faults if isinstance(one, dict))
        if isinstance(faults, list)
        else (),
    )


def _fault(told: Mapping[str, object]) -> Fault:
    return Fault(
        field=str(told.get("field", "")),
        got=str(told.get("got", "")),
        allowed=str(told.get("allowed", "")),
        line=_place(told.get("line")),
        row=_place(told.get("row", told.get("index"))),
    )


def _place(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _problem(content: bytes) -> Mapping[str, object]:
    try:
        problem = json.loads(content)
    except ValueError:
        return {}
    return cast("Mapping[str, object]", problem) if isinstance(problem, dict) else {}


def _words(status: int, content: bytes) -> str:
    text = content.decode(errors="replace").strip()[:_LONGEST_WORDS]
    return f"The service answered {status}: {text or 'nothing else'}."


def _seconds(headers: Mapping[str, str]) -> int:
    """Return after how many seconds to come back; a date, which ours never sends, is one second."""
    told = headers.get("retry-after", "")
    return max(1, int(told)) if told.isdecimal() else 1


def _kinds() -> dict[str, type[LeadscoreError]]:
    """Return each code's error; one that only inherits a code is a special case of another's."""
    return {one.code: one for one in _below(LeadscoreError) if "code" in vars(one)}


def _below(kind: type[LeadscoreError]) -> Iterator[type[LeadscoreError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _below(one)
