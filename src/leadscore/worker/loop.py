"""The worker's loop: messages go out all the time, and jobs are called when they are due.

On SQLite, where one process writes at a time anyway, one worker works and others stand by: who
holds a lease. On PostgreSQL every worker sends, and the queue says who does which job.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from leadscore.errors import LeadscoreError, Unavailable
from leadscore.leads.moment import SECOND
from leadscore.worker.dispatch import Dispatcher
from leadscore.worker.jobs import JOBS, Desk, Job, perform
from leadscore.worker.logs import log, reason

__all__ = ["Lease", "again_and_again", "work_alone"]

#: A worker that was killed is replaced after so long.
_LEASE = 30 * SECOND
_LEASE_NAME = "worker"
#: How often it is renewed, in seconds.
_RENEWED = 10.0
#: How often it is asked whether a job is due, in seconds.
_TICK = 1.0


class Lease:
    """Whether this worker is the one that works.

    Parameters
    ----------
    desk : Desk
        The memory and the clock.
    holder : str
        This worker's name, which no other one has.
    """

    def __init__(self, desk: Desk, holder: str) -> None:
        self._desk, self._holder = desk, holder
        self._until = 0

    def held(self) -> bool:
        """Tell whether this worker has the lease now."""
        return self._desk.clock() < self._until

    def renew(self) -> bool:
        """Take the lease or keep it, if nobody else has it.

        Raises
        ------
        Unavailable
            If the database is away.
        """
        now = self._desk.clock()
        with self._desk.store.begin(write=True) as work:
            until = now + _LEASE
            if work.leases.take(_LEASE_NAME, holder=self._holder, now=now, until=until):
                self._until = until
        return self.held()

    def give_back(self) -> None:
        """Let another worker work at once.

        Raises
        ------
        Unavailable
            If the database is away.
        """
        with self._desk.store.begin(write=True) as work:
            work.leases.give_back(_LEASE_NAME, holder=self._holder)
        self._until = 0


async def work_alone(
    desk: Desk,
    dispatcher: Dispatcher,
    *,
    holder: str,
    every: float,
    ended: asyncio.Event,
) -> None:
    """Send messages and call jobs until `ended`, whenever no other worker does.

    Parameters
    ----------
    desk : Desk
        The memory and the clock.
    dispatcher : Dispatcher
        Sends messages.
    holder : str
        This worker's name, which no other one has.
    every : float
        How long to wait when there is nothing to send, in seconds.
    ended : asyncio.Event
        Set when the worker is to end.
    """
    lease, schedule = Lease(desk, holder), _Schedule(desk, JOBS)

    async def renew() -> None:
        await asyncio.to_thread(lease.renew)

    async def send() -> None:
        if lease.held():
            await dispatcher.look()

    async def call() -> None:
        if lease.held():
            await asyncio.to_thread(schedule.call_due)

    async with asyncio.TaskGroup() as group:
        group.create_task(again_and_again(renew, every=_RENEWED, ended=ended))
        group.create_task(again_and_again(send, every=every, ended=ended))
        group.create_task(again_and_again(call, every=_TICK, ended=ended))
    with suppress(Unavailable):
        await asyncio.to_thread(lease.give_back)


async def again_and_again(
    call: Callable[[], Awaitable[object]], *, every: float, ended: asyncio.Event
) -> None:
    """Call something until `ended`, also after it failed.

    Parameters
    ----------
    call : callable
        What to call.
    every : float
        How long to wait between two calls, in seconds.
    ended : asyncio.Event
        Set when it is to end.
    """
    while not ended.is_set():
        try:
            await call()
        except LeadscoreError as error:
            log().warning("worker.failed", error=reason(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), every)


class _Schedule:
    """When each job is called next; all of them at the start."""

    def __init__(self, desk: Desk, jobs: Sequence[Job]) -> None:
        self._desk, self._jobs = desk, jobs
        self._next = dict.fromkeys((job.name for job in jobs), 0)

    def call_due(self) -> None:
        """Call the jobs that are due, one after the other."""
        for job in self._jobs:
            now = self._desk.clock()
            if now >= self._next[job.name] and not self._desk.ending.is_set():
                self._next[job.name] = now + job.every * SECOND
                perform(self._desk, job)
