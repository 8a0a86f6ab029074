"""What came of leads: logged, corrected, and what follows for their tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from leadscore.errors import Conflict, Fault, Gone, NotFound, UserError
from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import last_scores
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.outcome_reader import read_outcome
from leadscore.flows.service.work.tasks import CLOSED, close_tasks, keep_tasks
from leadscore.leads.moment import moment_or_none, moment_text
from leadscore.leads.outcome import Outcome, Standing, outcome_faults, standing
from leadscore.leads.refusal import refusal
from leadscore.score.record import Json

__all__ = ["log_outcome", "log_outcomes", "outcome_json", "standing_json"]

_NEXT_STEP = "Mend what is named above, and send it again."
_KNOWN = "a lead that is known, and was not erased"
_ONE_CONTENT = "an id of its own for each outcome; the same id again with the same content"


def log_outcome(work: Work, context: Context, body: object, *, key: str = "") -> dict[str, Json]:
    """Write down what came of a lead; a correction is another outcome.

    A lead that converted or is lost is not called any more: its task is done. Where a correction
    takes that back a new wave begins.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, and who says it.
    body : JSON value
        ``{lead_id, kind, occurred_at?, value?, reason?, corrects?, id?}``; see `read_outcome`.
    key : str
        The request's own idempotency key, where it has one.

    Returns
    -------
    dict
        The outcome (`outcome_json`), with ``repeated``: whether it was there already; ``standing``:
        where the lead stands now; and ``done``: the ids of the tasks that are done by it.

    Raises
    ------
    BadInput
        With every fault.
    NotFound
        If the lead is not known.
    Gone
        If it was erased.
    Conflict
        If the outcome's id is there with other content.
    """
    log = _log(work, context, [body], key=key)
    if log.refused:
        raise log.refused[0].error
    outcome = next(iter([*log.taken.values(), *log.repeated]))
    return {
        **outcome_json(outcome),
        "repeated": not log.taken,
        "standing": standing_json(standing(work.outcomes.of(outcome.lead_id), context.now)),
        "done": [*log.done],
    }


def log_outcomes(
    work: Work, context: Context, rows: Sequence[object], *, key: str = ""
) -> dict[str, Json]:
    """Write down what came of many leads: the good ones, and what is wrong with the others.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, and who says it.
    rows : sequence of JSON values
        Outcomes, as `log_outcome` takes them.
    key : str
        The request's own idempotency key, where it has one.

    Returns
    -------
    dict
        ``accepted`` and ``repeated`` are counts, ``done`` the ids of tasks that are done by it, and
        ``errors`` is ``[{index, field, got, allowed}]``.
    """
    log = _log(work, context, rows, key=key)
    errors: list[Json] = [
        {"index": one.index, "field": fault.field, "got": fault.got, "allowed": fault.allowed}
        for one in log.refused
        for fault in one.faults
    ]
    return {
        "accepted": len(log.taken),
        "repeated": len(log.repeated),
        "done": [*log.done],
        "errors": errors,
    }


def outcome_json(outcome: Outcome) -> dict[str, Json]:
    """Return an outcome as JSON values; null where there is nothing to say."""
    return {
        "id": outcome.id,
        "lead_id": outcome.lead_id,
        "kind": outcome.kind,
        "occurred_at": moment_text(outcome.occurred_at),
        "recorded_at": moment_text(outcome.recorded_at),
        "value": outcome.value,
        "reason": outcome.reason or None,
        "corrects": outcome.corrects or None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """An outcome that is not taken, and why."""

    index: int
    faults: tuple[Fault, ...]
    error: UserError


@dataclass(slots=True)
class _Log:
    """What became of a request's outcomes so far; `known` has those of the leads that are held."""

    known: dict[str, list[Outcome]]
    taken: dict[str, Outcome] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    refused: list[_Refused] = field(default_factory=list)
    repeated: list[Outcome] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def refuse(self, index: int, *faults: Fault, error: UserError | None = None) -> None:
        plain = refusal(faults, what="outcome", next_step=_NEXT_STEP)
        self.refused.append(_Refused(index=index, faults=faults, error=error or plain))

    def twin(self, outcome: Outcome) -> Outcome | None:
        """Return the outcome that has the same id, of these leads or before in this request."""
        of_lead = (one for one in self.known[outcome.lead_id] if one.id == outcome.id)
        return self.taken.get(outcome.id) or next(of_lead, None)


def _log(work: Work, context: Context, rows: Sequence[object], *, key: str) -> _Log:
    each = [
        read_outcome(raw, now=context.now, mark=f"{key} {index}" if key else "")
        for index, raw in enumerate(rows)
    ]
    log = _Log(known=_held(work, context, {one.outcome.lead_id for one in each if one.outcome}))
    before = {lead_id: standing(of, context.now).state for lead_id, of in log.known.items()}
    for index, read in enumerate(each):
        if read.outcome is None:
            log.refuse(index, *read.faults)
        elif read.outcome.lead_id not in log.known:
            fault, error = _unknown(work, read.outcome.lead_id)
            log.refuse(index, fault, error=error)
        else:
            _join(log, index, read.outcome, timed=read.timed)
    _add(work, log)
    for outcome in log.taken.values():
        note(work, context, "outcome.write", lead_id=outcome.lead_id, about=outcome.id)
    said = {one.lead_id for one in log.taken.values()}
    log.done = _follow(work, context, {one: before[one] for one in said})
    log.refused.sort(key=lambda one: one.index)
    return log


def _held(work: Work, context: Context, lead_ids: set[str]) -> dict[str, list[Outcome]]:
    """Hold those of the leads that are known; return what came of each so far."""
    # to hold a lead that is not known would make it
    known = {one for one in lead_ids if work.leads.get(one) is not None}
    held = work.leads.hold(known, at=context.now)
    return {lead_id: list(of) for lead_id, of in work.outcomes.of_many(held).items()}


def _join(log: _Log, index: int, outcome: Outcome, *, timed: bool) -> None:
    """Let an outcome join those of its lead, or note why it may not."""
    twin = log.twin(outcome)
    if twin is not None:
        # what is of now is of another now when it is sent again
        moment = outcome.occurred_at if timed else twin.occurred_at
        same = replace(outcome, recorded_at=twin.recorded_at, occurred_at=moment) == twin
        if same:
            log.repeated.append(twin)
        else:
            log.refuse(index, _clash(outcome.id), error=_conflict(outcome.id))
        return
    known = log.known[outcome.lead_id]
    faults = outcome_faults(outcome, known)
    if faults:
        log.refuse(index, *faults)
        return
    # of two corrections the one recorded last holds: the one said last, whatever the clocks say
    recorded = [one.recorded_at + 1 for one in known]
    outcome = replace(outcome, recorded_at=max([outcome.recorded_at, *recorded]))
    known.append(outcome)
    log.taken[outcome.id] = outcome
    log.places[outcome.id] = index


def _unknown(work: Work, lead_id: str) -> tuple[Fault, UserError]:
    erased = bool(work.leads.barred([lead_id]))
    got = f"{lead_id!r}, which {'was erased' if erased else 'is not known'}"
    if erased:
        words = f"The lead {lead_id!r} was erased."
        error: UserError = Gone(words, next_step="Nothing can be said of it any more.")
    else:
        words = f"The lead {lead_id!r} is not known."
        error = NotFound(words, next_step="Put it in with PUT /v1/leads/{id}, then say this again.")
    return Fault(field="lead_id", got=got, allowed=_KNOWN), error


def _add(work: Work, log: _Log) -> None:
    """Keep the outcomes but for those whose id is another lead's."""
    receipt = work.outcomes.add(list(log.taken.values()))
    for one in receipt.conflicts:
        log.refuse(log.places[one], _clash(one), error=_conflict(one))
        del log.taken[one]


def _clash(outcome_id: str) -> Fault:
    got = f"{outcome_id!r}, which is there with other content"
    return Fault(field="id", got=got, allowed=_ONE_CONTENT)


def _conflict(outcome_id: str) -> Conflict:
    return Conflict(
        f"The outcome id {outcome_id!r} is there with other content.",
        allowed=_ONE_CONTENT,
        next_step="To correct it log another outcome with `corrects` set to this id.",
    )


def _follow(work: Work, context: Context, before: Mapping[str, str]) -> list[str]:
    """Bring tasks in line with where leads stand now; return which are done by that.

    `before` says where the leads stood.
    """
    known = work.outcomes.of_many(before)
    now = {lead_id: standing(of, context.now).state for lead_id, of in known.items()}
    again = [one for one, state in now.items() if before[one] in CLOSED and state not in CLOSED]
    # without a model tasks are made once one is live
    if again and context.champion is not None:
        keep_tasks(work, context, last_scores(work, again))
    return close_tasks(
        work, context, {lead_id: state for lead_id, state in now.items() if state in CLOSED}
    )


def standing_json(now: Standing) -> dict[str, Json]:
    """Return where a lead stands as JSON values."""
    return {
        "state": now.state,
        "since": moment_or_none(now.since),
        "value": now.value,
        "reason": now.reason or None,
        "contacted_at": moment_or_none(now.contacted_at),
    }
