"""Every table of the live service. The first migration makes the same ones."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from leadscore.store.sql.columns import Words, json_column, moment, number, sequence, words

__all__ = [
    "bundle_parts",
    "contacts",
    "deliveries",
    "events",
    "facts",
    "keys",
    "leads",
    "learned_from",
    "leases",
    "messages",
    "metadata",
    "models",
    "moves",
    "outcomes",
    "promotions",
    "replies",
    "reply_leads",
    "scores",
    "tasks",
    "tombstones",
    "trail",
    "webhooks",
]

#: So that a migration can name what it changes, on any database.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=_NAMES)


def _lead(*, null: bool = False) -> Column[str]:
    return Column("lead_id", Words, ForeignKey("leads.lead_id", ondelete="CASCADE"), nullable=null)


# --- what is known of a lead; all of it goes when the lead is erased

leads = Table(
    "leads",
    metadata,
    Column("lead_id", Words, primary_key=True),
    # what the trail calls the lead, and the tombstone once it is erased
    words("lead_hash"),
    moment("created_at"),
    # since when the lead may not be profiled (GDPR Art. 21)
    moment("objected_at", null=True),
    UniqueConstraint("lead_hash"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("lead_id", Words, ForeignKey("leads.lead_id", ondelete="CASCADE"), primary_key=True),
    words("name", null=True),
    moment("name_at", null=True),
    words("email", null=True),
    moment("email_at", null=True),
    words("phone", null=True),
    moment("phone_at", null=True),
    words("company", null=True),
    moment("company_at", null=True),
)

events = Table(
    "events",
    metadata,
    Column("message_id", Words, primary_key=True),
    _lead(),
    words("kind"),
    words("name"),
    json_column("content"),
    moment("occurred_at"),
    moment("received_at"),
    words("digest"),
    Index(None, "lead_id", "occurred_at"),
    Index(None, "occurred_at"),
)

scores = Table(
    "scores",
    metadata,
    sequence("seq"),
    words("score_id"),
    _lead(null=True),
    moment("scored_at"),
    words("as_of"),
    words("cause"),
    words("digest"),
    Column("score", Float(53)),
    words("tier"),
    Column("chance", Float(53)),
    json_column("features"),
    Column("record", LargeBinary, nullable=False),
    UniqueConstraint("score_id"),
    Index(None, "lead_id", "seq"),
    Index(None, "scored_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", Words, primary_key=True),
    _lead(),
    words("kind"),
    moment("occurred_at"),
    Column("value", Float(53)),
    words("reason"),
    moment("recorded_at"),
    words("corrects"),
    Index(None, "lead_id", "occurred_at"),
)

_ALIVE = text("state <> 'done'")
_UNTOLD = text("state <> 'done' AND due_told_at IS NULL")

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Words, primary_key=True),
    _lead(),
    words("wave"),
    words("tier"),
    words("lane"),
    moment("created_at"),
    moment("due_at", null=True),
    words("state"),
    words("owner"),
    moment("lease_until", null=True),
    moment("snoozed_until", null=True),
    words("done_by"),
    moment("done_at", null=True),
    words("override_tier", null=True),
    words("override_reason", null=True),
    words("override_by", null=True),
    moment("override_at", null=True),
    # what its place in the worklist depends on, as of the lead's last score
    Column("score", Float(53)),
    Column("chance", Float(53)),
    Column("value", Float(53)),
    moment("call_by", null=True),
    # chance times value, as far as either is known: no less than half of what a call may be worth
    Column("gain", Float(53)),
    # whether the value is known: if not, the gain is to be taken times the typical one
    Column("valued", Integer, nullable=False),
    # an override's tier, or else the task's
    words("shown_tier"),
    moment("due_told_at", null=True),
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
    # all that counting the tasks that are free needs
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

moves = Table(
    "moves",
    metadata,
    sequence("seq"),
    Column("task_id", Words, ForeignKey("tasks.task_id", ondelete="CASCADE"), nullable=False),
    words("name"),
    words("actor"),
    moment("at"),
    words("before"),
    words("after"),
    words("reason"),
    Index(None, "task_id", "seq"),
)

# --- who may call the service, and who did what

keys = Table(
    "keys",
    metadata,
    Column("prefix", Words, primary_key=True),
    words("digest"),
    words("role"),
    words("name"),
    moment("created_at"),
    words("created_by"),
    number("per_minute", null=True),
    moment("expires_at", null=True),
    moment("revoked_at", null=True),
    moment("last_used_at", null=True),
)

trail = Table(
    "trail",
    metadata,
    sequence("seq"),
    moment("at"),
    words("actor"),
    words("action"),
    # no foreign key: what was done to a lead stays known when the lead is erased
    words("lead_hash", null=True),
    words("about", null=True),
    json_column("details"),
    Index(None, "lead_hash", "seq"),
    Index(None, "at"),
)

replies = Table(
    "replies",
    metadata,
    Column("actor", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    words("request"),
    Column("status", Integer, nullable=False),
    words("content_type"),
    Column("body", LargeBinary, nullable=False),
    moment("created_at"),
    Index(None, "created_at"),
)

reply_leads = Table(
    "reply_leads",
    metadata,
    Column("lead_id", Words, primary_key=True),
    Column("actor", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    ForeignKeyConstraint(["actor", "key"], ["replies.actor", "replies.key"], ondelete="CASCADE"),
    Index(None, "actor", "key"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("hash", Words, primary_key=True),
    moment("erased_at"),
)

# --- what is sent to others

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Words, primary_key=True),
    words("url"),
    words("secret"),
    json_column("kinds"),
    moment("created_at"),
    words("created_by"),
    moment("disabled_at", null=True),
    words("former_secret", null=True),
    moment("former_until", null=True),
)

messages = Table(
    "messages",
    metadata,
    sequence("seq"),
    words("message_id"),
    words("kind"),
    _lead(null=True),
    Column("body", LargeBinary, nullable=False),
    moment("created_at"),
    UniqueConstraint("message_id"),
    Index(None, "lead_id"),
    Index(None, "created_at"),
)

_WAITING = text("state = 'waiting'")

deliveries = Table(
    "deliveries",
    metadata,
    sequence("seq"),
    Column("message_seq", ForeignKey("messages.seq", ondelete="CASCADE"), nullable=False),
    Column(
        "webhook_id", Words, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False
    ),
    # the message's, so that the order within a lead is found in one index
    words("lead_id", null=True),
    words("state"),
    number("attempts"),
    moment("next_at"),
    moment("held_until", null=True),
    Column("status", Integer),
    words("error", null=True),
    moment("settled_at", null=True),
    UniqueConstraint("message_seq", "webhook_id"),
    # small, whatever was delivered before: what waits alone
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

# --- models

models = Table(
    "models",
    metadata,
    Column("digest", Words, primary_key=True),
    words("name"),
    words("version"),
    words("recipe"),
    moment("added_at"),
    words("added_by"),
    words("note"),
    number("size"),
    json_column("about"),
    # how many of the leads that it learned from were erased since
    number("erased", default=0),
)

bundle_parts = Table(
    "bundle_parts",
    metadata,
    Column("digest", Words, ForeignKey("models.digest", ondelete="CASCADE"), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

learned_from = Table(
    "learned_from",
    metadata,
    Column("lead_hash", Words, primary_key=True),
    Column("digest", Words, ForeignKey("models.digest", ondelete="CASCADE"), primary_key=True),
)

promotions = Table(
    "promotions",
    metadata,
    sequence("seq"),
    Column("digest", Words, ForeignKey("models.digest"), nullable=False),
    moment("at"),
    words("actor"),
    words("reason"),
    words("replaced", null=True),
)

# --- the house itself

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    words("holder"),
    moment("until"),
)

facts = Table("facts", metadata, Column("name", Words, primary_key=True), words("value"))
