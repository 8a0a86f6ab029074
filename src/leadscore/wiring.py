"""Which concrete class keeps which promise; nothing else knows."""

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal
from typing import TYPE_CHECKING, TypeVar

from leadscore.errors import MissingExtra
from leadscore.flows.ports import Files, Spread
from leadscore.settings import Settings
from leadscore.store.local import LocalFiles

if TYPE_CHECKING:
    from leadscore.flows.service.ports import Database, Store

__all__ = ["database", "files", "processes", "store"]

_In = TypeVar("_In")
_Out = TypeVar("_Out")

_SQL = ("alembic", "sqlalchemy")


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


def store(settings: Settings) -> "Store":
    """Return the live service's memory; `prepare` it before anything else.

    Raises
    ------
    MissingExtra
        If the parts of the installation that it needs are not there.
    """
    _refuse_without(_SQL)
    from leadscore.store.sql.opening import open_store  # noqa: PLC0415

    return open_store(
        settings.database_url.text, pool=settings.database_pool, timeout=settings.database_timeout
    )


def database(settings: Settings) -> "Database":
    """Return the live service's database as a whole.

    Raises
    ------
    MissingExtra
        If the parts of the installation that it needs are not there.
    """
    _refuse_without(_SQL)
    from leadscore.store.sql.opening import open_database  # noqa: PLC0415

    return open_database(settings.database_url.text, timeout=settings.database_timeout)


def _refuse_without(modules: tuple[str, ...]) -> None:
    if any(find_spec(one) is None for one in modules):
        raise MissingExtra(
            "The live service's parts are not installed.",
            next_step="Install them: pip install 'leadscore[serve]'.",
        )


def _leave_interrupts() -> None:
    """Leave it to the parent to end on Ctrl-C; it ends its children then."""
    signal(SIGINT, SIG_IGN)
