"""When a message is tried again: a decision, made of what came back, that the sender obeys."""

from dataclasses import dataclass, replace

from leadscore.flows.service.service_rows import DeliveryRow
from leadscore.leads.moment import HOUR, SECOND

__all__ = ["MOST_ATTEMPTS", "Answer", "settled"]

#: After so many attempts, about a day after the first one, a message is dead.
MOST_ATTEMPTS = 11
_FIRST_WAIT = 5 * SECOND
_GROWTH = 4
_LONGEST_WAIT = 6 * HOUR
#: A wait is up to so much shorter or longer, so that what failed together does not come together.
_JITTER = 0.2
_GONE = 410
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an attempt.

    Parameters
    ----------
    status : int, optional
        The HTTP status; None where no answer came.
    error : str
        Why it is a failure, in words; empty where it is none.
    retry_after : int, optional
        How long the receiver asked to be left alone, in microseconds.
    """

    status: int | None = None
    error: str = ""
    retry_after: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the message was taken."""
        return not self.error and self.status is not None and 200 <= self.status <= 299

    @property
    def gone(self) -> bool:
        """Whether the receiver says that it wants no more messages."""
        return self.status == _GONE


def settled(delivery: DeliveryRow, answer: Answer, *, now: int, lot: float) -> DeliveryRow:
    """Return the delivery after an attempt: sent, dead, or waiting for the next one.

    Parameters
    ----------
    delivery : DeliveryRow
        The delivery, with this attempt counted.
    answer : Answer
        What came of it.
    now : int
        When the attempt ended.
    lot : float
        A random number from 0 to 1.

    Examples
    --------
    >>> from leadscore.flows.service.service_rows import MessageRow
    >>> message = MessageRow(
    ...     message_id="m", kind="task.due", lead_id="L1", body=b"{}", created_at=0
    ... )
    >>> tried = DeliveryRow(
    ...     delivery_id=1, webhook_id="w", message=message, state="waiting", attempts=1, next_at=0
    ... )
    >>> settled(tried, Answer(status=500), now=0, lot=0.5).next_at
    5000000
    """
    if answer.ok:
        return replace(delivery, state="sent", settled_at=now, status=answer.status, error=None)
    if answer.gone or delivery.attempts >= MOST_ATTEMPTS:
        return replace(
            delivery, state="dead", settled_at=now, status=answer.status, error=_words(answer)
        )
    wait = max(_wait(delivery.attempts, lot), min(answer.retry_after or 0, _LONGEST_WAIT))
    return replace(delivery, next_at=now + wait, status=answer.status, error=_words(answer))


def _wait(attempts: int, lot: float) -> int:
    wait = min(int(_FIRST_WAIT * _GROWTH ** (attempts - 1)), _LONGEST_WAIT)
    return round(wait * (1 + _JITTER * (2 * lot - 1)))


def _words(answer: Answer) -> str:
    return (answer.error or f"The receiver answered {answer.status}.")[:_LONGEST_ERROR]
