"""Names in a path that hold a slash: what was sent as ``%2F`` stays within its part of the path."""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["keep_slashes", "with_slashes"]

#: Stands for a slash until the path is cut into its parts; no name may hold it.
_MARK = "\x1f"
_SLASH = re.compile(rb"%2f", re.IGNORECASE)


def keep_slashes(scope: "Scope") -> None:
    """Mark the slashes that belong to names, which are plain ones in a path once it is decoded."""
    raw = scope.get("raw_path") or b""
    if _SLASH.search(raw):
        scope["path"] = unquote(_SLASH.sub(b"%1F", raw).decode("ascii"))


def with_slashes(name: str) -> str:
    """Return a part of a path with its slashes.

    Examples
    --------
    >>> with_slashes("a" + chr(31) + "b")
    'a/b'
    """
    return name.replace(_MARK, "/")
