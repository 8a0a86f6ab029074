"""What could fool the reader of a report."""

from dataclasses import dataclass

__all__ = ["Warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Something that could fool the reader, and what to do about it."""

    words: str
    advice: str = ""
