"""When leads arrive: two years that end on a given day, with seasons, weekdays, hours and growth.

Every weight here is assumed; only their shape (spring and summer are busy, evenings are busy,
weekends are quieter) is what a team would recognise.
"""

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest

__all__ = [
    "DAY",
    "HORIZON_DAYS",
    "SCORED_AFTER",
    "SEASONS",
    "YEARS",
    "arrivals",
    "drift_moment",
    "moment",
    "season_of",
]

Seconds = NDArray[np.int64]

#: Seconds of a day.
DAY = 86_400
#: How long the world lasts, in seconds.
YEARS = 730 * DAY
#: A lead is first scored three days after it arrived.
SCORED_AFTER = 3 * DAY
#: How long after its arrival a lead may convert, in days.
HORIZON_DAYS = 90

SEASONS = ("winter", "spring", "summer", "autumn")

_MONTHS = (0.80, 0.88, 1.06, 1.15, 1.18, 1.14, 1.08, 1.04, 0.98, 0.95, 0.88, 0.76)
_WEEKDAYS = (1.10, 1.12, 1.08, 1.04, 0.96, 0.82, 0.88)
_HOURS = (
    *(1.0, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.2, 3.4, 4.4, 5.0, 5.2),
    *(5.4, 5.2, 5.0, 5.0, 5.2, 5.6, 6.2, 7.2, 8.0, 7.6, 5.2, 2.6),
)
#: How many more leads arrive at the end of the two years than at their start.
_GROWTH = 0.4


def moment(end: str) -> int:
    """Return the moment that `end` names, in seconds since 1970-01-01 UTC.

    Parameters
    ----------
    end : str
        A date as ``2026-01-01``.

    Raises
    ------
    BadRequest
        If it is no date.

    Examples
    --------
    >>> moment("1970-01-02")
    86400
    """
    try:
        found = np.datetime64(end, "s")
    except ValueError as error:
        raise BadRequest(
            f"The world cannot end on {end!r}.", allowed="a date: 2026-01-01"
        ) from error
    if np.isnat(found):
        raise BadRequest(f"The world cannot end on {end!r}.", allowed="a date: 2026-01-01")
    return int(found.astype(np.int64))


def drift_moment(end: int) -> int:
    """Return when the drift sets in, half way through: seconds since 1970-01-01 UTC."""
    return end - YEARS // 2


def arrivals(rng: np.random.Generator, *, n: int, end: int) -> Seconds:
    """Draw the moments at which `n` leads arrive, in order.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    n : int
        How many leads.
    end : int
        The end of the world; the last lead arrives three days earlier, so that each is scored.

    Returns
    -------
    ndarray of shape (n,)
        Seconds since 1970-01-01 UTC, ascending.
    """
    days = np.arange((end - YEARS) // DAY, (end - SCORED_AFTER) // DAY)
    weights = _day_weights(days)
    day = rng.choice(days, size=n, p=weights / weights.sum())
    hours = np.array(_HOURS) / sum(_HOURS)
    hour = rng.choice(np.arange(len(hours)), size=n, p=hours)
    found: Seconds = day * DAY + hour * 3600 + rng.integers(0, 3600, size=n)
    return np.sort(found)


def season_of(at: Seconds) -> NDArray[np.int64]:
    """Return each moment's season as its place in `SEASONS`; December opens the winter."""
    return (_month(at // DAY) + 1) % 12 // 3


def _month(days: Seconds) -> Seconds:
    """Return the month of each day since 1970-01-01, January as 0."""
    months: Seconds = days.astype("M8[D]").astype("M8[M]").astype(np.int64)
    return months % 12


def _day_weights(days: Seconds) -> NDArray[np.float64]:
    growth = 1 + _GROWTH * (days - days[0]) / len(days)
    # 1970-01-01 was a Thursday
    weekday = np.array(_WEEKDAYS)[(days + 3) % 7]
    found: NDArray[np.float64] = growth * weekday * np.array(_MONTHS)[_month(days)]
    return found
