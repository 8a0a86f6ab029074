"""Keys to the service: shown once, kept as digests, found by their prefix.

A key reads ``lsk_PREFIX_SECRET``. The secret has 32 random bytes, so that a plain sha256 keeps it:
there is nothing to guess, and a slow hash would be paid by every request.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hmac import compare_digest

from leadscore.errors import BadRequest, Fault, NotFound
from leadscore.flows.service.access.trail import note
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.service_rows import KeyRow, Role
from leadscore.leads.moment import DAY, moment_or_none, moment_text

__all__ = [
    "ROLES",
    "SECRET_BYTES",
    "KeyTerms",
    "NewKey",
    "accepts",
    "key_view",
    "list_keys",
    "make_key",
    "read_key",
    "revoke_key",
    "rotate_key",
]

ROLES: tuple[Role, ...] = ("rep", "manager", "service", "admin")
#: How many random bytes a new key is made of: 8 for the prefix, 32 for the secret.
SECRET_BYTES = 40
_PREFIX_BYTES = 8
_KEY = re.compile(r"lsk_(?P<prefix>[0-9a-f]{16})_(?P<secret>[A-Za-z0-9_-]{43})")
_LONGEST_NAME = 200
_MOST_PER_MINUTE = 100_000_000
_LONGEST_OVERLAP = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTerms:
    """What is asked of a new key.

    Parameters
    ----------
    role : {"rep", "manager", "service", "admin"}
        What it may do.
    name : str
        What people call it.
    expires_at : int, optional
        From when on it is not accepted.
    per_minute : int, optional
        How many requests it may make in a minute; as many as the setting says where None.
    """

    role: Role
    name: str = ""
    expires_at: int | None = None
    per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was made.

    Parameters
    ----------
    text : str
        The key itself, which is shown now and kept nowhere.
    row : KeyRow
        What is kept of it.
    """

    text: str = field(repr=False)
    row: KeyRow


def make_key(work: Work, context: Context, terms: KeyTerms, *, secret: bytes) -> NewKey:
    """Make a key.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who makes it.
    terms : KeyTerms
        What the key is to be.
    secret : bytes
        `SECRET_BYTES` random bytes.

    Raises
    ------
    BadRequest
        If a term is not allowed; all at once.
    """
    _refuse_bad(terms, now=context.now)
    made = _new_key(context, terms, secret)
    work.keys.add(made.row)
    note(work, context, "key.create", about=made.row.prefix, role=terms.role)
    return made


def rotate_key(
    work: Work, context: Context, prefix: str, *, secret: bytes, overlap: int = 0
) -> NewKey:
    """Make a key like another, which ends with it.

    A key that ends lives as long as the one before was made to live.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who asks.
    prefix : str
        The prefix of the key to replace.
    secret : bytes
        `SECRET_BYTES` random bytes.
    overlap : int
        How long the old key is still accepted, in microseconds.

    Raises
    ------
    NotFound
        If there is no such key.
    BadRequest
        If the key is not accepted any more, or the overlap is too long.
    """
    old = _find(work, prefix)
    if not _is_open(old, context.now):
        raise BadRequest(
            f"The key {prefix!r} is not accepted any more, so that it cannot be rotated.",
            next_step="Make a new one.",
        )
    if not 0 <= overlap <= _LONGEST_OVERLAP:
        raise BadRequest(
            f"Both keys were to be accepted for {overlap / DAY:g} days.", allowed="0 to 30 days"
        )
    life = None if old.expires_at is None else context.now + old.expires_at - old.created_at
    terms = KeyTerms(role=old.role, name=old.name, expires_at=life, per_minute=old.per_minute)
    made = _new_key(context, terms, secret)
    work.keys.add(made.row)
    work.keys.expire(prefix, at=context.now + overlap)
    note(work, context, "key.rotate", about=prefix, replaced_by=made.row.prefix)
    return made


def revoke_key(work: Work, context: Context, prefix: str) -> KeyRow:
    """Refuse a key from now on; one that was revoked before stays as it is.

    Raises
    ------
    NotFound
        If there is no such key.
    """
    _find(work, prefix)
    if work.keys.revoke(prefix, at=context.now):
        note(work, context, "key.revoke", about=prefix)
    return _find(work, prefix)


def list_keys(work: Work, *, now: int) -> list[dict[str, object]]:
    """Return all keys, the oldest first, as `key_view` shows them."""
    return [key_view(row, now=now) for row in work.keys.all()]


def key_view(row: KeyRow, *, now: int) -> dict[str, object]:
    """Return what may be seen of a key: all but its digest, and its state.

    The state is ``active``, ``expired`` or ``revoked``.
    """
    return {
        "prefix": row.prefix,
        "role": row.role,
        "name": row.name,
        "state": _state(row, now),
        "per_minute": row.per_minute,
        "created_at": moment_text(row.created_at),
        "created_by": row.created_by,
        "expires_at": moment_or_none(row.expires_at),
        "revoked_at": moment_or_none(row.revoked_at),
        "last_used_at": moment_or_none(row.last_used_at),
    }


def read_key(text: str) -> tuple[str, str] | None:
    """Return the prefix of a key and the digest of its secret; None where the text is no key.

    Examples
    --------
    >>> read_key("lsk_0123456789abcdef_" + "x" * 43)[0]
    '0123456789abcdef'
    >>> read_key("Bearer hello") is None
    True
    """
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    return match["prefix"], hashlib.sha256(match["secret"].encode()).hexdigest()


def accepts(row: KeyRow, digest: str, *, now: int) -> bool:
    """Tell whether a secret's digest opens the key at a moment.

    The comparison takes as long for a digest that is nearly right as for any other.
    """
    return compare_digest(row.digest, digest) and _is_open(row, now)


def _is_open(row: KeyRow, now: int) -> bool:
    return _state(row, now) == "active"


def _state(row: KeyRow, now: int) -> str:
    if row.revoked_at is not None and row.revoked_at <= now:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "active"


def _new_key(context: Context, terms: KeyTerms, secret: bytes) -> NewKey:
    if len(secret) != SECRET_BYTES:
        raise ValueError(len(secret))
    prefix = secret[:_PREFIX_BYTES].hex()
    text = urlsafe_b64encode(secret[_PREFIX_BYTES:]).decode().rstrip("=")
    row = KeyRow(
        prefix=prefix,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        role=terms.role,
        name=terms.name,
        created_at=context.now,
        created_by=context.caller.actor,
        per_minute=terms.per_minute,
        expires_at=terms.expires_at,
    )
    return NewKey(text=f"lsk_{prefix}_{text}", row=row)


def _find(work: Work, prefix: str) -> KeyRow:
    row = work.keys.find(prefix)
    if row is None:
        raise NotFound(
            f"There is no key {prefix!r}.",
            next_step="List them: leadscore keys list, or GET /v1/keys.",
        )
    return row


def _refuse_bad(terms: KeyTerms, *, now: int) -> None:
    faults = []
    if terms.role not in ROLES:
        faults.append(Fault(field="role", got=repr(terms.role), allowed=", ".join(ROLES)))
    if len(terms.name) > _LONGEST_NAME:
        got = f"{len(terms.name):,} characters"
        faults.append(Fault(field="name", got=got, allowed=f"up to {_LONGEST_NAME} characters"))
    if terms.expires_at is not None and terms.expires_at <= now:
        got = moment_text(terms.expires_at)
        faults.append(Fault(field="expires_at", got=got, allowed=f"after {moment_text(now)}"))
    if terms.per_minute is not None and not 1 <= terms.per_minute <= _MOST_PER_MINUTE:
        allowed = f"1 to {_MOST_PER_MINUTE:,}"
        faults.append(Fault(field="per_minute", got=str(terms.per_minute), allowed=allowed))
    if faults:
        raise BadRequest("The key cannot be made.", faults=tuple(faults))
