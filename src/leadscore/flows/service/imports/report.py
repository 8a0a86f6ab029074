"""What an import did, or would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadscore.errors import Fault
from leadscore.score.record import Json

__all__ = ["ImportReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do.

    Every row is in one of `new`, `updated`, `unchanged`, `erased` and `refused`.

    Parameters
    ----------
    dry_run : bool
        Whether nothing was written.
    rows : int
        How many rows there were.
    new : int
        How many of them were about leads that were not known.
    updated : int
        How many said something new of a lead that was.
    unchanged : int
        How many said nothing new.
    erased : int
        How many were about leads or e-mail addresses that were erased; nothing of them came in.
    refused : int
        How many had faults; nothing of them came in.
    outcomes : int
        How many outcomes were new.
    columns : mapping of str to str
        What each column was taken for.
    ignored : tuple of str
        The columns that were taken for nothing.
    statuses : mapping of str to int
        The statuses that say nothing of what became of a lead, and how often each was there.
    faults : tuple of Fault
        The faults, up to a thousand, with the file's lines.
    """

    dry_run: bool
    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    erased: int = 0
    refused: int = 0
    outcomes: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    statuses: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return it as JSON values; the faults as ``errors``."""
        counts = ("rows", "new", "updated", "unchanged", "erased", "refused", "outcomes")
        return {
            "dry_run": self.dry_run,
            **{name: getattr(self, name) for name in counts},
            "columns": dict(self.columns),
            "ignored": [*self.ignored],
            "statuses": dict(self.statuses),
            "errors": [_fault_json(one) for one in self.faults],
        }


def _fault_json(fault: Fault) -> dict[str, Json]:
    return {
        "line": fault.line,
        "row": fault.row,
        "field": fault.field,
        "got": fault.got,
        "allowed": fault.allowed,
    }
