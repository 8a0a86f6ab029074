"""Bodies in and answers out, as ASGI has them."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from leadscore.errors import LeadscoreError, TooLarge
from leadscore.service.api.headers import SECURE, new_request_id
from leadscore.service.api.problems import Headers, NoSuchMethod, problem_response

if TYPE_CHECKING:
    from starlette.types import Receive, Send

__all__ = [
    "NDJSON",
    "Answer",
    "Disconnected",
    "body_pieces",
    "too_large",
    "whole_body",
]


NDJSON = "application/x-ndjson"
_JSON = (b"content-type", b"application/json")
_LINES = (b"content-type", NDJSON.encode())


class Disconnected(Exception):
    """The caller went away before the request was whole."""


class Answer:
    """The answer to one request.

    Parameters
    ----------
    send : callable
        ASGI's.
    """

    __slots__ = ("_send", "request_id", "status")

    def __init__(self, send: "Send") -> None:
        self._send = send
        self.request_id = new_request_id()
        #: The status that was sent; 0 before.
        self.status = 0

    async def json(self, body: bytes) -> None:
        """Send JSON."""
        size = (b"content-length", b"%d" % len(body))
        await self.whole(200, [_JSON, size, *SECURE], body)

    async def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer with all its headers but the request's id."""
        await self._start(status, headers)
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, error: LeadscoreError) -> None:
        """Send a problem, unless an answer was begun."""
        if self.status:
            return
        status, headers, body = problem_response(error)
        if isinstance(error, NoSuchMethod):
            headers.append((b"allow", b"POST"))
        await self.whole(status, headers, body)

    async def lines(self, pieces: AsyncIterator[bytes]) -> None:
        """Send NDJSON, piece by piece as it comes."""
        async for piece in pieces:
            if not self.status:
                await self._start(200, [_LINES, *SECURE])
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        if not self.status:
            await self._start(200, [_LINES, *SECURE])
        await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: Headers) -> None:
        self.status = status
        headers.append((b"x-request-id", self.request_id.encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})


async def whole_body(receive: "Receive", *, most: int) -> bytes:
    """Return the body of a request.

    Parameters
    ----------
    receive : callable
        ASGI's.
    most : int
        How many bytes it may have.

    Raises
    ------
    TooLarge
        If it has more.
    Disconnected
        If the caller went away.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        # nearly always
        body: bytes = message.get("body", b"")
        if len(body) > most:
            raise too_large(most)
        return body
    pieces = [piece async for piece in _pieces(message, receive, most)]
    return b"".join(pieces)


async def body_pieces(receive: "Receive", *, most: int) -> AsyncIterator[bytes]:
    """Yield a request's body as it comes; `whole_body` says what may be raised."""
    async for piece in _pieces(await receive(), receive, most):
        yield piece


def too_large(most: int) -> TooLarge:
    """Return the error that refuses a body for its size."""
    return TooLarge(
        "The request is too large.",
        allowed=f"{most:,} bytes (LEADSCORE_BODY_MEGABYTES)",
        next_step="Send the leads in several requests.",
    )


async def _pieces(first: object, receive: "Receive", most: int) -> AsyncIterator[bytes]:
    message, size = first, 0
    while True:
        if not isinstance(message, dict) or message["type"] != "http.request":
            raise Disconnected
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise too_large(most)
        yield piece
        if not message.get("more_body", False):
            return
        message = await receive()
