"""What surrounds every route but those that score: ids, headers, limits, counts, logs, errors."""

from time import perf_counter
from typing import TYPE_CHECKING

import structlog
from starlette.requests import ClientDisconnect

from leadscore.errors import LeadscoreError, TooLarge
from leadscore.service.api.headers import SECURE, new_request_id
from leadscore.service.api.meters import Meters
from leadscore.service.api.problems import problem_response
from leadscore.service.api.reading.paths import keep_slashes

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Outer"]

#: What is noted where the caller left before the answer; nobody is sent it.
_LEFT = 499

_log = structlog.get_logger("leadscore.api")


class Outer:
    """An ASGI application around another one.

    A line of the log says which route was asked for and by whom, never the path, a query or a body:
    they hold ids of leads, which an erasure could not take back out of a log.

    Parameters
    ----------
    app : ASGI application
        What is surrounded.
    meters : Meters
        Counts.
    body_limit : int
        How many bytes a request may have.
    """

    def __init__(self, app: "ASGIApp", *, meters: Meters, body_limit: int) -> None:
        self._app, self._meters, self._limit = app, meters, body_limit

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        exchange = _Exchange(receive, send, limit=self._limit)
        began = perf_counter()
        keep_slashes(scope)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            # nobody waits for an answer any more
            exchange.status = exchange.status or _LEFT
        except Exception as error:  # whatever it is, the caller gets an answer and we a line
            _log.error("failed", request_id=exchange.request_id, exc_info=error)
            await exchange.fail()
        self._note(scope, exchange, perf_counter() - began)

    def _note(self, scope: "Scope", exchange: "_Exchange", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if route != "other" else "any"
        self._meters.request(route, method, exchange.status, seconds)
        _log.info(
            "request",
            request_id=exchange.request_id,
            method=method,
            route=route,
            status=exchange.status,
            ms=round(seconds * 1_000, 2),
            actor=scope.get("leadscore.actor"),
        )


class _Exchange:
    """One request and its answer, on their way through."""

    def __init__(self, receive: "Receive", send: "Send", *, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._came = 0
        self.request_id = new_request_id()
        self.status = 0

    async def receive(self) -> "Message":
        """Return what came next; refuse more than is taken at once."""
        message = await self._receive()
        self._came += len(message.get("body", b""))
        if self._came > self._limit:
            raise TooLarge(
                f"The request holds more than {self._limit:,} bytes.",
                next_step="Send it in parts; LEADSCORE_BODY_MEGABYTES sets how much is taken.",
            )
        return message

    async def send(self, message: "Message") -> None:
        """Pass an answer on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(pair for pair in SECURE if pair[0] not in own),
                (b"x-request-id", self.request_id.encode()),
            ]
        await self._send(message)

    async def fail(self) -> None:
        """Answer that it is our fault, unless an answer was begun."""
        if self.status:
            return
        status, headers, body = problem_response(LeadscoreError())
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
