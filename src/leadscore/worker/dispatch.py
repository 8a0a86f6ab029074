"""Carries messages from the outbox to the webhooks: each webhook at its own pace.

Every webhook for which something is due has a task of its own, so that one that hangs delays
nobody else. The database is asked in threads, a few at most; the receivers are waited for in none.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar, TypeVarTuple

from leadscore.errors import LeadscoreError
from leadscore.flows.service.sending.dispatch import Batch, claim, due, settle
from leadscore.flows.service.sending.retry import Answer
from leadscore.flows.service.service_rows import DeliveryRow
from leadscore.leads.moment import SECOND
from leadscore.worker.jobs import Desk
from leadscore.worker.logs import log, reason
from leadscore.worker.sending import TIME_LIMIT, Sender

__all__ = ["Dispatcher"]

_Found = TypeVar("_Found")
_Said = TypeVarTuple("_Said")

#: So many messages are on their way to one webhook at once, each about another lead.
_AT_ONCE = 16
#: A claim outlasts its attempts well, and what a worker left behind when it died waits that long.
_CLAIM = round(4 * TIME_LIMIT) * SECOND
_THREADS = 4
_LOTS = 1 << 30


class Dispatcher:
    """Sends what is due.

    Parameters
    ----------
    desk : Desk
        The memory and the clock.
    sender : Sender
        Makes the attempts.
    """

    def __init__(self, desk: Desk, sender: Sender) -> None:
        self._desk, self._sender = desk, sender
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="leadscore-dispatch")
        self._ending = False

    async def look(self) -> int:
        """Begin to serve each webhook that has something due; return how many are being served.

        Those that are served already are left at it.

        Raises
        ------
        Unavailable
            If the database is away.
        """
        for webhook_id in await self._in_thread(self._due):
            if webhook_id not in self._serving:
                task = asyncio.create_task(self._serve(webhook_id))
                self._serving[webhook_id] = task
                task.add_done_callback(partial(self._served, webhook_id))
        return len(self._serving)

    async def close(self) -> None:
        """Wait until all attempts that are under way have ended; begin no further one."""
        self._ending = True
        await asyncio.gather(*self._serving.values())
        await self._sender.close()
        self._threads.shutdown()

    async def _serve(self, webhook_id: str) -> None:
        """Send all that is due to one webhook."""
        try:
            while not self._ending:
                batch = await self._in_thread(self._claim, webhook_id)
                if batch is None:
                    return
                await self._send_all(batch)
        except LeadscoreError as error:
            # what was claimed and not settled is sent again when the claim is over
            log().warning("dispatch.failed", webhook_id=webhook_id, error=reason(error))

    async def _send_all(self, batch: Batch) -> None:
        """Send messages at once; what came back meanwhile is written down in one transaction."""
        under_way = {asyncio.create_task(self._send(batch, one)) for one in batch.deliveries}
        while under_way:
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for after in await self._in_thread(self._settle, [one.result() for one in done]):
                log().info(
                    "delivery.attempt",
                    webhook_id=after.webhook_id,
                    delivery_id=after.delivery_id,
                    message_id=after.message.message_id,
                    attempts=after.attempts,
                    status=after.status,
                    state=after.state,
                    error=after.error,
                )

    async def _send(self, batch: Batch, delivery: DeliveryRow) -> tuple[DeliveryRow, Answer]:
        now = self._desk.clock()
        return delivery, await self._sender.send(batch.webhook, delivery.message, now=now)

    def _served(self, webhook_id: str, _: asyncio.Task[None]) -> None:
        self._serving.pop(webhook_id, None)

    def _due(self) -> list[str]:
        with self._desk.store.begin(write=False) as work:
            return due(work, now=self._desk.clock())

    def _claim(self, webhook_id: str) -> Batch | None:
        now = self._desk.clock()
        with self._desk.store.begin(write=True) as work:
            return claim(work, webhook_id, now=now, until=now + _CLAIM, most=_AT_ONCE)

    def _settle(self, told: Sequence[tuple[DeliveryRow, Answer]]) -> list[DeliveryRow]:
        context = self._desk.context()
        with self._desk.store.begin(write=True) as work:
            return [
                settle(work, context, delivery, answer, lot=secrets.randbelow(_LOTS) / _LOTS)
                for delivery, answer in told
            ]

    async def _in_thread(self, call: Callable[[*_Said], _Found], *said: *_Said) -> _Found:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *said)
