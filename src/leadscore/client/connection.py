"""What both kinds of client do with the HTTP library, before and after it talks."""

from collections.abc import Callable
from functools import update_wrapper
from importlib.util import find_spec
from inspect import Parameter, signature
from secrets import SystemRandom
from typing import TYPE_CHECKING, TypedDict, TypeVar, get_args
from urllib.parse import urlsplit

from leadscore import __version__
from leadscore.client.calls.call import Call
from leadscore.client.exchange import Answer, Lost
from leadscore.errors import BadRequest, MissingExtra

if TYPE_CHECKING:
    import httpx2

__all__ = ["Request", "address", "draw", "headers", "heard", "lost", "request", "show"]

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., object])

#: Spreads the waits of many callers.
draw = SystemRandom().random


class Request(TypedDict):
    """The arguments of the HTTP library's `request`."""

    method: str
    url: str
    params: list[tuple[str, str | int | float | bool | None]] | None
    content: bytes | None
    headers: dict[str, str]


def address(url: str) -> str:
    """Return the service's address as it is used.

    Raises
    ------
    MissingExtra
        If httpx2 is not installed.
    BadRequest
        If it is none.
    """
    if find_spec("httpx2") is None:
        raise MissingExtra(
            "The client's part is not installed.",
            next_step="Install it: pip install 'leadscore[client]'.",
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadRequest(
            f"The service's address is {url!r}.", allowed="an address such as http://localhost:8000"
        )
    return url.rstrip("/")


def headers(key: str | None) -> dict[str, str]:
    """Return the headers of every call.

    Raises
    ------
    BadRequest
        If the key is none that a header can carry; it is not shown.
    """
    named = {"user-agent": f"leadscore/{__version__}"}
    if not key:
        return named
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise BadRequest(
            "The key has a space, a line's end or a sign that no key has.",
            next_step="Take off what was read with it: key.strip().",
        )
    return {**named, "authorization": f"Bearer {key}"}


def request(call: Call[T]) -> Request:
    """Return a call as the HTTP library takes it."""
    return Request(
        method=call.method,
        url=call.path,
        params=list(call.query) or None,
        content=call.body,
        headers=call.headers(),
    )


def heard(response: "httpx2.Response") -> Answer:
    """Return what came back."""
    named = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=named, content=response.content)


def lost(error: "httpx2.RequestError") -> Lost:
    """Return that nothing came back, and what the HTTP library says of it."""
    from httpx2 import ConnectError, ConnectTimeout, PoolTimeout  # noqa: PLC0415

    unsent = isinstance(error, ConnectError | ConnectTimeout | PoolTimeout)
    return Lost(str(error) or type(error).__name__, sent=not unsent)


def show(method: Method, make: Callable[..., object]) -> Method:
    """Give the method the name, the words and the parameters of the call that it makes."""
    told = signature(make)
    first = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    (answer,) = get_args(told.return_annotation)
    shown = told.replace(parameters=[first, *told.parameters.values()], return_annotation=answer)
    update_wrapper(method, make)
    vars(method)["__signature__"] = shown
    return method
