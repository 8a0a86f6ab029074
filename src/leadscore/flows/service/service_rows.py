"""What the service itself keeps, row by row: keys, the audit log, webhooks, models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leadscore.leads.event import Scalar

__all__ = [
    "DeliveryRow",
    "DeliveryState",
    "KeyRow",
    "MessageRow",
    "ModelRow",
    "PromotionRow",
    "ReplyRow",
    "Role",
    "TrailRow",
    "WebhookRow",
]

Role = Literal["rep", "manager", "service", "admin"]
DeliveryState = Literal["waiting", "sent", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A key to the service, without its secret.

    Parameters
    ----------
    prefix : str
        What it is found by.
    digest : str
        sha256 of its secret, in hex.
    role : {"rep", "manager", "service", "admin"}
        What it may do.
    name : str
        What people call it.
    created_at : int
        When it was made.
    created_by : str
        The prefix of the key that made it, or ``cli``.
    per_minute : int, optional
        How many requests it may make in a minute; as many as the setting says where None.
    expires_at, revoked_at : int, optional
        From when on it is not accepted.
    last_used_at : int, optional
        When it was used last, as far as was written down.
    """

    prefix: str
    digest: str = field(repr=False)
    role: Role
    name: str
    created_at: int
    created_by: str
    per_minute: int | None = None
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """One line of the audit log: who did what. It holds no personal data.

    Parameters
    ----------
    at : int
        When.
    actor : str
        Who: a key's prefix, or ``cli`` or ``worker``.
    action : str
        What: ``lead.erase``, ``model.promote``.
    lead_id : str, optional
        With which lead. Only a salted hash of it is written down, so that it is None when a line
        about an erased lead is read.
    about : str, optional
        With what else: a model's digest, a webhook's id. Never a lead's id.
    details : mapping of str to JSON value
        More, such as counts; never what is known of a lead.
    lead_hash : str, optional
        What stands for the lead, also once it is erased; found out when the line is written.
    number : int
        The line's place in the log; given when it is written.
    """

    at: int
    actor: str
    action: str
    lead_id: str | None = None
    about: str | None = None
    details: Mapping[str, Scalar] = field(default_factory=dict)
    lead_hash: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """Somebody outside who wants to be told.

    Parameters
    ----------
    webhook_id : str
        Its id.
    url : str
        Where to.
    secret : str
        What messages to it are signed with; kept as it is, since signing needs it.
    kinds : tuple of str
        What about: ``lead.tier_changed``, and so on.
    created_at : int
        Since when.
    created_by : str
        The prefix of the key that made it.
    disabled_at : int, optional
        Since when nothing is sent to it; None while it is told.
    former_secret : str, optional
        The secret before this one: until `former_until`, messages are signed with both.
    former_until : int, optional
        Until when.
    """

    webhook_id: str
    url: str
    secret: str = field(repr=False)
    kinds: tuple[str, ...]
    created_at: int
    created_by: str
    disabled_at: int | None = None
    former_secret: str | None = field(default=None, repr=False)
    former_until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """What is to be told to every webhook that asked for its kind.

    Parameters
    ----------
    message_id : str
        By which a receiver drops repeats.
    kind : str
        What happened: ``lead.scored``.
    lead_id : str, optional
        The lead that it is about: a webhook gets a lead's messages in their order.
    body : bytes
        The very bytes that are signed and sent.
    created_at : int
        When it happened.
    """

    message_id: str
    kind: str
    lead_id: str | None
    body: bytes = field(repr=False)
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A message on its way to one webhook.

    Parameters
    ----------
    delivery_id : int
        Its number; a webhook's deliveries about one lead are made in the order of their numbers.
    webhook_id : str
        To whom.
    message : MessageRow
        What.
    state : {"waiting", "sent", "dead"}
        Dead once no further attempt is made.
    attempts : int
        How many attempts were begun.
    next_at : int
        Not before when the next one is made.
    status : int, optional
        The HTTP status of the last answer.
    error : str, optional
        What went wrong last.
    settled_at : int, optional
        When it was sent or given up.
    """

    delivery_id: int
    webhook_id: str
    message: MessageRow
    state: DeliveryState
    attempts: int
    next_at: int
    status: int | None = None
    error: str | None = None
    settled_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """A model of the registry, without its parts.

    Parameters
    ----------
    digest : str
        The bundle's.
    name, version, recipe : str
        As the bundle says.
    added_at : int
        When it came in.
    added_by : str
        Who brought it.
    note : str
        Why.
    size : int
        The bytes of its parts.
    about : mapping of str to JSON value
        Figures to compare models by.
    erased : int
        How many of the leads that it learned from were erased since.
    """

    digest: str
    name: str
    version: str
    recipe: str
    added_at: int
    added_by: str
    note: str
    size: int
    about: Mapping[str, Scalar] = field(default_factory=dict)
    erased: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRow:
    """That a model was made the champion.

    Parameters
    ----------
    digest : str
        The model.
    at : int
        When.
    actor : str
        Who did it.
    reason : str
        Why.
    replaced : str, optional
        The champion before it; None of the first.
    """

    digest: str
    at: int
    actor: str
    reason: str
    replaced: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """The answer to a write, kept so that the same write again gets the same answer.

    Parameters
    ----------
    actor : str
        The prefix of the key that wrote.
    key : str
        Its Idempotency-Key.
    request : str
        A digest of what was asked.
    status : int
        The HTTP status.
    content_type : str
        What the body is.
    body : bytes
        The body.
    created_at : int
        When.
    """

    actor: str
    key: str
    request: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    created_at: int
