"""How a call is made, without making it: attempts, waits, and the answer or the error.

`exchange` is a generator that says what to do next; the blocking and the async client only do it.
"""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from leadscore.client.calls.call import Call
from leadscore.client.problems import error_of
from leadscore.errors import LeadscoreError, TooOften, Unavailable

__all__ = ["PATIENCE", "Answer", "Attempt", "Heard", "Lost", "Patience", "Step", "Wait", "exchange"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client goes on with a call.

    Parameters
    ----------
    attempts : int
        How often it is tried, 1 or more.
    first_wait : float
        About how long it waits after the first attempt, in seconds; twice as long after each more.
    longest_wait : float
        How long it waits at most, in seconds. A service that asks for a longer wait is not waited
        for: the caller gets the error at once.
    timeout : float
        How long one attempt may take to connect, and then between two pieces of the answer, in
        seconds.
    """

    attempts: int = 6
    first_wait: float = 0.2
    longest_wait: float = 10.0
    timeout: float = 30.0

    def wait(self, attempt: int, *, draw: float) -> float:
        """Return how long to wait after an attempt, from 0; the draw in 0-1 spreads callers."""
        return min(self.longest_wait, self.first_wait * 2.0**attempt) * (0.5 + 0.5 * draw)


#: What a client has unless it is told otherwise: some ten seconds, in which a service starts anew.
PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Attempt:
    """To do: send the call."""


@dataclass(frozen=True, slots=True)
class Wait:
    """To do: wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the headers' names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing came back, or not all of it.

    Parameters
    ----------
    words : str
        What went wrong.
    sent : bool
        Whether the call may have been sent, so that it may have had its effect.
    """

    words: str
    sent: bool = True


Step = Attempt | Wait
Heard = Answer | Lost | None


def exchange(
    call: Call[T], patience: Patience, *, draw: Callable[[], float]
) -> Generator[Step, Heard, T]:
    """Yield what to do next, take what was heard, and return the call's answer.

    Parameters
    ----------
    call : Call
        The call.
    patience : Patience
        How long to go on.
    draw : callable
        A number from 0 to 1, drawn anew each time.

    Raises
    ------
    LeadscoreError
        What the service said, in the words that it said it.
    Unavailable
        If it could not be reached.
    """
    for attempt in range(patience.attempts):
        heard = yield Attempt()
        failure = _failure(call, heard)
        if failure is None:
            return cast("T", _value(cast("Answer", heard)))
        wait = _wait(call, heard, failure, patience.wait(attempt, draw=draw()))
        if wait is None or wait > patience.longest_wait or attempt + 1 == patience.attempts:
            raise failure
        yield Wait(wait)
    raise AssertionError("a client's patience has one attempt or more")


def _failure(call: Call[T], heard: Heard) -> LeadscoreError | None:
    if isinstance(heard, Answer):
        return error_of(heard.status, heard.headers, heard.content)
    words = heard.words if isinstance(heard, Lost) else "nothing was heard"
    return Unavailable(f"{call.method} {call.path} got no answer: {words}.", detail=words)


def _wait(call: Call[T], heard: Heard, failure: LeadscoreError, otherwise: float) -> float | None:
    """Return how long to wait before the next attempt; None where none would help, or may be."""
    if isinstance(failure, TooOften):
        # nothing was done; the draw keeps those apart who are let in at the same second
        return failure.retry_after + otherwise / 10
    unsent = isinstance(heard, Lost) and not heard.sent
    if isinstance(failure, Unavailable) and (unsent or call.repeats != "never"):
        return otherwise
    return None


def _value(answer: Answer) -> object:
    return json.loads(answer.content) if answer.content else None
