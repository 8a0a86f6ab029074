"""Promotions: which model was the champion when, and why."""

from sqlalchemy import Connection, insert, select

from leadscore.flows.service.service_rows import PromotionRow
from leadscore.store.sql.statements import Found
from leadscore.store.sql.tables import models, promotions

__all__ = ["SqlPromotions"]


class SqlPromotions:
    """Promotions in SQL; see `leadscore.flows.service.ports.Promotions`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, promotion: PromotionRow) -> bool:
        """Make a model the champion, unless another one than `replaced` is by now."""
        # whoever promotes holds every model meanwhile, so that two never replace the same one
        held = select(models.c.digest).order_by(models.c.digest).with_for_update()
        self._connection.execute(held).all()
        live = self.live()
        if (live.digest if live else None) != promotion.replaced:
            return False
        row = {
            "digest": promotion.digest,
            "at": promotion.at,
            "actor": promotion.actor,
            "reason": promotion.reason,
            "replaced": promotion.replaced,
        }
        self._connection.execute(insert(promotions).values(row))
        return True

    def live(self) -> PromotionRow | None:
        """Return the promotion of the champion; None before the first."""
        return next(iter(self.page(most=1)), None)

    def page(self, *, most: int) -> list[PromotionRow]:
        """Return promotions, the last one first."""
        wanted = select(promotions).order_by(promotions.c.seq.desc()).limit(most)
        return [_promotion(row) for row in self._connection.execute(wanted)]


def _promotion(row: Found) -> PromotionRow:
    return PromotionRow(
        digest=row.digest,
        at=row.at,
        actor=row.actor,
        reason=row.reason,
        replaced=row.replaced,
    )
