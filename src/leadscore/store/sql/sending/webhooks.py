"""Webhooks: who outside wants to be told what."""

from sqlalchemy import Connection, delete, insert, select, update

from leadscore.flows.service.service_rows import WebhookRow
from leadscore.store.sql.statements import Found
from leadscore.store.sql.tables import webhooks

__all__ = ["SqlWebhooks"]


class SqlWebhooks:
    """Webhooks in SQL; see `leadscore.flows.service.ports.Webhooks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, webhook: WebhookRow) -> None:
        """Keep a new webhook."""
        row = {
            "webhook_id": webhook.webhook_id,
            "url": webhook.url,
            "secret": webhook.secret,
            "kinds": list(webhook.kinds),
            "created_at": webhook.created_at,
            "created_by": webhook.created_by,
            "disabled_at": webhook.disabled_at,
            "former_secret": webhook.former_secret,
            "former_until": webhook.former_until,
        }
        self._connection.execute(insert(webhooks).values(row))

    def get(self, webhook_id: str) -> WebhookRow | None:
        """Return a webhook; None where there is none."""
        wanted = select(webhooks).where(webhooks.c.webhook_id == webhook_id)
        row = self._connection.execute(wanted).first()
        return None if row is None else _webhook(row)

    def all(self) -> list[WebhookRow]:
        """Return all webhooks, the oldest first."""
        wanted = select(webhooks).order_by(webhooks.c.created_at, webhooks.c.webhook_id)
        return [_webhook(row) for row in self._connection.execute(wanted)]

    def disable(self, webhook_id: str, *, at: int | None) -> bool:
        """Send it nothing since a moment, or (None) send again; False where there is none."""
        changed = update(webhooks).where(webhooks.c.webhook_id == webhook_id)
        return self._connection.execute(changed.values(disabled_at=at)).rowcount > 0

    def renew(self, webhook_id: str, *, secret: str, former_until: int) -> bool:
        """Sign with another secret, for a while with the one before too; False where none is."""
        changed = (
            update(webhooks)
            .where(webhooks.c.webhook_id == webhook_id)
            # the right side is the row as it was
            .values(secret=secret, former_secret=webhooks.c.secret, former_until=former_until)
        )
        return self._connection.execute(changed).rowcount > 0

    def remove(self, webhook_id: str) -> bool:
        """Remove a webhook with its deliveries; False where there is none."""
        gone = delete(webhooks).where(webhooks.c.webhook_id == webhook_id)
        return self._connection.execute(gone).rowcount > 0


def _webhook(row: Found) -> WebhookRow:
    return WebhookRow(
        webhook_id=row.webhook_id,
        url=row.url,
        secret=row.secret,
        kinds=tuple(row.kinds),
        created_at=row.created_at,
        created_by=row.created_by,
        disabled_at=row.disabled_at,
        former_secret=row.former_secret,
        former_until=row.former_until,
    )
