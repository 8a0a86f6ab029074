"""What changed between two scores of a lead, in words, and the messages that tell it."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.flows.service.service_rows import MessageRow
from leadscore.leads.event import Event
from leadscore.leads.history import last_active
from leadscore.leads.moment import SECOND, moment_text
from leadscore.model.bundle import Model
from leadscore.score.change import Change, Scored, explain_change
from leadscore.score.change_words import since_words
from leadscore.score.record import Json

__all__ = ["SCORED", "TIER_CHANGED", "change_of", "scored_messages", "words_of"]

SCORED = "lead.scored"
TIER_CHANGED = "lead.tier_changed"


def change_of(
    before: ScoreRow | None, after: ScoreRow, *, model: Model | None, events: Sequence[Event]
) -> Change:
    """Return what changed between two scores of a lead.

    Parameters
    ----------
    before : ScoreRow, optional
        The earlier one; None where there was none.
    after : ScoreRow
        The later one.
    model : Model, optional
        The model that gave the later one; without it the change has no parts.
    events : sequence of Event
        The lead's whole history.
    """
    if before is None or before.score is None or after.score is None:
        return Change(before=before.score if before else None, after=after.score)
    # what gave the score may be gone from the registry: then only its size is known
    if model is None or model.digest != after.digest:
        return Change(before=before.score, after=after.score)
    new = [one for one in events if before.scored_at < one.received_at <= after.scored_at]
    return explain_change(_scored(before, events), _scored(after, events), model=model, events=new)


def words_of(change: Change, before: ScoreRow | None, after: ScoreRow, *, zone: ZoneInfo) -> str:
    """Return a change in one line, as the sales team's clock has it.

    Parameters
    ----------
    change : Change
        What lies between the two.
    before : ScoreRow, optional
        The earlier score; None where there was none.
    after : ScoreRow
        The later one.
    zone : ZoneInfo
        The sales team's time zone.
    """
    if before is None or (before.score is None and after.score is None):
        return change.words() if after.score is not None else "not scored"
    return change.words(since_words(_day(before, zone), _day(after, zone)))


def scored_messages(before: ScoreRow | None, after: ScoreRow, *, words: str) -> list[MessageRow]:
    """Return what is to be told of a new score: that it is there, and that the tier is another one.

    No message holds more of a lead than its id, its score and what changed.

    Parameters
    ----------
    before : ScoreRow, optional
        The lead's score until now; None where it had none: then its first tier is told as a change.
    after : ScoreRow
        The new one.
    words : str
        What changed.
    """
    was: Json = {"score": before.score, "tier": before.tier} if before else None
    data: dict[str, Json] = {
        "lead_id": after.lead_id,
        "score": after.score,
        "tier": after.tier,
        "before": was,
        "words": words,
        "score_id": after.score_id,
    }
    told = [_message(SCORED, after, data)]
    if before is None or before.tier != after.tier:
        told.append(_message(TIER_CHANGED, after, data))
    return told


def _message(kind: str, row: ScoreRow, data: dict[str, Json]) -> MessageRow:
    body = {"type": kind, "timestamp": moment_text(row.scored_at), "data": data}
    drawn = hashlib.sha256(f"{kind} {row.score_id}".encode()).hexdigest()
    return MessageRow(
        message_id=f"msg_{drawn[:32]}",
        kind=kind,
        lead_id=row.lead_id,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8"),
        created_at=row.scored_at,
    )


def _scored(row: ScoreRow, events: Sequence[Event]) -> Scored:
    return Scored(
        record=json.loads(row.record),
        fields=row.features,
        at=row.scored_at,
        active_at=last_active(events, row.scored_at),
    )


def _day(row: ScoreRow, zone: ZoneInfo) -> dt.date:
    return dt.datetime.fromtimestamp(row.scored_at // SECOND, tz=zone).date()
