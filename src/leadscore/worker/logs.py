"""The worker's log: lines of JSON on stderr, with ids and never what is known of a lead."""

import logging
import sys
import traceback

import structlog
from structlog.typing import FilteringBoundLogger

from leadscore.errors import LeadscoreError, Unavailable

__all__ = ["log", "places", "reason", "set_up_logs"]

_MOST_PLACES = 12
_LEVELS = logging.getLevelNamesMapping()


def set_up_logs(level: str) -> None:
    """Write lines from a level on: ``debug``, ``info``, ``warning`` or ``error``."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def log() -> FilteringBoundLogger:
    """Return the log."""
    found: FilteringBoundLogger = structlog.get_logger()
    return found


def reason(error: LeadscoreError) -> str:
    """Return why something failed: in words only where they cannot quote a lead's values."""
    return f"{error} {error.detail}".strip() if isinstance(error, Unavailable) else error.code


def places(error: BaseException) -> list[str]:
    """Return where in the program a mistake came up, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_PLACES:]
    return [f"{one.filename}:{one.lineno}" for one in frames]
