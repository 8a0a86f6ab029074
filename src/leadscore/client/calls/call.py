"""One call of the REST API as a value: what is sent, and of which type the answer is."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Literal, TypeVar
from urllib.parse import quote

from leadscore.errors import BadRequest

__all__ = ["Call", "Json", "fresh_id", "get", "part", "send", "wire_moment"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Method = Literal["GET", "POST", "PUT", "DELETE"]
Repeats = Literal["freely", "by key", "never"]

_JSON = "application/json"
_ID_BYTES = 16
#: Whoever passes a path on would leave these out, and the call would mean another thing.
_NO_PARTS = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T_co]):
    """What is asked of the service; its type parameter is what the answer is read as.

    Parameters
    ----------
    method : {"GET", "POST", "PUT", "DELETE"}
        The HTTP method.
    path : str
        The path below the service's address, encoded.
    query : tuple of (str, str)
        The query's parameters.
    body : bytes, optional
        What is sent.
    content_type : str
        What the body is.
    key : str
        The Idempotency-Key, the same in each attempt; empty where it needs none.
    repeats : {"freely", "by key", "never"}
        Whether it may be sent again after an attempt whose answer was lost.
    """

    method: Method
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = _JSON
    key: str = ""
    repeats: Repeats = "freely"

    def headers(self) -> dict[str, str]:
        """Return the headers of each attempt."""
        headers = {"accept": _JSON}
        if self.body is not None:
            headers["content-type"] = self.content_type
        if self.key:
            headers["idempotency-key"] = self.key
        return headers


def get(path: str, **query: object) -> Call[T]:
    """Return a call that reads; of the query what is None is left out."""
    return Call(method="GET", path=path, query=_query(query))


def send(  # noqa: PLR0913  -- each is a part of an HTTP request
    path: str,
    body: object = None,
    *,
    method: Method = "POST",
    query: Mapping[str, object] | None = None,
    content_type: str = _JSON,
    repeats: Repeats = "by key",
) -> Call[T]:
    """Return a call that sends something, as bytes already: each attempt sends the same ones.

    Parameters
    ----------
    path : str
        The path.
    body : JSON value or bytes
        What is sent: bytes as they are, all else as JSON; nothing where None.
    method : {"POST", "PUT", "DELETE"}
        The HTTP method.
    query : mapping of str to object, optional
        The query's parameters.
    content_type : str
        What bytes are.
    repeats : {"freely", "by key", "never"}
        Whether it may be sent again: freely if it changes nothing, by key if all attempts are to
        have the effect of one, never if the service keeps no answer to give again.

    Raises
    ------
    BadRequest
        If the body holds what JSON has no word for.
    """
    content = body if isinstance(body, bytes | None) else _bytes(body)
    return Call(
        method=method,
        path=path,
        query=_query(query or {}),
        body=content,
        content_type=content_type,
        key=fresh_id() if repeats == "by key" else "",
        repeats=repeats,
    )


def part(text: str) -> str:
    """Return an id as one part of a path.

    Raises
    ------
    BadRequest
        If no path can carry it.

    Examples
    --------
    >>> part("a/b c")
    'a%2Fb%20c'
    """
    if text in _NO_PARTS:
        raise BadRequest(
            f"The id is {text!r}.", allowed="a text that a path can carry: not '', '.' or '..'"
        )
    return quote(text, safe="")


def wire_moment(moment: datetime | str | None) -> str | None:
    """Return a moment as the API takes it: RFC 3339 in UTC. A text is sent as it is.

    Raises
    ------
    BadRequest
        If it has no time zone: what it means would depend on the machine.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> wire_moment(datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=1))))
    '2026-01-31T11:00:00Z'
    """
    if moment is None or isinstance(moment, str):
        return moment
    if moment.tzinfo is None:
        raise BadRequest(
            f"The moment {moment.isoformat()} has no time zone.",
            allowed="a datetime with a time zone, or a text such as 2026-01-31T12:30:00Z",
        )
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def fresh_id() -> str:
    """Return an id that nobody else has."""
    return secrets.token_hex(_ID_BYTES)


def _query(given: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    several = (
        (name, one)
        for name, value in given.items()
        for one in (value if isinstance(value, list) else [value])
    )
    return tuple((name, _query_text(one)) for name, one in several if one is not None)


def _query_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bytes(body: object) -> bytes:
    try:
        return json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise BadRequest(
            f"The call cannot be written as JSON: {error}.",
            allowed="texts, numbers that are finite, booleans, None, lists and dicts of them",
        ) from error
