"""The scores that a lead was given, each with what changed since the one before."""

import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

from leadscore.errors import NotFound
from leadscore.flows.service.context import Context
from leadscore.flows.service.last_scores import KEPT
from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.flows.service.leads.changes import change_of, words_of
from leadscore.flows.service.leads.intake import brief_score
from leadscore.flows.service.leads.records import known_lead
from leadscore.flows.service.ports import Work
from leadscore.model.bundle import Model
from leadscore.score.change import Change
from leadscore.score.record import Json, ScoreRecord

__all__ = ["get_score", "kept_score", "score_history"]

_KEPT_WORDS = "kept as it was asked for; it is not the lead's own score"


def score_history(
    work: Work,
    context: Context,
    lead_id: str,
    *,
    most: int = 50,
    model_of: Callable[[str], Model | None] | None = None,
) -> list[dict[str, Json]]:
    """Return a lead's scores, the last one first, each with its change in words.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment, the model, and the sales team's time zone.
    lead_id : str
        The lead.
    most : int
        How many scores.
    model_of : callable, optional
        From a digest to the model, for scores of models that are not live any more: without it
        their changes are told without parts.

    Returns
    -------
    list of dict
        ``score_id``, ``score``, ``tier``, ``expected_conversion``, ``scored_at``, ``as_of``,
        ``cause``, ``model`` (its digest), ``points``, ``words``, and ``parts``:
        ``[{kind, fields, points, words}]``.

    Raises
    ------
    NotFound
        If the lead is not known.
    Gone
        If it was erased.
    """
    known_lead(work, lead_id)
    rows = work.scores.of(lead_id, most=most + 1)
    events = work.events.of(lead_id)
    models = _Models(context.champion.model if context.champion else None, model_of)
    told = []
    for at, row in enumerate(rows[:most]):
        earlier = next((one for one in rows[at + 1 :] if one.cause != KEPT), None)
        before = None if row.cause == KEPT else earlier
        change = change_of(before, row, model=models.get(row.digest), events=events)
        told.append(_told(row, before, change, zone=context.rules.time_zone))
    return told


def get_score(work: Work, _context: Context, score_id: str) -> ScoreRecord:
    """Return a score record as it was given.

    Parameters
    ----------
    work : Work
        The transaction.
    _context : Context
        Every use case is told it; a score that was given depends on nothing.
    score_id : str
        The score.

    Raises
    ------
    NotFound
        If it is not kept.
    """
    record: ScoreRecord = json.loads(kept_score(work, score_id).record)
    return record


def kept_score(work: Work, score_id: str) -> ScoreRow:
    """Return a score that is kept.

    Raises
    ------
    NotFound
        If it is not.
    """
    row = work.scores.get(score_id)
    if row is None:
        raise NotFound(
            f"The score {score_id!r} is not kept.",
            next_step="Scores of leads are kept until retention removes them or the lead is erased;"
            " a stateless one is with keep, and its answer in full can be replayed as the record.",
        )
    return row


class _Models:
    """The models that scores are of, each fetched once."""

    def __init__(self, live: Model | None, fetch: Callable[[str], Model | None] | None) -> None:
        self._fetch = fetch
        self._found: dict[str, Model | None] = {live.digest: live} if live else {}

    def get(self, digest: str) -> Model | None:
        if digest not in self._found:
            self._found[digest] = self._fetch(digest) if self._fetch else None
        return self._found[digest]


def _told(
    row: ScoreRow, before: ScoreRow | None, change: Change, *, zone: ZoneInfo
) -> dict[str, Json]:
    words = _KEPT_WORDS if row.cause == KEPT else words_of(change, before, row, zone=zone)
    parts: list[Json] = [
        {
            "kind": one.kind,
            "fields": list(one.fields),
            "points": one.points,
            "words": one.words,
        }
        for one in change.parts
    ]
    return {
        **brief_score(row),
        "as_of": row.as_of,
        "cause": row.cause,
        "model": row.digest,
        "points": change.points,
        "words": words,
        "parts": parts,
    }
