"""Logs: one JSON object a line on stderr, with ids of requests and keys, never personal data."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TypeAlias  # Any: structlog's own signatures

import structlog

__all__ = ["set_up_logs"]

_Line: TypeAlias = MutableMapping[str, Any]
_Caught: TypeAlias = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

#: What these say is about the process. All others' lines are written without their arguments,
#: which may be what was sent: a driver names values, a client URLs.
_TRUSTED = ("uvicorn", "leadscore")
_MOST_PLACES = 12


def set_up_logs(level: str) -> None:
    """Write what is logged from a level on, by us or by any library, as JSON to stderr.

    Parameters
    ----------
    level : {"debug", "info", "warning", "error"}
        The level.
    """
    lowest = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_shared(), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        # so that a logger made at import follows when it is set up anew
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(lowest)
    # httpx2's lines are the URLs that it asks for, and alembic's say nothing to an operator
    for name in ("httpx2", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Formatter(logging.Formatter):
    """Writes the lines of libraries as ours are."""

    def format(self, record: logging.LogRecord) -> str:
        trusted = record.name.split(".")[0] in _TRUSTED
        line: _Line = {"event": record.getMessage() if trusted else str(record.msg)}
        line["logger"] = record.name
        if record.exc_info:
            line["exc_info"] = record.exc_info
        for one in _shared():
            line = one(None, record.levelname.lower(), line)
        return str(structlog.processors.JSONRenderer()(None, "", line))


def _shared() -> list[Any]:
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return [structlog.processors.add_log_level, stamp, _places]


def _places(_logger: object, _method: str, line: _Line) -> _Line:
    """Write of an exception its kind and where it came from, and not its words.

    They may quote a value: a database says which row it could not take.
    """
    caught = _caught(line.pop("exc_info", None))
    if caught is not None and caught[0] is not None:
        line["error"] = caught[0].__qualname__
        frames = traceback.extract_tb(caught[2])[-_MOST_PLACES:]
        line["places"] = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
    return line


def _caught(said: object) -> _Caught | None:
    if isinstance(said, BaseException):
        return type(said), said, said.__traceback__
    if isinstance(said, tuple):
        return said[0], said[1], said[2]
    return sys.exc_info() if said else None
