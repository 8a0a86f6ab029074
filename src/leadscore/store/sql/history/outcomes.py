"""Outcomes: what became of leads; a correction is a further row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from leadscore.flows.service.lead_rows import Receipt
from leadscore.leads.outcome import Outcome
from leadscore.store.sql.statements import Found, insert_into, portions
from leadscore.store.sql.tables import outcomes

__all__ = ["SqlOutcomes"]

_ORDER = (
    outcomes.c.lead_id,
    outcomes.c.occurred_at,
    outcomes.c.recorded_at,
    outcomes.c.outcome_id,
)


class SqlOutcomes:
    """Outcomes in SQL; see `leadscore.flows.service.ports.Outcomes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, said: Sequence[Outcome]) -> Receipt:
        """Keep outcomes; an id that is there already changes nothing."""
        first = {one.id: one for one in reversed(said)}
        new = self._insert([first[outcome_id] for outcome_id in sorted(first)])
        kept = {outcome_id: _content(first[outcome_id]) for outcome_id in new}
        kept |= self._known(set(first) - new)
        conflicts = {one.id for one in said if kept.get(one.id) != _content(one)}
        return Receipt(
            new=frozenset(new),
            repeated=frozenset(set(first) - new - conflicts),
            conflicts=frozenset(conflicts),
        )

    def of(self, lead_id: str) -> list[Outcome]:
        """Return what became of a lead, in the order in which it occurred."""
        return self.of_many([lead_id])[lead_id]

    def of_many(self, lead_ids: Collection[str]) -> Mapping[str, list[Outcome]]:
        """Return what became of each of the leads, in the order in which it occurred."""
        found: dict[str, list[Outcome]] = {one: [] for one in lead_ids}
        for part in portions(list(found)):
            wanted = select(outcomes).where(outcomes.c.lead_id.in_(part)).order_by(*_ORDER)
            for row in self._connection.execute(wanted):
                found[row.lead_id].append(_outcome(row))
        return found

    def _insert(self, said: Sequence[Outcome]) -> set[str]:
        if not said:
            return set()
        new = insert_into(self._connection, outcomes).on_conflict_do_nothing()
        rows = self._connection.execute(new.returning(outcomes.c.outcome_id), list(map(_row, said)))
        return set(rows.scalars())

    def _known(self, outcome_ids: Collection[str]) -> dict[str, Outcome]:
        found: dict[str, Outcome] = {}
        for part in portions(list(outcome_ids)):
            wanted = select(outcomes).where(outcomes.c.outcome_id.in_(part))
            rows = self._connection.execute(wanted)
            found |= {row.outcome_id: _content(_outcome(row)) for row in rows}
        return found


def _content(outcome: Outcome) -> Outcome:
    """Return the outcome without when it was written down: sent again, it is written down later."""
    return replace(outcome, recorded_at=0)


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "outcome_id": outcome.id,
        "lead_id": outcome.lead_id,
        "kind": outcome.kind,
        "occurred_at": outcome.occurred_at,
        "value": outcome.value,
        "reason": outcome.reason,
        "recorded_at": outcome.recorded_at,
        "corrects": outcome.corrects,
    }


def _outcome(row: Found) -> Outcome:
    return Outcome(
        id=row.outcome_id,
        lead_id=row.lead_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        value=row.value,
        reason=row.reason,
        recorded_at=row.recorded_at,
        corrects=row.corrects,
    )
