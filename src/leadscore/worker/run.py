"""The worker as a process: made of the settings, ended by a signal."""

import asyncio
import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from leadscore import wiring
from leadscore.errors import MissingExtra
from leadscore.flows.service.ports import Store
from leadscore.settings import Settings
from leadscore.worker.dispatch import Dispatcher
from leadscore.worker.jobs import Desk
from leadscore.worker.logs import log, set_up_logs
from leadscore.worker.loop import again_and_again, work_alone
from leadscore.worker.sending import Sender

__all__ = ["work"]

_THREADS = 64


def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what is under way is ended first.

    Parameters
    ----------
    settings : Settings
        Where the database is, and what the operator decided.

    Raises
    ------
    BadDatabase
        If the tables are not of this program's version.
    MissingExtra
        If the parts of the installation that it needs are not there.
    """
    set_up_logs(settings.log_level)
    store = wiring.store(settings)
    try:
        store.prepare()
        asyncio.run(_work(settings, store))
    finally:
        store.close()


async def _work(settings: Settings, store: Store) -> None:
    desk = Desk(store=store, clock=wiring.clock(), rules=wiring.rules(settings))
    ended = asyncio.Event()

    def end() -> None:
        desk.ending.set()
        ended.set()

    loop = asyncio.get_running_loop()
    # asking for the addresses of hosts takes a thread each, and may hang
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="leadscore-worker"))
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, end)
    dispatcher = Dispatcher(desk, Sender(settings.webhook_hosts))
    log().info("worker.started")
    try:
        await _until_ended(settings, desk, dispatcher, ended)
    finally:
        await dispatcher.close()
    log().info("worker.ended")


async def _until_ended(
    settings: Settings, desk: Desk, dispatcher: Dispatcher, ended: asyncio.Event
) -> None:
    every = settings.worker_seconds
    if settings.database_url.text.startswith("sqlite"):
        holder = secrets.token_hex(8)
        await work_alone(desk, dispatcher, holder=holder, every=every, ended=ended)
        return
    queue = _queue()
    place = partial(
        wiring.queue_place, settings, schema=queue.QUEUE_SCHEMA, tables=queue.queue_tables()
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(again_and_again(dispatcher.look, every=every, ended=ended))
        group.create_task(queue.work_by_queue(desk, place, ended=ended))


def _queue() -> ModuleType:
    if find_spec("procrastinate") is None:
        raise MissingExtra(
            "The worker's queue for PostgreSQL is not installed.",
            next_step="Install it: pip install 'leadscore[worker]'.",
        )
    return import_module("leadscore.worker.queue")
