"""The moves that people make with tasks."""

from collections.abc import Iterator
from dataclasses import dataclass

from leadscore.errors import BadInput, Conflict, Fault, Gone
from leadscore.flows.service.context import Context
from leadscore.flows.service.lead_rows import MoveRow, WorkRow
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.steps import no_task, take_step
from leadscore.flows.service.work.task_json import PEOPLES_MOVES, task_json
from leadscore.flows.service.work.tasks import CLOSED, reappraise, tier_names
from leadscore.leads.event import LONGEST_ID, LONGEST_TEXT, is_storable
from leadscore.leads.moment import DAY, HOUR, MINUTE, moment_text
from leadscore.leads.outcome import standing
from leadscore.score.record import Json
from leadscore.worklist.task import Move, Refusal, Task, Terms, move

__all__ = ["LONGEST_CLAIM", "LONGEST_SLEEP", "Said", "make_move"]

#: How long a claim may hold, and how long a task may sleep, in microseconds.
LONGEST_CLAIM = 24 * HOUR
LONGEST_SLEEP = 366 * DAY

_LONGEST = {"claim": LONGEST_CLAIM, "snooze": LONGEST_SLEEP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a request says of a move.

    Parameters
    ----------
    until : int, optional
        Until when a claim holds or a task sleeps, in microseconds since 1970-01-01 UTC.
    minutes : int, optional
        For how long, instead of `until`. A claim that says neither holds as long as is usual.
    tier : str
        Of an override: the tier.
    reason : str
        Of an override: why.
    """

    until: int | None = None
    minutes: int | None = None
    tier: str = ""
    reason: str = ""


def make_move(
    work: Work, context: Context, task_id: str, name: Move, said: Said | None = None
) -> dict[str, Json]:
    """Make a move with a task; return the task as it is then, see `task_json`.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who makes it: the key's actor becomes the owner of what is claimed.
    task_id : str
        The task.
    name : {"claim", "release", "complete", "reopen", "snooze", "override"}
        The move.
    said : Said, optional
        What else the request says.

    Raises
    ------
    NotFound
        If there is no such task.
    Gone
        If its lead was erased meanwhile.
    BadInput
        If what the move needs is missing or not allowed.
    Conflict
        If the task has no such move now, another's claim holds, or its lead is not to be called any
        more; it says which moves there are.
    """
    asked = said or Said()
    terms = _terms(context, name, asked)
    task = _task(work, context, task_id, name)
    if name == "reopen":
        _refuse_closed(work, context, task)
    after = take_step(
        work,
        task,
        lambda one: move(one, name, by=context.caller.actor, at=context.now, terms=terms),
        note=lambda before, then: _note(before, then, name, context, asked.reason),
    )
    if isinstance(after, Refusal):
        raise _refused(after)
    if name in ("override", "reopen"):
        reappraise(work, context, after)
    return task_json(after)


def _terms(context: Context, name: Move, said: Said) -> Terms:
    faults = tuple(_faults(context, name, said))
    if faults:
        raise BadInput(f"The task cannot be moved: {name} was asked for.", faults=faults)
    until = said.until
    if said.minutes is not None:
        until = context.now + said.minutes * MINUTE
    elif name == "claim" and until is None:
        until = context.now + context.rules.lease
    return Terms(
        until=until,
        tier=said.tier,
        reason=said.reason,
        manages=context.caller.role in ("manager", "admin"),
    )


def _faults(context: Context, name: Move, said: Said) -> Iterator[Fault]:
    if name not in PEOPLES_MOVES:
        yield Fault(field="move", got=repr(name), allowed=", ".join(PEOPLES_MOVES))
    if name in _LONGEST:
        yield from _time_faults(context, said, longest=_LONGEST[name], needed=name == "snooze")
    if name == "override":
        yield from _word_faults(context, said)


def _time_faults(context: Context, said: Said, *, longest: int, needed: bool) -> Iterator[Fault]:
    most = longest // MINUTE
    if said.until is not None and said.minutes is not None:
        yield Fault(field="minutes", got="both minutes and until", allowed="one of the two")
    if said.minutes is not None and not 1 <= said.minutes <= most:
        yield Fault(field="minutes", got=str(said.minutes), allowed=f"1 to {most:,}")
    if said.until is not None and not context.now < said.until <= context.now + longest:
        last = moment_text(context.now + longest)
        allowed = f"after {moment_text(context.now)}, and at the latest {last}"
        yield Fault(field="until", got=moment_text(said.until), allowed=allowed)
    if needed and said.until is None and said.minutes is None:
        yield Fault(field="until", got="nothing", allowed="a moment, or minutes instead")


def _word_faults(context: Context, said: Said) -> Iterator[Fault]:
    names = tier_names(context)
    if not said.tier or (names and said.tier not in names) or not is_storable(said.tier):
        got = repr(said.tier[:LONGEST_ID])
        yield Fault(field="tier", got=got, allowed=", ".join(names) or "a tier's name")
    if not said.reason.strip() or not is_storable(said.reason):
        allowed = f"a text of 1 to {LONGEST_TEXT:,} characters, without NUL"
        yield Fault(field="reason", got=f"{len(said.reason):,} characters", allowed=allowed)


def _task(work: Work, context: Context, task_id: str, name: Move) -> Task:
    """Return the task; its lead is held where the move looks at more than the task."""
    found = _found(work, task_id).task
    if name not in ("reopen", "override"):
        return found
    if found.lead_id not in work.leads.hold([found.lead_id], at=context.now):
        raise Gone("The task's lead was erased.", next_step="Take the next one from the worklist.")
    return _found(work, task_id).task


def _found(work: Work, task_id: str) -> WorkRow:
    row = work.tasks.get(task_id)
    if row is None:
        raise no_task()
    return row


def _refuse_closed(work: Work, context: Context, task: Task) -> None:
    """Refuse to call a lead again that is not to be called, or has another task by now."""
    lead = work.leads.get(task.lead_id)
    state = standing(work.outcomes.of(task.lead_id), context.now).state
    words = ""
    if work.tasks.last_of([task.lead_id])[task.lead_id].task.id != task.id:
        words = "The lead has a newer task."
    elif lead is not None and lead.objected_at is not None:
        words = "The lead objected to profiling, and has no task until that is taken back."
    elif state in CLOSED:
        words = f"The lead is {state}: log an outcome that corrects this first."
    if words:
        raise Conflict(words, next_step="See GET /v1/worklist for whom to call.")


def _note(before: Task, after: Task, name: Move, context: Context, reason: str) -> MoveRow:
    return MoveRow(
        task_id=before.id,
        name=name,
        actor=context.caller.actor,
        at=context.now,
        before=before.state,
        after=after.state,
        reason=reason.strip() if name == "override" else "",
    )


def _refused(refusal: Refusal) -> Conflict:
    # the clock's moves are nobody's to make
    moves = [one for one in refusal.allowed if one in PEOPLES_MOVES]
    return Conflict(
        refusal.words, allowed=", ".join(moves), next_step="See GET /v1/worklist for what is free."
    )
