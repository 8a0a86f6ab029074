"""Timing in turns: what slows the machine for a while meets every way alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil
from statistics import median
from typing import Literal

from leadscore.flows.ports import Teller, no_news

__all__ = ["Broken", "Clock", "Part", "Timed", "Way", "one_line", "time_ways"]

#: Someone who tells seconds; only differences count.
Clock = Callable[[], float]
Part = Literal["one", "batch", "file"]

#: A turn of calls that are short lasts so many seconds, so that the clock's own steps vanish.
_TURN = 0.02
_MOST_CALLS = 2000
_LONGEST_LINE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to score leads.

    Parameters
    ----------
    key : str
        What figures and ratios name it by, one of its kind in a part.
    name : str
        What a person calls it.
    part : {"one", "batch", "file"}
        What it scores: a single lead, many in memory, or a file.
    explained : bool
        Whether it says why as well.
    leads : int
        How many leads a call scores.
    call : callable
        Scores them; it is given the number of the call, for the next single lead.
    ours : bool
        Whether it is the product's own.
    warm : callable, optional
        What to call first, to fill caches, in place of a whole first call; a turn is then one
        call.
    """

    key: str
    name: str
    part: Part
    explained: bool
    leads: int
    call: Callable[[int], object]
    ours: bool = False
    warm: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What a way takes.

    Parameters
    ----------
    way : Way
        The way.
    rounds : tuple of float
        Seconds for a lead in each round.
    """

    way: Way
    rounds: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """The median seconds for a lead."""
        return median(self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A peer that is installed and did not work.

    Parameters
    ----------
    name : str
        What a person calls it.
    error : str
        What it said, in one line.
    """

    name: str
    error: str


def time_ways(
    ways: Sequence[Way],
    *,
    rounds: int,
    clock: Clock,
    turn: float = _TURN,
    tell: Teller = no_news,
) -> tuple[tuple[Timed, ...], tuple[Broken, ...]]:
    """Time ways in turns: each round runs all of them, every second one from the last to the first.

    A peer that raises is left out of what follows and named; one of ours may not raise.

    Parameters
    ----------
    ways : sequence of Way
        The ways.
    rounds : int
        How many rounds, 1 or more.
    clock : Clock
        Who tells the seconds.
    turn : float
        How many seconds a turn of short calls lasts; 0 for one call.
    tell : Teller
        Who is told what is being done.
    """
    turns = [_Turn(way, clock, turn) for way in ways]
    for one in turns:
        tell(f"Warming up: {one.way.name}")
        one.guard(one.start)
    for number in range(rounds):
        for one in turns if number % 2 == 0 else turns[::-1]:
            tell(f"Round {number + 1} of {rounds}: {one.way.name}")
            one.guard(one.run)
    timed = tuple(
        Timed(way=one.way, rounds=tuple(one.found)) for one in turns if one.found and not one.error
    )
    return timed, tuple(Broken(name=one.way.name, error=one.error) for one in turns if one.error)


def one_line(error: Exception) -> str:
    r"""Return what an exception says in one line.

    Examples
    --------
    >>> one_line(ValueError("no such column\n  at line 3"))
    'ValueError: no such column'
    """
    first = next(iter(str(error).strip().splitlines()), "")
    words = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return words if len(words) <= _LONGEST_LINE else words[: _LONGEST_LINE - 1] + "…"


class _Turn:
    """A way's turns, and what they took."""

    def __init__(self, way: Way, clock: Clock, least: float) -> None:
        self.way = way
        self.found: list[float] = []
        self.error = ""
        self._clock = clock
        self._least = least
        self._calls = 1
        self._number = count()

    def start(self) -> None:
        """Fill caches, and see how many calls make a turn."""
        if self.way.warm is not None:
            self.way.warm()
            return
        # the first call may compile or load something, and says nothing of the others
        self.way.call(next(self._number))
        if self._least > 0:
            self._spend()

    def run(self) -> None:
        """Take a turn."""
        calls = self._calls
        self.found.append(self._spend() / (calls * self.way.leads))

    def guard(self, work: Callable[[], None]) -> None:
        """Do `work`; a peer that raises is told of, and asked no more."""
        if self.error:
            return
        try:
            work()
        except Exception as error:  # another library may raise anything, and must not end the run
            if self.way.ours:
                raise
            self.error = one_line(error)

    def _spend(self) -> float:
        """Return the seconds of a turn, and see how many calls the next one takes."""
        call, number = self.way.call, self._number
        started = self._clock()
        for _ in range(self._calls):
            call(next(number))
        spent = self._clock() - started
        # anew each time: a call may have been slow for once
        more = ceil(self._calls * self._least / spent) if spent > 0 else _MOST_CALLS
        self._calls = min(max(more, 1), _MOST_CALLS) if self._least > 0 else 1
        return spent
