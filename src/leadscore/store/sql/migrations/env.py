"""What Alembic runs for each command: the steps in the transaction that the caller has begun."""

from alembic import context

from leadscore.store.sql.versions import ALEMBIC

__all__ = ["migrate"]


def migrate() -> None:
    """Run the steps on the caller's connection."""
    context.configure(connection=context.config.attributes["connection"], **ALEMBIC)
    with context.begin_transaction():
        context.run_migrations()


# Alembic calls the file so; who imports it by its own name only looks, as a collector of tests
if __name__ == "env_py":
    migrate()
