"""A body's JSON value."""

import msgspec

from leadscore.errors import BadRequest

__all__ = ["read_json"]


def read_json(body: bytes) -> object:
    """Return a body's JSON value; NaN and Infinity are no JSON.

    Raises
    ------
    BadRequest
        If it has none.

    Examples
    --------
    >>> read_json(b'{"income": 90000}')
    {'income': 90000}
    """
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError:
        # the message has the bytes
        reason = "it is no UTF-8"
    except RecursionError:
        reason = "it is nested too deeply"
    except msgspec.DecodeError as error:
        reason = str(error)
    raise BadRequest(
        f"The body is not JSON: {reason}.",
        next_step="Send JSON in UTF-8; NaN and Infinity are not JSON.",
    )
