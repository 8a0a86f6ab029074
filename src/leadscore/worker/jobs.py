"""What is done by the clock: plain functions over the flows, and how often each is called.

Each may be called at any time and any number of times, by several workers at once: what was done
already is not done again, and what was begun and not ended is done by the next call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from leadscore.errors import LeadscoreError
from leadscore.flows.service.context import Caller, Champion, Context, Rules
from leadscore.flows.service.leads.scoring import rescore_idle
from leadscore.flows.service.ports import Store
from leadscore.flows.service.registry.champion import load_champion
from leadscore.flows.service.rights import expiry
from leadscore.flows.service.work import clock as task_clock
from leadscore.worker.logs import log, places, reason

__all__ = [
    "JOBS",
    "WORKER",
    "Desk",
    "Job",
    "expire",
    "perform",
    "rescore",
    "settle_tasks",
    "tell_due",
]

#: Who it is that does all this.
WORKER = Caller(actor="worker", role="service")

_PIECE = 500


@dataclass
class Desk:
    """What jobs work with.

    Parameters
    ----------
    store : Store
        The service's memory.
    clock : callable
        Tells the moment, in microseconds since 1970-01-01 UTC.
    rules : Rules
        What the operator decided.
    ending : Event
        Set when the worker is to end: a long job then stops between two pieces.
    """

    store: Store
    clock: Callable[[], int]
    rules: Rules = field(default_factory=Rules)
    ending: Event = field(default_factory=Event)
    _champion: Champion | None = field(default=None, repr=False)
    _rescored: str = ""

    def context(self) -> Context:
        """Return the context of a use case that begins now."""
        return Context(now=self.clock(), caller=WORKER, rules=self.rules)

    def scoring_context(self) -> Context:
        """Return it with the model that is live now, which is opened once."""
        with self.store.begin(write=False) as work:
            live = work.promotions.live()
            at_hand = self._champion.model.digest if self._champion else ""
            if live is None or live.digest != at_hand:
                self._champion = load_champion(work)
        return Context(now=self.clock(), caller=WORKER, champion=self._champion, rules=self.rules)

    def follow(self) -> int:
        """Score all leads again that another model scored, once after each promotion."""
        context = self.scoring_context()
        if context.champion is None or context.champion.model.digest == self._rescored:
            return 0
        scored = rescore(self)
        if not self.ending.is_set():
            self._rescored = context.champion.model.digest
        return scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that is done again and again.

    Parameters
    ----------
    name : str
        What it is called.
    every : int
        How often, in seconds: a divisor of a minute, or whole minutes that divide an hour.
    call : callable
        Does it; returns how many things were done.
    """

    name: str
    every: int
    call: Callable[[Desk], int]


def perform(desk: Desk, job: Job) -> None:
    """Call a job; that it failed is logged, and stops nothing else."""
    try:
        count = job.call(desk)
    except LeadscoreError as error:
        log().warning("job.failed", job=job.name, error=reason(error))
    except Exception as error:  # a mistake in one job is no reason to send no messages
        kind = type(error).__name__
        log().error("job.failed", job=job.name, error=kind, places=places(error))
    else:
        if count:
            log().info("job.done", job=job.name, count=count)


def settle_tasks(desk: Desk) -> int:
    """Open the tasks whose claim or sleep is over."""
    return _in_pieces(desk, task_clock.settle_tasks)


def tell_due(desk: Desk) -> int:
    """Tell of the tasks that are due."""
    return _in_pieces(desk, task_clock.tell_due)


def rescore(desk: Desk) -> int:
    """Score the leads whose score changes though nothing happens; once a day each."""
    scored, after = 0, ""
    while not desk.ending.is_set():
        context = desk.scoring_context()
        if context.champion is None:
            break
        done = rescore_idle(desk.store, context, after=after, most=_PIECE)
        scored += done.scored
        if done.after is None:
            break
        after = done.after
    return scored


def expire(desk: Desk) -> int:
    """Remove what is too old: scores and events by the rules, old answers and messages."""
    return sum(expiry.expire(desk.store, desk.scoring_context()).values())


def _in_pieces(desk: Desk, call: Callable[..., int]) -> int:
    """Call a use case in a transaction of its own until it finds no full piece any more."""
    total, found = 0, _PIECE
    while found == _PIECE and not desk.ending.is_set():
        with desk.store.begin(write=True) as work:
            found = call(work, desk.context(), most=_PIECE)
        total += found
    return total


#: All of them. A promotion is followed soon; what fades, and what is too old, has time.
JOBS: tuple[Job, ...] = (
    Job(name="settle_tasks", every=10, call=settle_tasks),
    Job(name="tell_due", every=10, call=tell_due),
    Job(name="follow_promotion", every=10, call=Desk.follow),
    Job(name="rescore", every=15 * 60, call=rescore),
    Job(name="expire", every=60 * 60, call=expire),
)
