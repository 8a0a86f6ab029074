"""On PostgreSQL a queue says which of the workers does which job: procrastinate.

It has tables of its own, in a schema of its own: the service's migrations never see them, and
nothing in them outlives a job.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from psycopg_pool import PoolTimeout

from leadscore.errors import Unavailable
from leadscore.worker.jobs import JOBS, Desk, Job, perform
from leadscore.worker.loop import again_and_again

__all__ = ["QUEUE_SCHEMA", "make_queue", "queue_tables", "work_by_queue"]

#: The schema of procrastinate's tables; another one with each change of theirs.
QUEUE_SCHEMA = "leadscore_queue_3"

_MINUTE, _HOUR = 60, 3_600
#: A worker says so often that it is alive, and is taken for dead after so long, in seconds.
_HEARTBEAT, _DEAD = 5.0, 30.0
#: A job takes a thread; a long one leaves another for the short ones.
_AT_ONCE = 3
#: How long to wait before the database is tried again, in seconds.
_PAUSE = 2.0
#: How often it is asked whether the worker is to end, in seconds.
_LOOK = 0.1
#: How long, and how often, it is waited for what is left at the end.
_PATIENCE, _ENDINGS = 0.5, 20


def queue_tables() -> str:
    """Return the statements that make procrastinate's tables."""
    return procrastinate.schema.SchemaManager.get_schema()


def make_queue(desk: Desk, conninfo: str, jobs: Sequence[Job]) -> procrastinate.App:
    """Return a queue of jobs that are put in by the clock, each once, whoever looks first.

    Parameters
    ----------
    desk : Desk
        What jobs work with.
    conninfo : str
        ``postgresql://USER:PASSWORD@HOST/NAME``.
    jobs : sequence of Job
        The jobs.
    """
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo,
        kwargs={"options": f"-c search_path={QUEUE_SCHEMA}"},
        min_size=1,
        max_size=4,
    )
    app = procrastinate.App(connector=connector)
    for job in jobs:
        # of each job one waits and one is done at most: a slow one does not pile up
        task = app.task(name=job.name, queueing_lock=job.name, lock=job.name)(_caller(desk, job))
        app.periodic(cron=_cron(job.every))(task)
    app.periodic(cron="* * * * *")(app.task(name="sweep", queueing_lock="sweep")(_sweeper(app)))
    return app


async def work_by_queue(desk: Desk, place: Callable[[], str], *, ended: asyncio.Event) -> None:
    """Do jobs until `ended`, also after the database was away.

    Parameters
    ----------
    desk : Desk
        What jobs work with.
    place : callable
        Makes the queue's tables where they are not there, and tells where they are.
    ended : asyncio.Event
        Set, with the desk's `ending`, when the worker is to end; what is under way is ended first.
    """

    async def work() -> None:
        await asyncio.to_thread(asyncio.run, _work(desk, place))

    await again_and_again(work, every=_PAUSE, ended=ended)


async def _work(desk: Desk, place: Callable[[], str]) -> None:
    """Do jobs until the desk is closed, in a loop of its own: all tasks in it are the queue's."""
    running = asyncio.create_task(_run(make_queue(desk, place(), JOBS)))
    while not (running.done() or desk.ending.is_set()):
        await asyncio.wait([running], timeout=_LOOK)
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        return
    except (ConnectorException, PoolTimeout) as error:
        raise Unavailable("The queue's database is away.") from error
    finally:
        await _end_what_is_left()


async def _end_what_is_left() -> None:
    """End the tasks that procrastinate leaves behind when it is ended while it begins.

    They end by themselves or when cancelled, but one that is cancelled at once may never hear it,
    and the loop would wait for it forever.
    """
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for _ in range(_ENDINGS):
        if not left:
            return
        _, left = await asyncio.wait(left, timeout=_PATIENCE)
        for one in left:
            one.cancel()


async def _run(app: procrastinate.App) -> None:
    async with app.open_async():
        await _sweep(app)
        await app.run_worker_async(
            concurrency=_AT_ONCE,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=_HEARTBEAT,
            stalled_worker_timeout=_DEAD,
        )


def _caller(desk: Desk, job: Job) -> Callable[[int], None]:
    def call(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate says which tick it is
        perform(desk, job)

    return call


def _sweeper(app: procrastinate.App) -> Callable[[int], Awaitable[None]]:
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate says which tick it is
        await _sweep(app)

    return sweep


async def _sweep(app: procrastinate.App) -> None:
    """Remove the jobs of workers that were killed: they would keep later ones from being done."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD)
    for job in stalled:
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


def _cron(every: int) -> str:
    """Return when that is; the last of six fields are seconds.

    Examples
    --------
    >>> _cron(10), _cron(900), _cron(3600)
    ('* * * * * */10', '*/15 * * * *', '0 * * * *')
    """
    if every < _MINUTE:
        return f"* * * * * */{every}"
    return f"*/{every // _MINUTE} * * * *" if every < _HOUR else "0 * * * *"
