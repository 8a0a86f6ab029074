"""What stands for a lead once nothing of it may be known: a hash with the database's own salt."""

import hashlib
import hmac

from sqlalchemy import Connection, select

from leadscore.store.sql.tables import facts

__all__ = ["Hashes", "database_salt"]

#: What the first migration calls it.
_SALT = "salt"


class Hashes:
    """Hashes of ids and addresses that mean nothing outside this database.

    Parameters
    ----------
    salt : str
        The database's.

    Examples
    --------
    >>> hashes = Hashes("salt")
    >>> hashes.email(" Ann@Example.com") == hashes.email("ann@example.com") != hashes.lead("L1")
    True
    """

    def __init__(self, salt: str) -> None:
        self._salt = salt.encode("ascii")

    def lead(self, lead_id: str) -> str:
        """Return what stands for a lead."""
        return self._hash("lead", lead_id)

    def email(self, address: str) -> str:
        """Return what stands for an e-mail address, however its letters are written."""
        return self._hash("email", address.strip().casefold())

    def _hash(self, kind: str, text: str) -> str:
        said = f"{kind}\0{text}".encode()
        return hmac.new(self._salt, said, hashlib.sha256).hexdigest()


def database_salt(connection: Connection) -> str:
    """Return the database's salt, which was made with its tables."""
    return str(connection.scalars(select(facts.c.value).where(facts.c.name == _SALT)).one())
