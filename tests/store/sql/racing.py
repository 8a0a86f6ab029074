"""Several at once, as threads and as processes, let go at the same moment."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import Pool
from typing import TypeVar

from leadscore.flows.service.ports import Store
from leadscore.store.sql.opening import open_store
from leadscore.worklist.task import Task
from tests.store.sql.makers import make_move, moved

__all__ = ["claim_all", "claim_in_processes", "together"]

_Result = TypeVar("_Result")

SPAN = 60_000_000
#: How long one waits for the others, in seconds, before the test is given up.
PATIENCE = 120


def together(actions: Sequence[Callable[[], _Result]]) -> list[_Result]:
    """Do all the actions at once, each in a thread; return their results in the same order."""
    start = threading.Barrier(len(actions), timeout=PATIENCE)

    def act(action: Callable[[], _Result]) -> _Result:
        start.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(act, actions))


def claim_in_processes(url: str, tasks: Sequence[Task], names: Sequence[str]) -> list[list[bool]]:
    """Claim each task in as many processes at once as there are names; return who won which."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(len(names), timeout=PATIENCE)
    with Pool(len(names), initializer=_keep, initargs=(start,), context=context) as pool:
        found = pool.starmap_async(_claim, [(url, tasks, name) for name in names], chunksize=1)
        return found.get(PATIENCE)


def claim_all(
    store: Store, tasks: Sequence[Task], name: str, *, wait: Callable[[], object]
) -> list[bool]:
    """Claim one task after the other, each at the moment at which the others do."""
    won = []
    for task in tasks:
        after = moved(task, "claim", by=name, until=SPAN)
        wait()
        with store.begin(write=True) as work:
            won.append(work.tasks.replace(task, after, make_move(task, after, "claim", actor=name)))
    return won


_start: list[threading.Barrier] = []


def _keep(start: threading.Barrier) -> None:
    """Remember what a process of the pool was born with: a barrier cannot be sent later."""
    _start.append(start)


def _claim(url: str, tasks: Sequence[Task], name: str) -> list[bool]:
    store = open_store(url, pool=1, timeout=PATIENCE)
    try:
        return claim_all(store, tasks, name, wait=_start[0].wait)
    finally:
        store.close()
