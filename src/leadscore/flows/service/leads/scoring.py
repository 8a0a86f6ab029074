"""Leads scored by what is known of them: at once when something is said, and in passes over all."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import last_scores
from leadscore.flows.service.lead_rows import LeadRow, ScoreRow
from leadscore.flows.service.leads.changes import change_of, scored_messages, words_of
from leadscore.flows.service.leads.lead_record import give_record, kept_fields, score_row
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.service_rows import MessageRow
from leadscore.flows.service.work.tasks import keep_tasks
from leadscore.leads.event import Event
from leadscore.leads.history import fields_at
from leadscore.leads.moment import DAY, moment_text
from leadscore.model.bundle import Model

__all__ = ["Pass", "rescore", "rescore_idle", "score_held"]

#: How many leads a transaction scores: it holds SQLite's only lock for some 50 ms then.
_PIECE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """How far a way through all leads has come.

    Parameters
    ----------
    leads : int
        How many leads were looked at.
    scored : int
        How many of them have another score now.
    after : str, optional
        After which lead to go on; None at the end.
    """

    leads: int
    scored: int
    after: str | None


def rescore(
    work: Work, context: Context, lead_ids: Collection[str], *, causes: Mapping[str, str]
) -> Mapping[str, ScoreRow]:
    """Score leads by what is known of them, keep the scores, and tell who is to know.

    A lead that scores as before keeps its last score. One that objected is ``Unscored``. A score is
    never for a moment before an event of the lead's or its last score, though clocks differ or
    another request came in between.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment and the model. Without a model nothing is scored: the leads are once one is live.
    lead_ids : collection of str
        The leads; erased ones are left out.
    causes : mapping of str to str
        For each lead what it is scored for: a message id, an outcome id, a promotion.

    Returns
    -------
    mapping of str to ScoreRow
        Each lead's last score.
    """
    held = work.leads.hold(lead_ids, at=context.now)
    return score_held(work, context, held, causes=causes)


def score_held(
    work: Work, context: Context, held: Mapping[str, LeadRow], *, causes: Mapping[str, str]
) -> Mapping[str, ScoreRow]:
    """Do what `rescore` does, for leads that the transaction holds already."""
    if context.champion is None or not held:
        return {}
    before = last_scores(work, held)
    events = work.events.of_many(held)
    lives = [
        _Life(lead=lead, events=events[lead_id], before=before.get(lead_id))
        for lead_id, lead in held.items()
    ]
    rows = {one.lead.lead_id: _row(one, context, causes.get(one.lead.lead_id, "")) for one in lives}
    new = [one for one in lives if not _same(one.before, rows[one.lead.lead_id])]
    changed = {one.lead.lead_id: rows[one.lead.lead_id] for one in new}
    work.scores.add(changed.values())
    keep_tasks(work, context, changed)
    work.outbox.add([m for one in new for m in _messages(one, context, rows[one.lead.lead_id])])
    return {**before, **changed}


def rescore_idle(store: Store, context: Context, *, after: str = "", most: int = 500) -> Pass:
    """Score those of the next leads again whose score changes though nothing happens.

    Those are leads with a counter that fades or forgets, once a day; and those that were never
    scored, or by another model, as all are after a promotion.

    Parameters
    ----------
    store : Store
        The memory. A few leads are scored in each transaction, so that nobody waits long.
    context : Context
        The moment and the model.
    after : str
        The lead after which to begin; `Pass.after` of the call before.
    most : int
        How many leads to look at.
    """
    model = context.live.model
    with store.begin(write=False) as work:
        page = [one.lead_id for one in work.leads.page(after=after, most=most)]
        last = last_scores(work, page)
    causes = {one: cause for one in page if (cause := _due_for(last.get(one), context.now, model))}
    due, scored = list(causes), 0
    for start in range(0, len(due), _PIECE):
        piece = due[start : start + _PIECE]
        with store.begin(write=True) as work:
            rows = rescore(work, context, piece, causes=causes)
        scored += sum(last.get(lead_id) != row for lead_id, row in rows.items())
    return Pass(leads=len(page), scored=scored, after=page[-1] if len(page) == most else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """A lead, its history and its last score."""

    lead: LeadRow
    events: Sequence[Event]
    before: ScoreRow | None

    def at(self, now: int) -> int:
        """Return the moment to score it for: now, but not before all that is known already.

        Another process's clock may be ahead, a request that began later may have ended first, and
        within a batch messages arrive a microsecond apart.
        """
        # no two scores of a lead are for one moment, so that no two have one id
        scored = [] if self.before is None else [self.before.scored_at + 1]
        return max([now, *scored, *(max(one.order[:2]) for one in self.events)])


def _row(life: _Life, context: Context, cause: str) -> ScoreRow:
    champion, lead = context.live, life.lead
    at = life.at(context.now)
    objection = lead.objected_at is not None
    schema = champion.model.schema
    fields = {} if objection else kept_fields(fields_at(life.events, schema, at), schema)
    record = give_record(
        champion, fields, lead_id=lead.lead_id, as_of=moment_text(at), objection=objection
    )
    return score_row(record, fields, cause=cause, at=at, lead_id=lead.lead_id)


def _same(before: ScoreRow | None, after: ScoreRow) -> bool:
    """Tell whether a score says what the one before said, but for its moment."""
    if before is None or before.digest != after.digest or before.features != after.features:
        return False
    # the same fields may have none for another reason: an objection
    told = [json.loads(one.record)["notes"] for one in (before, after)]
    return bool(told[0] == told[1])


def _messages(life: _Life, context: Context, row: ScoreRow) -> list[MessageRow]:
    model = context.live.model
    change = change_of(life.before, row, model=model, events=life.events)
    words = words_of(change, life.before, row, zone=context.rules.time_zone)
    return scored_messages(life.before, row, words=words)


def _due_for(row: ScoreRow | None, now: int, model: Model) -> str:
    """Return what a lead is to be scored for though nothing happened; empty for nothing."""
    if row is None or row.digest != model.digest:
        return f"promotion:{model.digest}"
    fading = [one.name for one in model.schema.features if one.window or one.half_life]
    # a counter that has come down to nothing stays there
    faded = row.scored_at <= now - DAY and any(row.features.get(name) for name in fading)
    return "idle" if faded else ""
