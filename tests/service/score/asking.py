"""A service of the scoring routes alone, and how a test asks it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadscore.flows.service.access.keys import SECRET_BYTES, KeyTerms, make_key
from leadscore.flows.service.context import Caller, Champion, Context, Rules
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import Role
from leadscore.leads.moment import SECOND
from leadscore.model.bundle import Model
from leadscore.score.one_record import RecordScorer
from leadscore.service.api.gate import Gate
from leadscore.service.api.meters import Meters
from leadscore.service.api.score.routes import ScoreRoutes
from leadscore.service.api.score.scoring import Shared

__all__ = ["Answered", "Clock", "Held", "Served", "champion_of", "key_of", "serve"]

START = 1_790_000_000 * SECOND


@dataclass
class Clock:
    """A clock that a test moves."""

    at: int = START

    def __call__(self) -> int:
        return self.at


@dataclass
class Held:
    """Which model is live, as a test says."""

    now: Champion | None

    def champion(self) -> Champion | None:
        return self.now


@dataclass
class Answered:
    """An answer."""

    status: int
    headers: dict[str, str]
    pieces: list[bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass
class Served:
    """The routes, and all that they are served with."""

    store: Store
    held: Held
    gate: Gate
    clock: Clock = field(default_factory=Clock)
    meters: Meters = field(default_factory=Meters)
    body_limit: int = 1_000_000

    def __post_init__(self) -> None:
        self.routes = ScoreRoutes(
            Shared(
                gate=self.gate,
                meters=self.meters,
                live=self.held,
                store=self.store,
                clock=self.clock,
                rules=Rules(),
                body_limit=self.body_limit,
            )
        )

    def post(
        self,
        path: str,
        body: object,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        pieces: Sequence[bytes] | None = None,
    ) -> Answered:
        """Return the answer to a body: bytes as they are, all else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = [content] if pieces is None else list(pieces)

        async def ask() -> Answered:
            answered = await self.ask(path, sent, method=method, headers=headers or {})
            await self.gate.close()
            return answered

        return asyncio.run(ask())

    async def ask(
        self,
        path: str,
        pieces: list[bytes],
        *,
        method: str = "POST",
        headers: Mapping[str, str],
        sent: Callable[[MutableMapping[str, Any]], Awaitable[None]] | None = None,
    ) -> Answered:
        """Ask in an event loop that is there; `sent` is told of what is answered as it is."""
        answered = Answered(0, {}, [])
        left = [
            {"type": "http.request", "body": one, "more_body": at < len(pieces)}
            for at, one in enumerate(pieces, 1)
        ]

        async def receive() -> MutableMapping[str, Any]:
            await asyncio.sleep(0)
            return left.pop(0) if left else {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                answered.headers = {
                    name.decode(): value.decode() for name, value in message["headers"]
                }
            elif message.get("body"):
                answered.pieces.append(message["body"])
            if sent is not None:
                await sent(message)

        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "path": path, "method": method, "headers": raw}
        await self.routes(scope, receive, send)
        return answered


def champion_of(model: Model) -> Champion:
    """Return a model as the one that is live."""
    return Champion(model=model, records=RecordScorer(model))


def serve(store: Store, model: Model | None, *, body_limit: int = 1_000_000) -> Served:
    """Return routes that anybody may ask."""
    clock = Clock()
    everyone = Caller(actor="demo", role="admin")
    gate = Gate(store, per_minute=1_000, clock=clock, everyone=everyone)
    held = Held(None if model is None else champion_of(model))
    return Served(store=store, held=held, gate=gate, clock=clock, body_limit=body_limit)


def key_of(
    store: Store,
    role: Role,
    *,
    seed: int = 1,
    expires_at: int | None = None,
    per_minute: int | None = None,
) -> tuple[str, str]:
    """Return the header that a new key makes, and its prefix."""
    context = Context(now=START - SECOND, caller=Caller(actor="cli", role="admin"))
    terms = KeyTerms(role=role, expires_at=expires_at, per_minute=per_minute)
    with store.begin(write=True) as work:
        made = make_key(work, context, terms, secret=bytes([seed]) * SECRET_BYTES)
    return f"Bearer {made.text}", made.row.prefix
