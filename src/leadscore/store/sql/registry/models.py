"""Models: a row and the parts of the bundle, by digest."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, insert, select

from leadscore.flows.service.service_rows import ModelRow
from leadscore.store.sql.hashes import Hashes
from leadscore.store.sql.statements import Found, insert_into, portions, took_effect
from leadscore.store.sql.tables import bundle_parts, learned_from, models

__all__ = ["SqlModels"]


class SqlModels:
    """Models in SQL; see `leadscore.flows.service.ports.Models`."""

    def __init__(self, connection: Connection, hashes: Hashes) -> None:
        self._connection = connection
        self._hashes = hashes

    def add(
        self, model: ModelRow, parts: Mapping[str, bytes], *, taught_by: Collection[str] = ()
    ) -> bool:
        """Keep a model with its parts and by which leads it was taught; False if it is there."""
        new = insert_into(self._connection, models).values(_row(model)).on_conflict_do_nothing()
        if not took_effect(self._connection, new):
            return False
        for name, content in sorted(parts.items()):
            # one by one: together they may be larger than a statement can be
            row = {"digest": model.digest, "name": name, "content": content}
            self._connection.execute(insert(bundle_parts).values(row))
        for some in portions(sorted({self._hashes.lead(one) for one in taught_by})):
            rows = [{"lead_hash": one, "digest": model.digest} for one in some]
            self._connection.execute(insert(learned_from), rows)
        return True

    def get(self, digest: str) -> ModelRow | None:
        """Return a model's row; None where it is not kept."""
        row = self._connection.execute(select(models).where(models.c.digest == digest)).first()
        return None if row is None else _model(row)

    def all(self) -> list[ModelRow]:
        """Return all models, the last one first."""
        wanted = select(models).order_by(models.c.added_at.desc(), models.c.digest)
        return [_model(row) for row in self._connection.execute(wanted)]

    def parts(self, digest: str) -> Mapping[str, bytes]:
        """Return the parts of a model's bundle by their names; none where it is not kept."""
        wanted = select(bundle_parts.c.name, bundle_parts.c.content)
        rows = self._connection.execute(wanted.where(bundle_parts.c.digest == digest))
        return {row.name: row.content for row in rows}


def _row(model: ModelRow) -> dict[str, object]:
    return {
        "digest": model.digest,
        "name": model.name,
        "version": model.version,
        "recipe": model.recipe,
        "added_at": model.added_at,
        "added_by": model.added_by,
        "note": model.note,
        "size": model.size,
        "about": dict(model.about),
        "erased": model.erased,
    }


def _model(row: Found) -> ModelRow:
    return ModelRow(
        digest=row.digest,
        name=row.name,
        version=row.version,
        recipe=row.recipe,
        added_at=row.added_at,
        added_by=row.added_by,
        note=row.note,
        size=row.size,
        about=row.about,
        erased=row.erased,
    )
