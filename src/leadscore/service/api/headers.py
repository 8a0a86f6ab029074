"""Headers that every answer carries, and the id that a request is known by."""

from itertools import count
from secrets import token_hex

__all__ = ["SECURE", "new_request_id"]

#: As ASGI has them. Answers are about leads: nobody on the way keeps, frames or guesses at them.
SECURE: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)

#: Drawn once a process and counted on from there: a draw for each request costs more than it gives.
_PROCESS = token_hex(6)
_numbers = count(1)


def new_request_id() -> str:
    """Return an id that no other request of any process has."""
    return f"{_PROCESS}-{next(_numbers):x}"
