"""Promotions: a model is made the champion, or the one before it is again."""

import hashlib
import json
from collections.abc import Sequence

from leadscore.errors import Conflict
from leadscore.flows.service.access.trail import note as note_trail
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.registry.champion import model_of
from leadscore.flows.service.registry.models import find_model, said_why
from leadscore.flows.service.service_rows import MessageRow, ModelRow, PromotionRow
from leadscore.leads.moment import moment_text
from leadscore.score.record import Json

__all__ = ["PROMOTED", "earlier_champion", "promote", "promotions", "rollback"]

#: The kind of message that webhooks get of a promotion.
PROMOTED = "model.promoted"
#: So far back goes the way to an earlier champion.
_MOST = 1_000


def promote(work: Work, context: Context, digest: str, *, reason: str = "") -> dict[str, Json]:
    """Make a model the champion; if it is that already, nothing changes.

    Every process takes it up within about a second, without dropping a request. The worker scores
    the leads again.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who promotes.
    digest : str
        The model, as `leadscore.flows.service.registry.models.find_model` takes it.
    reason : str
        Why.

    Returns
    -------
    dict
        ``digest, name, version, at, actor, reason, replaced``, and ``changed``: False where it was
        live before.

    Raises
    ------
    NotFound
        If there is no such model.
    BadBundle
        If it cannot be opened any more.
    Conflict
        If somebody else promoted one meanwhile.
    """
    return _put_live(work, context, find_model(work, digest), reason=said_why("reason", reason))


def rollback(work: Work, context: Context, *, reason: str = "") -> dict[str, Json]:
    """Make the champion that was live before this one the champion again.

    A second rollback goes back one more: it undoes promotions, not rollbacks.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who does it.
    reason : str
        Why.

    Returns
    -------
    dict
        As `promote` answers.

    Raises
    ------
    Conflict
        If there is no earlier one, or somebody else promoted one meanwhile.
    """
    rising = [one.digest for one in reversed(work.promotions.page(most=_MOST))]
    before = earlier_champion(rising)
    if before is None:
        raise Conflict(
            "There is no earlier champion to go back to.",
            next_step="Promote a model by its digest: leadscore models promote DIGEST.",
        )
    why = said_why("reason", reason) or "rollback"
    return _put_live(work, context, find_model(work, before), reason=why)


def promotions(work: Work, *, most: int = 100) -> list[dict[str, Json]]:
    """Return promotions, the last one first: who, when and why."""
    names = {one.digest: one for one in work.models.all()}
    return [_view(one, names[one.digest]) for one in work.promotions.page(most=most)]


def earlier_champion(digests: Sequence[str]) -> str | None:
    """Return the champion before the present one; None where there is none.

    Parameters
    ----------
    digests : sequence of str
        The champions from the first on. To promote the one before the last is to go back.

    Examples
    --------
    >>> earlier_champion(["a", "b", "c"]), earlier_champion(["a", "b", "c", "b"])
    ('b', 'a')
    >>> earlier_champion(["a", "b", "a"]) is None
    True
    """
    way: list[str] = []
    for digest in digests:
        if way[-2:-1] == [digest]:
            way.pop()
        else:
            way.append(digest)
    return way[-2] if len(way) > 1 else None


def _put_live(work: Work, context: Context, row: ModelRow, *, reason: str) -> dict[str, Json]:
    live = work.promotions.live()
    if live is not None and live.digest == row.digest:
        return {**_view(live, row), "changed": False}
    # what cannot be opened is refused here, and not by every process that is to take it up
    model_of(work, row.digest)
    promotion = PromotionRow(
        digest=row.digest,
        at=context.now,
        actor=context.caller.actor,
        reason=reason,
        replaced=live.digest if live else None,
    )
    if not work.promotions.add(promotion):
        raise Conflict(
            "Somebody else promoted a model at the same moment.",
            next_step="Look which one is live now: leadscore models list.",
        )
    told = _view(promotion, row)
    work.outbox.add([_message(told, context.now)])
    note_trail(work, context, "model.promote", about=row.digest, replaced=promotion.replaced)
    return {**told, "changed": True}


def _view(promotion: PromotionRow, row: ModelRow) -> dict[str, Json]:
    return {
        "digest": promotion.digest,
        "name": row.name,
        "version": row.version,
        "at": moment_text(promotion.at),
        "actor": promotion.actor,
        "reason": promotion.reason,
        "replaced": promotion.replaced,
    }


def _message(told: dict[str, Json], now: int) -> MessageRow:
    said = {"type": PROMOTED, "timestamp": moment_text(now), "data": told}
    body = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return MessageRow(
        message_id=hashlib.sha256(body).hexdigest(),
        kind=PROMOTED,
        lead_id=None,
        body=body,
        created_at=now,
    )
