"""Keys to the service: found by their prefix, kept without their secret."""

from sqlalchemy import Connection, insert, or_, select, update

from leadscore.flows.service.service_rows import KeyRow
from leadscore.store.sql.statements import Found
from leadscore.store.sql.tables import keys

__all__ = ["SqlKeys"]


class SqlKeys:
    """Keys in SQL; see `leadscore.flows.service.ports.Keys`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, key: KeyRow) -> None:
        """Keep a new key."""
        row = {
            "prefix": key.prefix,
            "digest": key.digest,
            "role": key.role,
            "name": key.name,
            "created_at": key.created_at,
            "created_by": key.created_by,
            "per_minute": key.per_minute,
            "expires_at": key.expires_at,
        }
        self._connection.execute(insert(keys).values(row))

    def find(self, prefix: str) -> KeyRow | None:
        """Return the key with this prefix, also one that is not accepted any more."""
        row = self._connection.execute(select(keys).where(keys.c.prefix == prefix)).first()
        return None if row is None else _key(row)

    def all(self) -> list[KeyRow]:
        """Return all keys, the oldest first."""
        wanted = select(keys).order_by(keys.c.created_at, keys.c.prefix)
        return [_key(row) for row in self._connection.execute(wanted)]

    def revoke(self, prefix: str, *, at: int) -> bool:
        """Refuse the key from now on; False where it is not there or was revoked before."""
        changed = (
            update(keys)
            .where(keys.c.prefix == prefix, keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return self._connection.execute(changed).rowcount > 0

    def expire(self, prefix: str, *, at: int) -> bool:
        """Refuse the key from a moment on; False where it ends earlier or is not there."""
        later = or_(keys.c.expires_at.is_(None), keys.c.expires_at > at)
        changed = update(keys).where(keys.c.prefix == prefix, later).values(expires_at=at)
        return self._connection.execute(changed).rowcount > 0

    def used(self, prefix: str, *, at: int, every: int) -> bool:
        """Write down that the key was used, if that was not done within the last `every`."""
        due = or_(keys.c.last_used_at.is_(None), keys.c.last_used_at <= at - every)
        changed = update(keys).where(keys.c.prefix == prefix, due).values(last_used_at=at)
        return self._connection.execute(changed).rowcount > 0


def _key(row: Found) -> KeyRow:
    return KeyRow(
        prefix=row.prefix,
        digest=row.digest,
        role=row.role,
        name=row.name,
        created_at=row.created_at,
        created_by=row.created_by,
        per_minute=row.per_minute,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
