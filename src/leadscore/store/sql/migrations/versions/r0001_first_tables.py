"""Version 1: every table that the live service began with, and the database's salt."""

import secrets
from typing import Any  # Any: what a JSON column holds

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = ["down_revision", "downgrade", "revision", "upgrade"]

revision = "0001"
down_revision = None

# As they were then: a later change of the program's own tables changes nothing here.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_tables = MetaData(naming_convention=_NAMES)


def _words(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, _TEXT, nullable=null)


def _moment(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _number(name: str, *, default: int | None = None, null: bool = False) -> Column[int]:
    said = None if default is None else str(default)
    return Column(name, BigInteger, nullable=null, server_default=said)


def _sequence(name: str) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _json(name: str) -> Column[Any]:
    return Column(name, JSON(none_as_null=True), nullable=False)


def _lead(*, null: bool = False) -> Column[str]:
    return Column("lead_id", _TEXT, ForeignKey("leads.lead_id", ondelete="CASCADE"), nullable=null)


Table(
    "leads",
    _tables,
    Column("lead_id", _TEXT, primary_key=True),
    _words("lead_hash"),
    _moment("created_at"),
    _moment("objected_at", null=True),
    UniqueConstraint("lead_hash"),
)

Table(
    "contacts",
    _tables,
    Column("lead_id", _TEXT, ForeignKey("leads.lead_id", ondelete="CASCADE"), primary_key=True),
    _words("name", null=True),
    _moment("name_at", null=True),
    _words("email", null=True),
    _moment("email_at", null=True),
    _words("phone", null=True),
    _moment("phone_at", null=True),
    _words("company", null=True),
    _moment("company_at", null=True),
)

Table(
    "events",
    _tables,
    Column("message_id", _TEXT, primary_key=True),
    _lead(),
    _words("kind"),
    _words("name"),
    _json("content"),
    _moment("occurred_at"),
    _moment("received_at"),
    _words("digest"),
    Index(None, "lead_id", "occurred_at"),
    Index(None, "occurred_at"),
)

Table(
    "scores",
    _tables,
    _sequence("seq"),
    _words("score_id"),
    _lead(null=True),
    _moment("scored_at"),
    _words("as_of"),
    _words("cause"),
    _words("digest"),
    Column("score", Float(53)),
    _words("tier"),
    Column("chance", Float(53)),
    _json("features"),
    Column("record", LargeBinary, nullable=False),
    UniqueConstraint("score_id"),
    Index(None, "lead_id", "seq"),
    Index(None, "scored_at"),
)

Table(
    "outcomes",
    _tables,
    Column("outcome_id", _TEXT, primary_key=True),
    _lead(),
    _words("kind"),
    _moment("occurred_at"),
    Column("value", Float(53)),
    _words("reason"),
    _moment("recorded_at"),
    _words("corrects"),
    Index(None, "lead_id", "occurred_at"),
)

_ALIVE = text("state <> 'done'")
_UNTOLD = text("state <> 'done' AND due_told_at IS NULL")

Table(
    "tasks",
    _tables,
    Column("task_id", _TEXT, primary_key=True),
    _lead(),
    _words("wave"),
    _words("tier"),
    _words("lane"),
    _moment("created_at"),
    _moment("due_at", null=True),
    _words("state"),
    _words("owner"),
    _moment("lease_until", null=True),
    _moment("snoozed_until", null=True),
    _words("done_by"),
    _moment("done_at", null=True),
    _words("override_tier", null=True),
    _words("override_reason", null=True),
    _words("override_by", null=True),
    _moment("override_at", null=True),
    Column("score", Float(53)),
    Column("chance", Float(53)),
    Column("value", Float(53)),
    _moment("call_by", null=True),
    Column("gain", Float(53)),
    Column("valued", Integer, nullable=False),
    _words("shown_tier"),
    _moment("due_told_at", null=True),
    UniqueConstraint("lead_id", "wave"),
    Index("ix_tasks_gain", "valued", "gain", postgresql_where=_ALIVE, sqlite_where=_ALIVE),
    Index(
        "ix_tasks_tier",
        "valued",
        "shown_tier",
        "gain",
        postgresql_where=_ALIVE,
        sqlite_where=_ALIVE,
    ),
    Index(
        "ix_tasks_free",
        "state",
        "lease_until",
        "snoozed_until",
        "owner",
        postgresql_where=_ALIVE,
        sqlite_where=_ALIVE,
    ),
    Index("ix_tasks_due", "due_at", postgresql_where=_UNTOLD, sqlite_where=_UNTOLD),
)

Table(
    "moves",
    _tables,
    _sequence("seq"),
    Column("task_id", _TEXT, ForeignKey("tasks.task_id", ondelete="CASCADE"), nullable=False),
    _words("name"),
    _words("actor"),
    _moment("at"),
    _words("before"),
    _words("after"),
    _words("reason"),
    Index(None, "task_id", "seq"),
)

Table(
    "keys",
    _tables,
    Column("prefix", _TEXT, primary_key=True),
    _words("digest"),
    _words("role"),
    _words("name"),
    _moment("created_at"),
    _words("created_by"),
    _number("per_minute", null=True),
    _moment("expires_at", null=True),
    _moment("revoked_at", null=True),
    _moment("last_used_at", null=True),
)

Table(
    "trail",
    _tables,
    _sequence("seq"),
    _moment("at"),
    _words("actor"),
    _words("action"),
    _words("lead_hash", null=True),
    _words("about", null=True),
    _json("details"),
    Index(None, "lead_hash", "seq"),
    Index(None, "at"),
)

Table(
    "replies",
    _tables,
    Column("actor", _TEXT, primary_key=True),
    Column("key", _TEXT, primary_key=True),
    _words("request"),
    Column("status", Integer, nullable=False),
    _words("content_type"),
    Column("body", LargeBinary, nullable=False),
    _moment("created_at"),
    Index(None, "created_at"),
)

Table(
    "reply_leads",
    _tables,
    Column("lead_id", _TEXT, primary_key=True),
    Column("actor", _TEXT, primary_key=True),
    Column("key", _TEXT, primary_key=True),
    ForeignKeyConstraint(["actor", "key"], ["replies.actor", "replies.key"], ondelete="CASCADE"),
    Index(None, "actor", "key"),
)

Table(
    "tombstones",
    _tables,
    Column("hash", _TEXT, primary_key=True),
    _moment("erased_at"),
)

Table(
    "webhooks",
    _tables,
    Column("webhook_id", _TEXT, primary_key=True),
    _words("url"),
    _words("secret"),
    _json("kinds"),
    _moment("created_at"),
    _words("created_by"),
    _moment("disabled_at", null=True),
    _words("former_secret", null=True),
    _moment("former_until", null=True),
)

Table(
    "messages",
    _tables,
    _sequence("seq"),
    _words("message_id"),
    _words("kind"),
    _lead(null=True),
    Column("body", LargeBinary, nullable=False),
    _moment("created_at"),
    UniqueConstraint("message_id"),
    Index(None, "lead_id"),
    Index(None, "created_at"),
)

_WAITING = text("state = 'waiting'")

Table(
    "deliveries",
    _tables,
    _sequence("seq"),
    Column("message_seq", ForeignKey("messages.seq", ondelete="CASCADE"), nullable=False),
    Column(
        "webhook_id", _TEXT, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False
    ),
    _words("lead_id", null=True),
    _words("state"),
    _number("attempts"),
    _moment("next_at"),
    _moment("held_until", null=True),
    Column("status", Integer),
    _words("error", null=True),
    _moment("settled_at", null=True),
    UniqueConstraint("message_seq", "webhook_id"),
    Index(
        "ix_deliveries_due",
        "webhook_id",
        "next_at",
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    ),
    Index(
        "ix_deliveries_order",
        "webhook_id",
        "lead_id",
        "seq",
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    ),
)

Table(
    "models",
    _tables,
    Column("digest", _TEXT, primary_key=True),
    _words("name"),
    _words("version"),
    _words("recipe"),
    _moment("added_at"),
    _words("added_by"),
    _words("note"),
    _number("size"),
    _json("about"),
    _number("erased", default=0),
)

Table(
    "bundle_parts",
    _tables,
    Column("digest", _TEXT, ForeignKey("models.digest", ondelete="CASCADE"), primary_key=True),
    Column("name", _TEXT, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

Table(
    "learned_from",
    _tables,
    Column("lead_hash", _TEXT, primary_key=True),
    Column("digest", _TEXT, ForeignKey("models.digest", ondelete="CASCADE"), primary_key=True),
)

Table(
    "promotions",
    _tables,
    _sequence("seq"),
    Column("digest", _TEXT, ForeignKey("models.digest"), nullable=False),
    _moment("at"),
    _words("actor"),
    _words("reason"),
    _words("replaced", null=True),
)

Table(
    "leases",
    _tables,
    Column("name", _TEXT, primary_key=True),
    _words("holder"),
    _moment("until"),
)

Table("facts", _tables, Column("name", _TEXT, primary_key=True), _words("value"))


def upgrade() -> None:
    """Make the tables, and what ids and addresses are salted with once they must not be known."""
    _tables.create_all(op.get_bind(), checkfirst=False)
    salt = {"name": "salt", "value": secrets.token_hex(32)}
    op.bulk_insert(_tables.tables["facts"], [salt])


def downgrade() -> None:
    """Remove the tables with all that is in them."""
    _tables.drop_all(op.get_bind(), checkfirst=False)
