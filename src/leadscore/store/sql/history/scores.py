"""Scores: each one that was given, so that it can be given again."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, exists, func, or_, select

from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.store.sql.statements import IDS, Found, insert_new, portions
from leadscore.store.sql.tables import scores

__all__ = ["SqlScores"]

_LATEST = select(func.max(scores.c.seq)).where(scores.c.lead_id.in_(IDS)).group_by(scores.c.lead_id)
_LATEST_OF = select(scores).where(scores.c.seq.in_(_LATEST))


class SqlScores:
    """Scores in SQL; see `leadscore.flows.service.ports.Scores`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, given: Collection[ScoreRow]) -> None:
        """Keep scores; one whose id is there already is the same one."""
        if given:
            self._connection.execute(insert_new(self._connection, scores), list(map(_row, given)))

    def get(self, score_id: str) -> ScoreRow | None:
        """Return a score by its id; None where it is not kept."""
        row = self._connection.execute(select(scores).where(scores.c.score_id == score_id)).first()
        return None if row is None else _score(row)

    def latest(self, lead_id: str) -> ScoreRow | None:
        """Return the lead's last score; None where it has none."""
        return next(iter(self.of(lead_id, most=1)), None)

    def latest_of(self, lead_ids: Collection[str]) -> Mapping[str, ScoreRow]:
        """Return the last score of each of the leads that has one."""
        found: dict[str, ScoreRow] = {}
        for part in portions(list(lead_ids)):
            rows = self._connection.execute(_LATEST_OF, {"ids": part})
            found |= {row.lead_id: _score(row) for row in rows}
        return found

    def of(self, lead_id: str, *, since: int | None = None, most: int) -> list[ScoreRow]:
        """Return the lead's scores, the last one first, perhaps only those since a moment."""
        wanted = select(scores).where(scores.c.lead_id == lead_id)
        if since is not None:
            wanted = wanted.where(scores.c.scored_at >= since)
        rows = self._connection.execute(wanted.order_by(scores.c.seq.desc()).limit(most))
        return [_score(row) for row in rows]

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` scores from before a moment; a lead's last one stays."""
        later = scores.alias("later")
        followed = exists().where(later.c.lead_id == scores.c.lead_id, later.c.seq > scores.c.seq)
        old = (
            select(scores.c.seq)
            .where(scores.c.scored_at < before, or_(scores.c.lead_id.is_(None), followed))
            .limit(most)
        )
        return self._connection.execute(delete(scores).where(scores.c.seq.in_(old))).rowcount


def _row(given: ScoreRow) -> dict[str, object]:
    return {
        "score_id": given.score_id,
        "lead_id": given.lead_id,
        "scored_at": given.scored_at,
        "as_of": given.as_of,
        "cause": given.cause,
        "digest": given.digest,
        "score": given.score,
        "tier": given.tier,
        "chance": given.chance,
        "features": dict(given.features),
        "record": given.record,
    }


def _score(row: Found) -> ScoreRow:
    return ScoreRow(
        score_id=row.score_id,
        lead_id=row.lead_id,
        scored_at=row.scored_at,
        as_of=row.as_of,
        cause=row.cause,
        digest=row.digest,
        score=row.score,
        tier=row.tier,
        chance=row.chance,
        features=row.features,
        record=row.record,
    )
