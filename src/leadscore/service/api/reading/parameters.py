"""Parameters that several routes share, read and checked in one place."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator

from leadscore.leads.event import LONGEST_ID
from leadscore.service.api.reading.paths import with_slashes

__all__ = ["LeadId", "Most", "Name", "Number"]


def _printable(part: str) -> str:
    text = with_slashes(part)
    if not text.isprintable() or text != text.strip():
        raise ValueError("a printable text without spaces around it")
    return text


LeadId = Annotated[
    str,
    Path(min_length=1, max_length=LONGEST_ID, description="The lead's id.", examples=["L1"]),
    AfterValidator(_printable),
]
#: The id of something that the service itself made.
Name = Annotated[str, Path(min_length=1, max_length=LONGEST_ID), AfterValidator(_printable)]
Number = Annotated[int, Path(ge=1, lt=2**53)]
Most = Annotated[int, Query(ge=1, le=1_000, description="How many are wanted at most.")]
