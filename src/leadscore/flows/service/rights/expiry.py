"""Retention: what is older than the operator wants is removed, piece by piece."""

from collections.abc import Callable

from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Store, Work
from leadscore.flows.service.rights.retire import retire
from leadscore.leads.moment import DAY

__all__ = ["KEEP_MESSAGES", "KEEP_REPLIES", "expire"]

#: How long the answer to a write is kept for its repetition, and a message that was delivered or
#: given up for being looked at and sent again, in microseconds.
KEEP_REPLIES = 2 * DAY
KEEP_MESSAGES = 30 * DAY

#: How many rows, or leads, a transaction looks at: SQLite has one writer at a time.
_ROWS = 1_000
_LEADS = 50


def expire(store: Store, context: Context) -> dict[str, int]:
    """Remove what is too old: scores and events by the operator's rules, answers and messages.

    Each lead keeps its last score. Before events are removed the counters' values are stated, so
    that no field changes; see `retire`. Events stay while no model is live, since its schema says
    what counts.

    Parameters
    ----------
    store : Store
        The memory; each piece is a transaction.
    context : Context
        The moment, the model and the rules.

    Returns
    -------
    dict of str to int
        How many ``events``, ``scores``, ``replies`` and ``messages`` were removed.
    """
    now, rules = context.now, context.rules
    counts = {"events": 0, "scores": 0}
    if rules.keep_events_days is not None and context.champion is not None:
        counts["events"] = _expire_events(store, context, now - rules.keep_events_days * DAY)
    if rules.keep_scores_days is not None:
        old = now - rules.keep_scores_days * DAY
        counts["scores"] = _by_pieces(store, lambda w: w.scores.expire(before=old, most=_ROWS))
    return {
        **counts,
        "replies": _by_pieces(
            store, lambda work: work.replies.expire(before=now - KEEP_REPLIES, most=_ROWS)
        ),
        "messages": _by_pieces(
            store, lambda work: work.outbox.expire(before=now - KEEP_MESSAGES, most=_ROWS)
        ),
    }


def _by_pieces(store: Store, remove: Callable[[Work], int]) -> int:
    total = 0
    while True:
        with store.begin(write=True) as work:
            count = remove(work)
        total += count
        if count < _ROWS:
            return total


def _expire_events(store: Store, context: Context, before: int) -> int:
    total, after = 0, ""
    while True:
        with store.begin(write=False) as work:
            page = work.events.leads_before(before, after=after, most=_LEADS)
        if page:
            with store.begin(write=True) as work:
                total += _retire_all(work, context, page, before)
        if len(page) < _LEADS:
            return total
        after = page[-1]


def _retire_all(work: Work, context: Context, lead_ids: list[str], before: int) -> int:
    schema = context.live.model.schema
    known = [one for one in lead_ids if work.leads.get(one) is not None]
    held = work.leads.hold(known, at=context.now)
    total = 0
    for events in work.events.of_many(held).values():
        old = retire(events, schema, before=before, now=context.now)
        # first what takes their place: nothing is to be seen between the two anyway
        work.events.add(old.stated)
        total += work.events.remove(old.gone)
    return total
