"""Every error a user can meet: its code, its message form, its HTTP status, its exit code.

The whole tree::

    LeadscoreError
    ├── UserError            exit 2: the caller can mend it
    │   ├── BadSchema        the schema contradicts itself
    │   ├── BadInput         values in a file or a lead are not what the schema allows
    │   ├── BadRequest       the call's arguments do not fit together or to the data
    │   ├── NotFound         a file, bundle or column is not there
    │   ├── Exists           an output is there already
    │   ├── Conflict         what is asked for does not fit what is stored by now
    │   ├── Gone             it was there, and was erased
    │   ├── NoKey            no key came with the request, or one that is not accepted
    │   ├── NotAllowed       the key's role may not do that
    │   ├── TooLarge         the request holds more than is taken at once
    │   ├── TooOften         the key's limit of requests is used up for now
    │   ├── BadBundle        a bundle was changed, is foreign, newer or broken
    │   ├── BadDatabase      a database is older or newer than this program, or another's
    │   └── BadSettings      settings in the environment are not what is allowed
    ├── MissingExtra         an optional part of the installation is not there
    ├── NoModel              no model is live yet, so that nothing can be scored
    └── Unavailable          the database cannot be reached now, or is too busy
"""

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "BadBundle",
    "BadDatabase",
    "BadInput",
    "BadRequest",
    "BadSchema",
    "BadSettings",
    "Conflict",
    "Exists",
    "Fault",
    "Gone",
    "LeadscoreError",
    "MissingExtra",
    "NoKey",
    "NoModel",
    "NotAllowed",
    "NotFound",
    "TooLarge",
    "TooOften",
    "Unavailable",
    "UserError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with one value: where it is, what was got, what is allowed.

    Parameters
    ----------
    field : str
        The column or field name.
    got : str
        What was found, as written (``repr`` for text).
    allowed : str
        What is allowed there.
    line : int, optional
        The line of the file, 1-based, the header included.
    row : int, optional
        The lead's place in the input, 0-based.
    """

    field: str
    got: str
    allowed: str
    line: int | None = None
    row: int | None = None

    def words(self) -> str:
        """Return the fault as one line of text."""
        where = f"line {self.line}, " if self.line is not None else ""
        return f"{where}{self.field}: got {self.got}, allowed: {self.allowed}"


class LeadscoreError(Exception):
    """Base of every error that leadscore raises on purpose."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1


class UserError(LeadscoreError):
    """A mistake that the caller can mend.

    Parameters
    ----------
    message : str
        What was asked and what was got.
    allowed : str
        What is allowed; empty where that is plain from the message.
    next_step : str
        What to do next.
    faults : tuple of Fault
        All faults found, where they are many.
    """

    code = "bad_request"
    http_status = 422
    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        allowed: str = "",
        next_step: str = "",
        faults: tuple[Fault, ...] = (),
    ) -> None:
        self.message = message
        self.allowed = allowed
        self.next_step = next_step
        self.faults = faults
        super().__init__(self.words())

    def words(self, most: int = 20) -> str:
        """Return the message, up to `most` faults, and the next step."""
        lines = [self.message + (f" Allowed: {self.allowed}." if self.allowed else "")]
        lines += [f"  {fault.words()}" for fault in self.faults[:most]]
        if len(self.faults) > most:
            lines.append(f"  … and {len(self.faults) - most:,} more")
        if self.next_step:
            lines.append(self.next_step)
        return "\n".join(lines)


class BadSchema(UserError):
    """The schema contradicts itself or names what does not exist."""

    code = "bad_schema"


class BadInput(UserError):
    """Values in a file or a lead are not what the schema allows."""

    code = "bad_input"


class BadRequest(UserError):
    """The call's arguments do not fit together or do not fit the data."""

    code = "bad_request"


class NotFound(UserError):
    """A file, a bundle or a column is not there."""

    code = "not_found"
    http_status = 404


class Exists(UserError):
    """An output is there already and may not be overwritten unasked."""

    code = "exists"
    http_status = 409


class Conflict(UserError):
    """What is asked for does not fit what is stored by now: other content, or someone was first."""

    code = "conflict"
    http_status = 409


class Gone(UserError):
    """What is asked for was erased, and what stops it from coming back is kept."""

    code = "gone"
    http_status = 410


class NoKey(UserError):
    """No key came with the request, or one that is unknown, expired or revoked."""

    code = "no_key"
    http_status = 401


class NotAllowed(UserError):
    """The role of the key may not do what is asked."""

    code = "not_allowed"
    http_status = 403


class TooLarge(UserError):
    """The request holds more than is taken at once."""

    code = "too_large"
    http_status = 413


class TooOften(UserError):
    """The key's limit of requests is used up for now.

    Parameters
    ----------
    message : str
        What the limit is.
    retry_after : int
        After how many seconds the next request is taken, 1 or more.
    """

    code = "too_often"
    http_status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message, next_step=f"Try again after {retry_after} s.")


class BadBundle(UserError):
    """A bundle was changed, is foreign, newer than this version, or broken."""

    code = "bad_bundle"


class BadDatabase(UserError):
    """A database is older or newer than this program, or belongs to another one."""

    code = "bad_database"
    http_status = 503


class BadSettings(UserError):
    """Settings in the environment are not what is allowed."""

    code = "bad_settings"
    http_status = 500


class MissingExtra(UserError):
    """An optional part of the installation is not there."""

    code = "missing_extra"
    http_status = 501


class NoModel(UserError):
    """No model is live yet, so that nothing can be scored."""

    code = "no_model"
    http_status = 503


class Unavailable(LeadscoreError):
    """The database cannot be reached now, or is too busy; the same call may succeed later.

    A write that ends so may have been made or not: repeat it under the same id.

    Parameters
    ----------
    message : str
        What is wrong, in words for anybody.
    detail : str
        What the driver said: for logs and terminals, since it names hosts and files.
    """

    code = "unavailable"
    http_status = 503

    def __init__(self, message: str, *, detail: str = "") -> None:
        self.detail = detail
        super().__init__(message)
