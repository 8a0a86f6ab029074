"""Several threads at once, for work that leaves Python's lock most of the time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from leadscore.flows.ports import Spread

__all__ = ["cores", "threads"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads(count: int) -> Spread:
    """Return who works on `count` things at once, and takes one more so that none waits.

    Results come in order. The next thing is only asked for when a result is taken, so that memory
    does not grow with how many there are. With one thread the caller does the work itself.

    Examples
    --------
    >>> list(threads(2)(len, ["a", "bb", ""]))
    [1, 2, 0]
    """

    def spread(work: Callable[[_In], _Out], over: Iterable[_In], /) -> Iterator[_Out]:
        if count == 1:
            yield from map(work, over)
            return
        waiting: deque[Future[_Out]] = deque()
        with ThreadPoolExecutor(count) as pool:
            try:
                for one in over:
                    waiting.append(pool.submit(work, one))
                    if len(waiting) > count:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for left in waiting:
                    left.cancel()

    return spread
