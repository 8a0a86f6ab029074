"""When leads came, when their outcomes were ripe, and what is replayed."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest

__all__ = ["DAY", "Timeline", "dated_timeline", "row_timeline"]

Days = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Seconds in a day.
DAY = 86_400

_EPOCH = dt.date(1970, 1, 1)
#: The shortest replay in days whose periods are calendar months; a shorter one has weeks.
_MONTHS_FROM = 90
#: In at most how many blocks a file without dates is replayed, and how many rows each has.
_BLOCKS, _BLOCK_ROWS = 24, 100
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The days of n leads and of the replay; days are whole numbers that rise.

    Parameters
    ----------
    day : ndarray of shape (n,)
        The day that each lead came.
    ripe : ndarray of shape (n,)
        The first day at whose beginning its outcome may be known.
    starts : ndarray of shape (periods,)
        The first day of each period, rising.
    last : int
        The last day of the replay.
    names : tuple of str
        What each period is called.
    unit : {"month", "week", "block"}
        What a period is.
    lag : float
        How long an outcome takes, in the units of `clock`.
    clock : ndarray of shape (n,)
        When each lead came, as recalibration counts time: in periods.
    """

    day: Days
    ripe: Days
    starts: Days
    last: int
    names: tuple[str, ...]
    unit: str
    lag: float
    clock: Floats

    @property
    def first(self) -> int:
        """The first day of the replay."""
        return int(self.starts[0])

    @property
    def period(self) -> NDArray[np.intp]:
        """The period that each lead came in; -1 outside the replay."""
        found = np.searchsorted(self.starts, self.day, side="right") - 1
        return np.where(self.day <= self.last, found, -1)

    @property
    def week(self) -> NDArray[np.intp]:
        """The seven days since the replay's first day that each lead came in."""
        return np.asarray((self.day - self.first) // _WEEK, np.intp)

    def period_of(self, day: int) -> int:
        """Return the place of the period that `day` is in."""
        return int(np.searchsorted(self.starts, day, side="right")) - 1


def dated_timeline(
    times: Floats, known: NDArray[np.bool_], *, horizon: float, start: float
) -> Timeline:
    """Return the timeline of leads with dates.

    Parameters
    ----------
    times : ndarray of shape (n,)
        When each lead came, in seconds since 1970 UTC; none is missing.
    known : ndarray of bool of shape (n,)
        Whether its outcome is in the file.
    horizon : float
        The days after which an outcome is ripe.
    start : float
        The share of the leads, in time order, before the replay begins.

    Raises
    ------
    BadRequest
        If nothing is left to replay.
    """
    exact = times / DAY
    day = np.floor(exact).astype(np.int64)
    # Where leads are still open, those younger than the horizon have an outcome only if it came
    # early: to judge on them would count the quick winners and miss the slow ones.
    last = int(day.max()) if known.all() else math.floor(exact.max() - horizon)
    first = int(np.sort(day)[min(int(start * len(day)), len(day) - 1)])
    monthly = last - first >= _MONTHS_FROM
    if monthly:
        first = _month_start(first)
    if first > last:
        raise BadRequest(
            f"Nothing is left to replay: the replay would begin on {_date(first)}, and outcomes "
            f"are ripe for leads up to {_date(last)}.",
            next_step="Let it begin earlier (--start), shorten the horizon (--horizon-days), or "
            "give a file that reaches further.",
        )
    starts = _months(first, last) if monthly else _weeks(first, last)
    names = [_date(int(one))[: 7 if monthly else 10] for one in starts]
    step = 30.44 if monthly else float(_WEEK)
    return Timeline(
        day=day,
        ripe=np.ceil(exact + horizon).astype(np.int64),
        starts=starts,
        last=last,
        names=tuple(names),
        unit="month" if monthly else "week",
        lag=(horizon + 1) / step,
        clock=exact / step,
    )


def row_timeline(n: int, *, a_day: int, start: float) -> Timeline:
    """Return the timeline of rows in time order: a day is a slice, a period a block of days.

    Parameters
    ----------
    n : int
        The number of rows.
    a_day : int
        How many rows a day has.
    start : float
        The share of the rows before the replay begins.

    Raises
    ------
    BadRequest
        If nothing is left to replay.
    """
    cut = int(start * n)
    # The replay begins with a day of its own, so that no day is cut in two.
    day = np.floor_divide(np.arange(n) - cut, a_day).astype(np.int64)
    last = int(day[-1]) if n else -1
    if last < 1:
        raise BadRequest(
            f"Nothing is left to replay: {n - cut:,} rows after the start make {last + 1} days of "
            f"{a_day:,} leads.",
            allowed="two days or more",
            next_step="Let the replay begin earlier (--start), or lower --leads-per-day.",
        )
    blocks = max(1, min(_BLOCKS, (n - cut) // _BLOCK_ROWS, last + 1))
    starts = np.linspace(0, last + 1, blocks + 1).astype(np.int64)[:-1]
    ends = np.append(starts[1:], last + 1)
    place = np.searchsorted(starts, day, side="right") - 1
    bounds = [
        (cut + one * a_day, min(cut + end * a_day, n))
        for one, end in zip(starts, ends, strict=True)
    ]
    return Timeline(
        day=day,
        ripe=np.where(day < 0, 0, ends[np.maximum(place, 0)]),
        starts=starts,
        last=last,
        names=tuple(f"rows {low + 1:,}–{high:,}" for low, high in bounds),
        unit="block",
        lag=0.0,
        clock=place.astype(np.float64),
    )


def _date(day: int) -> str:
    return (_EPOCH + dt.timedelta(days=day)).isoformat()


def _month_start(day: int) -> int:
    """Return the first day of a month at `day` or after it."""
    date = _EPOCH + dt.timedelta(days=day)
    return day if date.day == 1 else _next_month(date)


def _next_month(date: dt.date) -> int:
    after = dt.date(date.year + date.month // 12, date.month % 12 + 1, 1)
    return (after - _EPOCH).days


def _months(first: int, last: int) -> Days:
    starts = [first]
    while (after := _next_month(_EPOCH + dt.timedelta(days=starts[-1]))) <= last:
        starts.append(after)
    return np.array(starts, np.int64)


def _weeks(first: int, last: int) -> Days:
    starts = list(range(first, last + 1, _WEEK))
    # a last week of a day or two would be a period of hardly a lead
    if len(starts) > 1 and last + 1 - starts[-1] < _WEEK:
        starts.pop()
    return np.array(starts, np.int64)
