"""Running the service: its database, its model, its processes, and how it ends."""

import asyncio
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from leadscore import wiring
from leadscore.errors import BadRequest
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store
from leadscore.flows.service.registry.models import add_model
from leadscore.flows.service.registry.promotion import promote
from leadscore.service.app import Service, build_app
from leadscore.service.live import Live
from leadscore.service.logs import set_up_logs
from leadscore.service.traces import set_up_traces
from leadscore.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["Ending", "make_service", "prepare", "serve"]

_log = structlog.get_logger("leadscore.service")

#: For how long it serves on after SIGTERM, not ready any more, so that whoever passes requests on
#: to it can learn that; and how long requests under way may take after that, in seconds.
_DRAIN = 1.0
_GRACE = 30
#: How long a connection is kept open that nothing comes over, in seconds.
_KEEP_ALIVE = 30


def serve(settings: Settings, *, model_path: str | None = None) -> None:
    """Serve until told to stop.

    Parameters
    ----------
    settings : Settings
        What the operator set.
    model_path : str, optional
        A bundle that is added; it is made live if it is new or if no model is.

    Raises
    ------
    BadDatabase
        If PostgreSQL's tables are not of this program's version; SQLite's are brought to it.
    BadRequest
        If the address cannot be listened on; then nothing is changed.
    """
    _refuse_taken(settings)
    prepare(settings, model_path=model_path)
    config = uvicorn.Config(
        partial(make_service, settings),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.processes,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    set_up_logs(settings.log_level)
    # uvicorn ends by the signal that ended it: to be stopped is what was asked for, no failure
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt):
        _run(config)


def _refuse_taken(settings: Settings) -> None:
    """Refuse an address that cannot be listened on, before anything is changed for its sake."""
    try:
        family, kind, proto, _, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, proto) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(place)
    except OSError as error:
        raise BadRequest(
            f"Nothing can listen on {settings.host}, port {settings.port}: {error.strerror}.",
            next_step="Stop what is there, or take another port: --port or LEADSCORE_PORT.",
        ) from error


def _run(config: uvicorn.Config) -> None:
    if config.workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(1)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def prepare(settings: Settings, *, model_path: str | None = None) -> None:
    """Make sure that the database has this program's tables, and that a model is live in it.

    Parameters
    ----------
    settings : Settings
        Where the database is.
    model_path : str, optional
        A bundle that is added; it is made live if it is new or if no model is.

    Raises
    ------
    BadDatabase
        If PostgreSQL's tables are older or newer; the message says what to do.
    """
    parts = None if model_path is None else wiring.bundle_parts(model_path)
    store = wiring.store(settings)
    try:
        store.prepare()
        if parts is not None:
            _make_live(store, parts)
    finally:
        store.close()


def _make_live(store: Store, parts: Mapping[str, bytes]) -> None:
    context = Context(now=wiring.clock()(), caller=Caller(actor="cli", role="admin"))
    why = "given to leadscore serve"
    with store.begin(write=True) as work:
        known = {one.digest for one in work.models.all()}
        digest = str(add_model(work, context, parts, note=why)["digest"])
        live = work.promotions.live()
        if live is None or digest not in known:
            promote(work, context, digest, reason=why)
        elif live.digest != digest:
            # somebody promoted another one since: a restart does not undo that
            _log.warning("model_not_live", given=digest, live=live.digest, do="models promote")


def make_service(settings: Settings) -> "Ending":
    """Return the service for one process, which calls this in the place where it serves."""
    set_up_logs(settings.log_level)
    if settings.otlp_endpoint is not None:
        set_up_traces(settings.otlp_endpoint)
    store = wiring.store(settings)
    store.prepare()
    return Ending(build_app(settings, store=store, clock=wiring.clock(), live=Live(store)))


class Ending:
    """The service, and how a process that serves it ends.

    At SIGTERM it is not ready any more, and serves on for a moment: then whoever passes requests on
    has learned it, and none is refused. Requests under way end.

    Parameters
    ----------
    service : Service
        The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            self._wait_before_the_end()
        await self._service(scope, receive, send)

    def _wait_before_the_end(self) -> None:
        handler = signal.getsignal(signal.SIGTERM)
        if not callable(handler):
            return
        loop = asyncio.get_running_loop()

        def end(number: int, frame: FrameType | None) -> None:
            self._service.stopping.set()
            loop.call_soon_threadsafe(loop.call_later, _DRAIN, handler, number, frame)

        signal.signal(signal.SIGTERM, end)
