"""The service as one ASGI app: scoring on its own short path, all else on FastAPI."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import TYPE_CHECKING

from fastapi import FastAPI

from leadscore import __version__, wiring
from leadscore.flows.service.context import Caller
from leadscore.flows.service.ports import Store
from leadscore.service.api.around.handlers import handle_errors
from leadscore.service.api.around.outer import Outer
from leadscore.service.api.edge import Edge
from leadscore.service.api.gate import Gate
from leadscore.service.api.meters import Meters
from leadscore.service.api.routes import events, imports, leads, outcomes, scores, work
from leadscore.service.api.routes.service import health, keys, models, pages, webhooks
from leadscore.service.api.score.routes import ScoreRoutes, Shared
from leadscore.service.live import Live
from leadscore.service.traces import Traced
from leadscore.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Service", "build_app"]

_MEGABYTE = 1_000_000
_ROUTERS = (
    *(
        health.router,
        pages.router,
        imports.router,
        leads.router,
        events.router,
        outcomes.router,
        work.router,
    ),
    *(scores.router, models.router, webhooks.router, keys.router),
)


class Service:
    """The whole service: an ASGI application that passes a request to who answers it.

    Parameters
    ----------
    scores : ASGI application
        Answers the paths that score.
    paths : frozenset of str
        Those paths.
    app : ASGI application
        Answers all others, and starts and ends the service.
    stopping : threading.Event
        Set once the service is about to stop: it is not ready then.
    """

    def __init__(
        self, *, scores: "ASGIApp", paths: frozenset[str], app: "ASGIApp", stopping: Event
    ) -> None:
        self._scores, self._paths, self._app, self.stopping = scores, paths, app, stopping

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"] in self._paths:
            await self._scores(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def build_app(
    settings: Settings,
    *,
    store: Store,
    clock: Callable[[], int],
    live: Live,
    everyone: Caller | None = None,
) -> Service:
    """Return the service.

    Parameters
    ----------
    settings : Settings
        What the operator set.
    store : Store
        Its memory, prepared.
    clock : callable
        Tells the moment, in microseconds since 1970-01-01 UTC.
    live : Live
        Holds the champion; the app starts it when it starts up and stops it when it ends.
    everyone : Caller, optional
        As whom every request without a key counts: for the demo on loopback.
    """
    gate = Gate(store, per_minute=settings.rate_per_minute, clock=clock, everyone=everyone)
    meters, rules, limit = Meters(), wiring.rules(settings), settings.body_megabytes * _MEGABYTE
    scoring = ScoreRoutes(
        Shared(
            gate=gate,
            meters=meters,
            live=live,
            store=store,
            clock=clock,
            rules=rules,
            body_limit=limit,
        )
    )
    edge = Edge(
        store=store,
        clock=clock,
        live=live,
        gate=gate,
        rules=rules,
        webhook_hosts=settings.webhook_hosts,
    )
    app = _fastapi(edge)
    app.state.edge, app.state.meters, app.state.scores = edge, meters, scoring
    app.state.document = None
    app.state.metrics_key, app.state.stopping = settings.metrics_key, Event()
    outer = Outer(app, meters=meters, body_limit=limit)
    return Service(
        scores=Traced(scoring) if settings.otlp_endpoint else scoring,
        paths=scoring.paths,
        app=_routed(app, outer),
        stopping=app.state.stopping,
    )


def _fastapi(edge: Edge) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(edge.live.start)
        # what is there by now stays: the collector need not walk it again and again
        gc.collect()
        gc.freeze()
        yield
        gc.unfreeze()
        await edge.gate.close()
        await asyncio.to_thread(edge.live.stop)

    app = FastAPI(
        title="leadscore", version=__version__, lifespan=lifespan, openapi_url=None, docs_url=None
    )
    app.state.routes = [route for router in _ROUTERS for route in router.routes]
    for router in _ROUTERS:
        app.include_router(router)
    handle_errors(app)
    return app


def _routed(app: FastAPI, outer: Outer) -> "ASGIApp":
    async def route(scope: "Scope", receive: "Receive", send: "Send") -> None:
        await (outer if scope["type"] == "http" else app)(scope, receive, send)

    return route
