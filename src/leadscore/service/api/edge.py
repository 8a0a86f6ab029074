"""What the routes are served with, and one request of a caller who was let in."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from leadscore.errors import BadRequest, Fault
from leadscore.flows.service.access.replies import Reply, once
from leadscore.flows.service.context import Caller, Context, Rules
from leadscore.flows.service.ports import Store, Work
from leadscore.service.api.gate import Gate
from leadscore.service.api.gather import Gatherer
from leadscore.service.api.reading.bodies import read_body
from leadscore.service.api.reading.json_body import read_json
from leadscore.service.live import Live

__all__ = ["JSON", "Asked", "Called", "Edge", "admit", "answered", "reply"]

JSON = "application/json"
#: The parameters that are lists.
_REPEATABLE = frozenset(["model"])

_Answer = TypeVar("_Answer")
_Body = TypeVar("_Body", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes are served with.

    Parameters
    ----------
    store : Store
        The memory.
    clock : callable
        Tells the moment, in microseconds since 1970-01-01 UTC.
    live : Live
        Holds the champion.
    gate : Gate
        Lets callers in.
    rules : Rules
        What the operator decided.
    webhook_hosts : tuple of str
        Hosts and networks of one's own that webhooks may go to.

    Attributes
    ----------
    gatherer : Gatherer
        Takes identify and track calls, several in one transaction.
    """

    store: Store
    clock: Callable[[], int]
    live: Live
    gate: Gate
    rules: Rules
    webhook_hosts: tuple[str, ...] = ()
    gatherer: Gatherer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gatherer", Gatherer(self.store, self.context))

    def context(self, caller: Caller) -> Context:
        """Return what a use case is told now."""
        return Context(
            now=self.clock(), caller=caller, champion=self.live.champion(), rules=self.rules
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a caller who was let in.

    Parameters
    ----------
    edge : Edge
        What it is served with.
    caller : Caller
        Who asks.
    what : str
        The method and the path with its query.
    body : bytes
        The body.
    key : str
        Its Idempotency-Key; empty where it has none.
    """

    edge: Edge
    caller: Caller
    what: str
    body: bytes
    key: str

    @property
    def context(self) -> Context:
        """What a use case is told now."""
        return self.edge.context(self.caller)

    def json(self) -> object:
        """Return the body's JSON value.

        Raises
        ------
        BadRequest
            If it has none; NaN and Infinity are no JSON.
        """
        return read_json(self.body)

    def table(self) -> dict[str, object]:
        """Return the body's JSON value, which must be a table.

        Raises
        ------
        BadRequest
            If it is anything else.
        """
        value = self.json()
        if not isinstance(value, dict):
            fault = Fault(field="body", got=f"a {type(value).__name__}", allowed="a JSON object")
            raise BadRequest("The body is not a JSON object.", faults=(fault,))
        return value

    def said(self, kind: type[_Body]) -> _Body:
        """Return the body as one of a kind; a body that is not there is an empty table.

        Raises
        ------
        BadRequest
            If it is not; with all faults at once.
        """
        return read_body(kind, self.table() if self.body else {})

    def read(self, use: Callable[[Work, Context], object]) -> Response:
        """Answer what a use case that only reads returns."""
        with self.edge.store.begin(write=False) as work:
            return answered(reply(use(work, self.context)))

    def write(self, use: Callable[[Work, Context], Reply], *, kept: bool = True) -> Response:
        """Do a use case in one transaction and answer what it returns.

        Under an Idempotency-Key it is done once: the same request again gets the same answer. An
        answer that holds a secret is not `kept`, and so is not given again.
        """
        with self.edge.store.begin(write=True) as work:
            context = self.context
            answer = once(
                work,
                context,
                key=self.key if kept else "",
                request=self.what.encode() + b"\n" + self.body,
                make=lambda: use(work, context),
            )
        return answered(answer)

    def run(self, use: Callable[[Store, Context], _Answer]) -> _Answer:
        """Do a use case that commits in pieces."""
        return use(self.edge.store, self.context)


def reply(value: object, *, status: int = 200, lead_ids: tuple[str, ...] = ()) -> Reply:
    """Return an answer in JSON.

    Parameters
    ----------
    value : JSON value or dataclass
        What is answered.
    status : int
        The HTTP status.
    lead_ids : tuple of str
        All the leads that it says anything about.
    """
    body = msgspec.json.encode(value)
    return Reply(status=status, content_type=JSON, body=body, lead_ids=lead_ids)


async def admit(request: Request) -> Asked:
    """Let the caller in for what the route does (its ``x-action``), or refuse."""
    edge: Edge = request.app.state.edge
    action = request.scope["route"].openapi_extra["x-action"]
    caller = await edge.gate.admit(request.headers.get("authorization"), action)
    request.scope["leadscore.actor"] = caller.actor
    _refuse_repeated(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return Asked(
        edge=edge,
        caller=caller,
        what=f"{request.method} {request.url.path}{query}",
        body=await request.body(),
        key=request.headers.get("idempotency-key", ""),
    )


Called = Annotated[Asked, Depends(admit)]


def _refuse_repeated(request: Request) -> None:
    """Refuse a parameter that came twice: which of the two counts is anybody's guess."""
    times = Counter(name for name, _ in request.query_params.multi_items())
    twice = [name for name, many in times.items() if many > 1 and name not in _REPEATABLE]
    if twice:
        faults = tuple(Fault(field=name, got="it twice", allowed="it once") for name in twice)
        raise BadRequest("The query cannot be used.", faults=faults)


def answered(answer: Reply) -> Response:
    """Return a reply as HTTP has it."""
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type)
