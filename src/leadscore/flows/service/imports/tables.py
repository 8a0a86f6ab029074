"""The rows of a table file, to import."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from leadscore.errors import Fault
from leadscore.leads.values import as_text

if TYPE_CHECKING:
    from leadscore.flows.ports import Table

__all__ = ["TableRows", "column_texts"]

_PIECE = 2_000


class TableRows:
    """The rows of a CSV or Parquet file; see `leadscore.flows.service.imports.run.Rows`.

    Parameters
    ----------
    table : Table
        The file.
    """

    def __init__(self, table: "Table") -> None:
        self._table = table

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return self._table.names()

    def rows(self) -> Iterator[Mapping[str, object]]:
        """Yield the rows, each by its columns' names."""
        for batch in self._table.batches(_PIECE, self._table.names()):
            yield from batch.rows.to_pylist()

    def with_lines(self, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        """Return the faults with the file's lines."""
        return self._table.with_lines(faults) if faults else faults


def column_texts(table: "Table", column: str) -> Iterator[str]:
    """Yield the values of a column as text, without those that are missing."""
    for batch in table.batches(_PIECE, [column]):
        for value in batch.rows.column(0).to_pylist():
            text = as_text(value)
            if text:
                yield text
