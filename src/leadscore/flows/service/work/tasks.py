"""Tasks follow scores: who is scored is to be called, once in each wave."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import last_scores
from leadscore.flows.service.lead_rows import MoveRow, ScoreRow, WorkRow
from leadscore.flows.service.ports import Work
from leadscore.flows.service.work.steps import take_step
from leadscore.leads.moment import HOUR, SECOND
from leadscore.leads.outcome import standing
from leadscore.leads.schema import Schema, Tier
from leadscore.score.tiers import UNSCORED
from leadscore.worklist.lane import lane_of
from leadscore.worklist.rank import Entry, with_tier
from leadscore.worklist.task import Refusal, Task, Terms, move

__all__ = ["CLOSED", "close_tasks", "keep_tasks", "reappraise", "tier_names"]

#: Where a lead stands when nobody is to call it any more.
CLOSED = frozenset({"converted", "lost"})


def keep_tasks(work: Work, context: Context, scored: Mapping[str, ScoreRow]) -> None:
    """Bring the tasks of leads in line with their newest scores.

    A lead that is scored for the first time gets a task. One that is not done goes to the lead's
    new place and tier; a higher tier may bring its due moment forward, nothing puts that off. After
    the last task was done a new wave begins once the tier is higher than it was then, or once what
    closed it holds no more: an outcome that was taken back, an objection. A lead without a score, a
    customer and a lost lead get no task.

    Parameters
    ----------
    work : Work
        The transaction, which holds the leads.
    context : Context
        When, under which model and rules.
    scored : mapping of str to ScoreRow
        The newest score of each lead.
    """
    if not scored:
        return
    last = work.tasks.last_of(scored)
    schema = context.live.model.schema
    work.tasks.appraise(
        [
            _appraised(one, scored[lead_id], schema)
            for lead_id, one in last.items()
            if one.task.state != "done"
        ]
    )
    wanting = [
        lead_id for lead_id, one in scored.items() if _wants(one, last.get(lead_id), schema.tiers)
    ]
    closed = _closed(work, context, wanting)
    work.tasks.add(
        [
            _new(scored[lead_id], last.get(lead_id), context)
            for lead_id in wanting
            if lead_id not in closed
        ]
    )


def close_tasks(work: Work, context: Context, reasons: Mapping[str, str]) -> list[str]:
    """Complete the tasks of leads that nobody is to call any more, where they are not done.

    They are done by nobody then, which tells them from those that a person completed.

    Parameters
    ----------
    work : Work
        The transaction, which holds the leads.
    context : Context
        When, and who closes them.
    reasons : mapping of str to str
        The leads, and why: ``converted``, ``lost``, ``objection``.

    Returns
    -------
    list of str
        The ids of the tasks that were completed.
    """
    live = [one.task for one in work.tasks.last_of(reasons).values() if one.task.state != "done"]
    # in one order, so that two transactions never wait for each other
    return [
        task.id
        for task in sorted(live, key=lambda one: one.id)
        if _close(work, context, task, reason=reasons[task.lead_id])
    ]


def reappraise(work: Work, context: Context, task: Task) -> None:
    """Bring a task's place in line with its lead's last score and with what a person said.

    Parameters
    ----------
    work : Work
        The transaction, which holds the lead.
    context : Context
        The model; without one the place stays.
    task : Task
        The task, not done.
    """
    score = last_scores(work, [task.lead_id]).get(task.lead_id)
    found = work.tasks.get(task.id)
    if context.champion is not None and score is not None and found is not None:
        schema = context.champion.model.schema
        work.tasks.appraise([_appraised(found, score, schema)])


def tier_names(context: Context) -> tuple[str, ...]:
    """Return the live model's tiers, lowest first; none where none is live."""
    live = context.champion
    return tuple(one.name for one in live.model.schema.tiers) if live else ()


def _appraised(row: WorkRow, score: ScoreRow, schema: Schema) -> WorkRow:
    """Return a task that is not done as its lead's last score has it; an override holds."""
    task = _retiered(row.task, score, schema.tiers)
    entry = _entry(score, schema, created_at=task.created_at, due_at=task.due_at)
    said = _tier(task.override.tier, schema.tiers) if task.override else None
    return WorkRow(task=task, entry=with_tier(entry, said) if said else entry)


def _tier(name: str, tiers: Collection[Tier]) -> Tier | None:
    """Return the tier of a name; None where there is none, as after another model's promotion."""
    return next((one for one in tiers if one.name == name), None)


def _wants(score: ScoreRow, last: WorkRow | None, tiers: Collection[Tier]) -> bool:
    """Tell whether a lead is to have a new task."""
    if score.tier == UNSCORED or (last is not None and last.task.state != "done"):
        return False
    # what nobody did was closed by an outcome or an objection
    return last is None or not last.task.done_by or _rose(last.task.tier, score.tier, tiers)


def _rose(before: str, after: str, tiers: Collection[Tier]) -> bool:
    names = [one.name for one in tiers]
    # another model may have other tiers: then nothing can be said
    return before in names and after in names and names.index(after) > names.index(before)


def _closed(work: Work, context: Context, lead_ids: Collection[str]) -> set[str]:
    outcomes = work.outcomes.of_many(lead_ids) if lead_ids else {}
    return {
        lead_id for lead_id, of in outcomes.items() if standing(of, context.now).state in CLOSED
    }


def _new(score: ScoreRow, last: WorkRow | None, context: Context) -> WorkRow:
    rules, schema = context.rules, context.live.model.schema
    wave = str(int(last.task.wave) + 1 if last else 1)
    lead_id = score.lead_id or ""
    today = dt.datetime.fromtimestamp(context.now // SECOND, tz=rules.time_zone).date()
    task = Task(
        # not made of the lead's id: it stays in logs when the lead is erased
        id=hashlib.sha256(f"{score.score_id} {wave}".encode()).hexdigest()[:24],
        lead_id=lead_id,
        wave=wave,
        tier=score.tier,
        lane=lane_of(lead_id, today, share=rules.explore_share),
        created_at=context.now,
        due_at=_due(_tier(score.tier, schema.tiers), context.now),
    )
    entry = _entry(score, schema, created_at=task.created_at, due_at=task.due_at)
    return WorkRow(task=task, entry=entry)


def _retiered(task: Task, score: ScoreRow, tiers: Collection[Tier]) -> Task:
    if score.tier in (UNSCORED, task.tier):
        return task
    due = _due(_tier(score.tier, tiers), score.scored_at)
    if _rose(task.tier, score.tier, tiers) and due is not None:
        sooner = due if task.due_at is None else min(due, task.due_at)
        return replace(task, tier=score.tier, due_at=sooner)
    return replace(task, tier=score.tier)


def _due(tier: Tier | None, at: int) -> int | None:
    return None if tier is None or tier.due_hours is None else at + tier.due_hours * HOUR


def _entry(score: ScoreRow, schema: Schema, *, created_at: int, due_at: int | None) -> Entry:
    return Entry(
        lead_id=score.lead_id or "",
        score=score.score,
        chance=score.chance,
        value=_value(score, schema),
        created_at=created_at,
        due_at=due_at,
    )


def _value(score: ScoreRow, schema: Schema) -> float | None:
    """Return what a conversion would bring, where a field says that of this lead."""
    for field in schema.with_role("value"):
        said = score.features.get(field.name)
        if isinstance(said, int | float) and said >= 0:
            return float(said)
    return None


def _close(work: Work, context: Context, task: Task, *, reason: str) -> bool:
    """Complete a task, whoever holds a claim on it; tell whether it was not done."""
    actor, at = context.caller.actor, context.now

    def close(one: Task) -> Task | Refusal:
        after = move(one, "complete", by=actor, at=at, terms=Terms(manages=True))
        return after if isinstance(after, Refusal) else replace(after, done_by="")

    def note(before: Task, after: Task) -> MoveRow:
        return MoveRow(
            task_id=before.id,
            name="complete",
            actor=actor,
            at=at,
            before=before.state,
            after=after.state,
            reason=reason,
        )

    return isinstance(take_step(work, task, close, note=note), Task)
