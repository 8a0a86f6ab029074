"""Which concrete class keeps which promise; nothing else knows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib.util import find_spec
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal
from time import time_ns
from typing import TYPE_CHECKING, TypeVar

from leadscore.errors import MissingExtra
from leadscore.flows.ports import Files, Spread, Table
from leadscore.leads.moment import MINUTE
from leadscore.settings import Settings
from leadscore.store import bundles, upload
from leadscore.store.local import LocalFiles

if TYPE_CHECKING:
    from leadscore.flows.service.context import Rules
    from leadscore.flows.service.imports.run import Rows
    from leadscore.flows.service.ports import Database, Store

__all__ = [
    "bundle_parts",
    "clock",
    "database",
    "files",
    "processes",
    "query_rows",
    "queue_place",
    "refuse_without_service",
    "rules",
    "store",
    "unpack_parts",
    "uploaded",
]

_In = TypeVar("_In")
_Out = TypeVar("_Out")

_SQL = ("alembic", "sqlalchemy")
_SERVICE = (
    *_SQL,
    *("fastapi", "httpx2", "msgspec", "prometheus_client", "python_multipart"),
    *("standardwebhooks", "structlog", "uvicorn"),
)


def clock() -> Callable[[], int]:
    """Return what tells the moment: microseconds since 1970-01-01 UTC.

    It is the one place where the clock is read; who needs the moment is given it.
    """
    return _now


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


def rules(settings: Settings) -> "Rules":
    """Return what use cases of the live service ask of the settings."""
    # it loads what scores leads, which most commands do without
    from leadscore.flows.service.context import Rules  # noqa: PLC0415

    return Rules(
        time_zone=settings.time_zone,
        lease=settings.lease_minutes * MINUTE,
        explore_share=settings.explore_share,
        typical_value=settings.typical_value,
        keep_scores_days=settings.keep_scores_days,
        keep_events_days=settings.keep_events_days,
    )


def bundle_parts(path: str) -> Mapping[str, bytes]:
    """Return the parts of the bundle at `path`, as they are there."""
    return bundles.read_parts(path)


def refuse_without_service() -> None:
    """Refuse to go on where the live service's parts are not installed.

    Raises
    ------
    MissingExtra
        If one of them is not there.
    """
    _refuse_without(_SERVICE)


def unpack_parts(content: bytes) -> Mapping[str, bytes]:
    """Return the parts of a bundle that came as the bytes of a .zip."""
    return bundles.unpack_parts(content)


def uploaded(content: bytes, *, name: str) -> AbstractContextManager[Table]:
    """Return the table that came as the bytes of a CSV or Parquet file."""
    return upload.uploaded_table(content, name=name)


def query_rows(url: str, query: str) -> AbstractContextManager["Rows"]:
    """Return the rows of a query to another database, to import.

    Raises
    ------
    MissingExtra
        If the parts of the installation that it needs are not there.
    """
    _refuse_without(_SQL)
    from leadscore.store.sql.source import open_source  # noqa: PLC0415

    return open_source(url, query)


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


def queue_place(settings: Settings, *, schema: str, tables: str) -> str | None:
    """Make the tables of the worker's queue, and return what its driver connects by.

    Parameters
    ----------
    settings : Settings
        Where the database is.
    schema : str
        The name of the schema that is to hold them alone.
    tables : str
        The statements that make them.

    Returns
    -------
    str or None
        None on SQLite, which needs no queue.
    """
    url = settings.database_url.text
    if url.startswith("sqlite"):
        return None
    _refuse_without(_SQL)
    from leadscore.store.sql.queue_schema import prepare_queue  # noqa: PLC0415

    return prepare_queue(url, schema=schema, tables=tables, timeout=settings.database_timeout)


def _now() -> int:
    return time_ns() // 1_000


def _refuse_without(modules: tuple[str, ...]) -> None:
    if any(find_spec(one) is None for one in modules):
        raise MissingExtra(
            "The live service's parts are not installed.",
            next_step="Install them: pip install 'leadscore[serve]'.",
        )


def _leave_interrupts() -> None:
    """Leave it to the parent to end on Ctrl-C; it ends its children then."""
    signal(SIGINT, SIG_IGN)
