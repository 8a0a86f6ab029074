"""Which concrete class keeps which promise; nothing else knows."""

from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal
from typing import TypeVar

from leadscore.flows.ports import Files, Spread
from leadscore.store.local import LocalFiles

__all__ = ["files", "processes"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def files() -> Files:
    """Return who reads and writes files."""
    return LocalFiles()


def processes(count: int) -> Spread:
    """Return who works on many things in `count` processes at once."""

    def spread(work: Callable[[_In], _Out], over: Iterable[_In], /) -> Iterator[_Out]:
        # a forked child would inherit XGBoost's threads in whatever state they are
        with get_context("spawn").Pool(count, initializer=_leave_interrupts) as pool:
            yield from pool.imap(work, over)

    return spread


def _leave_interrupts() -> None:
    """Leave it to the parent to end on Ctrl-C; it ends its children then."""
    signal(SIGINT, SIG_IGN)
