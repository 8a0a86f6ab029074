"""The client for asyncio."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Self, TypeVar, cast

from leadscore.client.calls import leads, service, work
from leadscore.client.calls.call import Call
from leadscore.client.connection import address, draw, headers, heard, lost, request, show
from leadscore.client.exchange import PATIENCE, Heard, Patience, Step, Wait, exchange

if TYPE_CHECKING:
    import httpx2

__all__ = ["AsyncClient"]

P = ParamSpec("P")
T = TypeVar("T")


def _method(make: Callable[P, Call[T]]) -> Callable[Concatenate["AsyncClient", P], Awaitable[T]]:
    """Return the method that makes a call and can be awaited for its answer."""

    async def method(self: "AsyncClient", /, *args: P.args, **options: P.kwargs) -> T:
        return await self.send(make(*args, **options))

    return show(method, make)


class AsyncClient:
    """A live service, called from asyncio: `Client` with methods to await.

    Parameters
    ----------
    url : str
        The service's address, such as ``http://localhost:8000``.
    key : str, optional
        The key to it; a demo on one's own machine needs none.
    patience : Patience
        How long it goes on with a call.
    transport : httpx2.AsyncBaseTransport, optional
        What the calls go through, instead of the network.

    Raises
    ------
    BadRequest
        If the address is none, or the key cannot be one.
    MissingExtra
        If httpx2 is not installed.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        patience: Patience = PATIENCE,
        transport: "httpx2.AsyncBaseTransport | None" = None,
    ) -> None:
        self._url, self._patience = address(url), patience
        import httpx2  # noqa: PLC0415

        self._http = httpx2.AsyncClient(
            base_url=self._url,
            headers=headers(key),
            timeout=patience.timeout,
            transport=transport,
        )

    score = _method(leads.score)
    score_batch = _method(leads.score_batch)
    identify = _method(leads.identify)
    track = _method(leads.track)
    batch = _method(leads.batch)
    put_lead = _method(leads.put_lead)
    get_lead = _method(leads.get_lead)
    list_leads = _method(leads.list_leads)
    import_leads = _method(leads.import_leads)
    erase_lead = _method(leads.erase_lead)
    export_lead = _method(leads.export_lead)
    set_objection = _method(leads.set_objection)
    score_history = _method(leads.score_history)
    get_score = _method(leads.get_score)
    replay = _method(leads.replay)
    log_outcome = _method(work.log_outcome)
    log_outcomes = _method(work.log_outcomes)
    worklist = _method(work.worklist)
    task = _method(work.task)
    claim = _method(work.claim)
    release = _method(work.release)
    complete = _method(work.complete)
    reopen = _method(work.reopen)
    snooze = _method(work.snooze)
    override = _method(work.override)
    ready = _method(service.ready)
    list_models = _method(service.list_models)
    compare_models = _method(service.compare_models)
    add_model = _method(service.add_model)
    promote_model = _method(service.promote_model)
    roll_back_model = _method(service.roll_back_model)
    promotions = _method(service.promotions)
    create_key = _method(service.create_key)
    list_keys = _method(service.list_keys)
    rotate_key = _method(service.rotate_key)
    revoke_key = _method(service.revoke_key)
    add_webhook = _method(service.add_webhook)
    list_webhooks = _method(service.list_webhooks)
    remove_webhook = _method(service.remove_webhook)
    disable_webhook = _method(service.disable_webhook)
    enable_webhook = _method(service.enable_webhook)
    rotate_webhook = _method(service.rotate_webhook)
    list_deliveries = _method(service.list_deliveries)
    resend_delivery = _method(service.resend_delivery)
    trail = _method(service.trail)

    async def send(self, call: Call[T]) -> T:
        """Make a call, described by one of the modules of calls, and return its answer."""
        steps = exchange(call, self._patience, draw=draw)
        said: Heard = None
        try:
            while True:
                said = await self._take(steps.send(said), call)
        except StopIteration as end:
            return cast("T", end.value)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncClient({self._url!r})"

    async def _take(self, step: Step, call: Call[T]) -> Heard:
        from httpx2 import RequestError  # noqa: PLC0415

        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
            return None
        try:
            return heard(await self._http.request(**request(call)))
        except RequestError as error:
            return lost(error)
