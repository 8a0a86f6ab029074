"""A desk on a real store, whose clock a test may set forward."""

import asyncio
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from time import time_ns

from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import DeliveryRow, DeliveryState
from leadscore.worker.dispatch import Dispatcher
from leadscore.worker.jobs import Desk
from leadscore.worker.loop import again_and_again
from leadscore.worker.sending import Sender
from tests.store.sql.makers import hold, make_message, make_webhook

__all__ = ["Clock", "add_webhook", "dispatching", "settled_as", "tell"]

SECRET = "whsec_" + "A" * 43 + "="
LOOPBACK = ("127.0.0.0/8",)


class Clock:
    """The real clock, set forward at will."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return time_ns() // 1000 + self.ahead


def add_webhook(store: Store, webhook_id: str, url: str) -> None:
    with store.begin(write=True) as work:
        work.webhooks.add(make_webhook(webhook_id, url=url, secret=SECRET))


def tell(store: Store, *message_ids: str, lead_id: str = "L1") -> None:
    hold(store, lead_id)
    told = [make_message(one, lead_id=lead_id) for one in message_ids]
    with store.begin(write=True) as work:
        work.outbox.add(told)


@contextmanager
def dispatching(desk: Desk, *, time_limit: float = 20.0, every: float = 0.02) -> Iterator[None]:
    """Send what is due, in a thread, while the context lasts."""
    ends: queue.Queue[Callable[[], object]] = queue.Queue()

    async def run() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        ends.put(lambda: loop.call_soon_threadsafe(ended.set))
        dispatcher = Dispatcher(desk, Sender(LOOPBACK, time_limit=time_limit))
        try:
            await again_and_again(dispatcher.look, every=every, ended=ended)
        finally:
            await dispatcher.close()

    thread = Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield
    finally:
        ends.get()()
        thread.join()


def settled_as(store: Store, webhook_id: str, state: DeliveryState) -> list[DeliveryRow]:
    with store.begin(write=False) as work:
        return work.deliveries.page(webhook_id, state=state, most=1000)[::-1]
