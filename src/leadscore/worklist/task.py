"""Tasks: a lead to call, its states, and the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from leadscore.leads.moment import moment_text
from leadscore.worklist.lane import Lane

__all__ = [
    "MOVES",
    "Move",
    "Override",
    "Refusal",
    "RefusalCode",
    "Task",
    "TaskState",
    "Terms",
    "move",
    "moves_from",
    "settle",
]

TaskState = Literal["open", "claimed", "snoozed", "done"]
Move = Literal["claim", "release", "complete", "reopen", "snooze", "wake", "override", "lapse"]
RefusalCode = Literal["no_such_move", "held", "not_yet", "incomplete"]

#: Every move that there is. Nothing but `reopen` leads out of done.
MOVES: Mapping[tuple[TaskState, Move], TaskState] = {
    ("open", "claim"): "claimed",
    ("open", "complete"): "done",
    ("open", "snooze"): "snoozed",
    ("open", "override"): "open",
    ("claimed", "claim"): "claimed",
    ("claimed", "release"): "open",
    ("claimed", "lapse"): "open",
    ("claimed", "complete"): "done",
    ("claimed", "snooze"): "snoozed",
    ("claimed", "override"): "claimed",
    ("snoozed", "claim"): "claimed",
    ("snoozed", "wake"): "open",
    ("snoozed", "complete"): "done",
    ("snoozed", "snooze"): "snoozed",
    ("snoozed", "override"): "snoozed",
    ("done", "reopen"): "open",
}
#: While a claim holds these are its holder's; a manager may make them too, but for a claim.
_CLOCKS = frozenset({"lapse", "wake"})
_HOLDERS = frozenset({"claim", "release", "complete", "snooze", "override"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's word against the model's: the lead belongs into another tier.

    Parameters
    ----------
    tier : str
        The tier, by its name.
    reason : str
        Why.
    by : str
        Who says so.
    at : int
        When, in microseconds since 1970-01-01 UTC.
    """

    tier: str
    reason: str
    by: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One lead to call in one wave. Moments are microseconds since 1970-01-01 UTC.

    Parameters
    ----------
    id : str
        The task's id.
    lead_id : str
        The lead.
    wave : str
        Which round of calls it belongs to; a lead has one task in each.
    tier : str
        The lead's tier, until the task is done.
    lane : {"priority", "explore"}
        Whether it was made by rank or by lot.
    created_at : int
        When it was made.
    due_at : int, optional
        By when the tier asks for a call; None where it does not say.
    state : TaskState
        What it is now.
    owner : str
        Who holds the claim; empty where nobody does.
    lease_until : int, optional
        Until when the claim holds; None where there is none.
    snoozed_until : int, optional
        Until when it sleeps; None where it does not.
    done_by : str
        Who completed it; empty where nobody did.
    done_at : int, optional
        When it was completed; None where it was not.
    override : Override, optional
        A person's word against the model's.
    """

    id: str
    lead_id: str
    wave: str
    tier: str
    lane: Lane
    created_at: int
    due_at: int | None = None
    state: TaskState = "open"
    owner: str = ""
    lease_until: int | None = None
    snoozed_until: int | None = None
    done_by: str = ""
    done_at: int | None = None
    override: Override | None = None

    def held(self, at: int) -> bool:
        """Tell whether a claim holds at a moment: up to its end, but not at it."""
        return self.lease_until is not None and at < self.lease_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a move needs to be told.

    Parameters
    ----------
    until : int, optional
        Of a claim, how long it holds; of a snooze, how long the task sleeps. In microseconds since
        1970-01-01 UTC.
    tier : str
        Of an override: the tier.
    reason : str
        Of an override: why.
    manages : bool
        Whether who makes the move is a manager: then another's claim does not bar it.
    """

    until: int | None = None
    tier: str = ""
    reason: str = ""
    manages: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a move was not made.

    Parameters
    ----------
    code : {"no_such_move", "held", "not_yet", "incomplete"}
        The state has no such move; another's claim holds; the clock has not come so far; something
        is missing from the terms.
    words : str
        The reason for people.
    allowed : tuple of Move
        The moves that the task's state has; where another holds it, those that are not the
        holder's.
    """

    code: RefusalCode
    words: str
    allowed: tuple[Move, ...]


def move(task: Task, name: Move, *, by: str, at: int, terms: Terms | None = None) -> Task | Refusal:
    """Return the task after a move, or why it cannot be made.

    A claim holds until its lease is over; then others may claim the task, whether or not `lapse`
    was made. Its holder's own claim again prolongs it. `lapse` and `wake` are the clock's moves:
    a person who wants a sleeping task claims it.

    A store must make a claim in one conditional update with the same condition, so that of two
    claims at once one finds nothing to update: open, snoozed, or claimed with a lease that is over.

    Parameters
    ----------
    task : Task
        The task.
    name : Move
        The move.
    by : str
        Who makes it.
    at : int
        When, in microseconds since 1970-01-01 UTC.
    terms : Terms, optional
        What the move needs to be told.

    Examples
    --------
    >>> task = Task(id="t1", lead_id="L1", wave="1", tier="High", lane="priority", created_at=0)
    >>> mine = move(task, "claim", by="ann", at=5, terms=Terms(until=60_000_000))
    >>> mine.state, move(mine, "claim", by="bob", at=6, terms=Terms(until=70_000_000)).words
    ('claimed', 'The task is claimed by ann until 1970-01-01T00:01:00Z.')
    """
    said = terms or Terms()
    barred = _barred(task, name, by=by, at=at, terms=said)
    if barred:
        code, words = barred
        return Refusal(code=code, words=words, allowed=_open_to(task, code))
    return _made(task, name, by=by, at=at, terms=said)


def moves_from(state: TaskState) -> tuple[Move, ...]:
    """Return the moves that a state has.

    Examples
    --------
    >>> moves_from("done")
    ('reopen',)
    """
    return tuple(name for before, name in MOVES if before == state)


def settle(task: Task, at: int) -> Task:
    """Return the task after the clock's own move, where one is due: a lease or a snooze is over.

    Examples
    --------
    >>> task = Task(id="t1", lead_id="L1", wave="1", tier="High", lane="priority", created_at=0,
    ...             state="snoozed", snoozed_until=9)
    >>> settle(task, 8).state, settle(task, 9).state
    ('snoozed', 'open')
    """
    names: tuple[Move, ...] = ("lapse", "wake")
    for name in names:
        moved = move(task, name, by="", at=at)
        if isinstance(moved, Task):
            return moved
    return task


def _open_to(task: Task, code: RefusalCode) -> tuple[Move, ...]:
    """Return the moves that who was refused could make: of another's task none of its holder's."""
    held = code == "held"
    return tuple(one for one in moves_from(task.state) if not (held and one in _HOLDERS | _CLOCKS))


def _barred(
    task: Task, name: Move, *, by: str, at: int, terms: Terms
) -> tuple[RefusalCode, str] | None:
    """Return why the move cannot be made, or None where it can."""
    if (task.state, name) not in MOVES:
        return "no_such_move", f"The task is {task.state}: {name} is not among its moves."
    others = task.held(at) and task.owner != by
    if others and name in _HOLDERS and not (terms.manages and name != "claim"):
        until = moment_text(task.lease_until or at)
        return "held", f"The task is claimed by {task.owner} until {until}."
    if name == "lapse" and task.held(at):
        return "not_yet", f"The claim holds until {moment_text(task.lease_until or at)}."
    if name == "wake" and at < (task.snoozed_until or at):
        return "not_yet", f"The task sleeps until {moment_text(task.snoozed_until or at)}."
    missing = _missing(name, at, terms)
    return ("incomplete", f"To {name} a task takes {missing}.") if missing else None


def _missing(name: Move, at: int, terms: Terms) -> str:
    """Return what the terms lack for a move; empty where they lack nothing."""
    if name in ("claim", "snooze") and (terms.until is None or terms.until <= at):
        return f"an end after {moment_text(at)}"
    if name == "override" and not (terms.tier.strip() and terms.reason.strip()):
        return "a tier and a reason"
    return ""


def _made(task: Task, name: Move, *, by: str, at: int, terms: Terms) -> Task:
    if name == "override":
        said = Override(tier=terms.tier.strip(), reason=terms.reason.strip(), by=by, at=at)
        return replace(task, override=said)
    free = replace(
        task,
        state=MOVES[task.state, name],
        owner="",
        lease_until=None,
        snoozed_until=None,
        done_by="",
        done_at=None,
    )
    match name:
        case "claim":
            return replace(free, owner=by, lease_until=terms.until)
        case "snooze":
            return replace(free, snoozed_until=terms.until)
        case "complete":
            return replace(free, done_by=by, done_at=at)
    return free
