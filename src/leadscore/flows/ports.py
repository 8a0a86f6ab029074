"""What the flows need from the outside: promises that the store and the shell keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from leadscore.errors import Fault

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from leadscore.model.bundle import Model

__all__ = [
    "Batch",
    "Files",
    "Headway",
    "Packed",
    "PieceWriter",
    "Progress",
    "Spread",
    "Table",
    "TableWriter",
    "Teller",
    "no_news",
    "short_name",
]

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class TableWriter(Protocol):
    """A table file that is written part by part, and is there whole at the end or not at all.

    Who opened it discards what was written if `close` was not reached.
    """

    def write(self, columns: "pd.DataFrame | Mapping[str, NDArray[np.generic]]") -> None:
        """Append rows: one array for each column, all of one length, the same columns each time."""

    def close(self, metadata: Mapping[str, str]) -> None:
        """Put the file in its place, with `metadata` where its format has room for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A piece of a table as bytes of a file.

    Parameters
    ----------
    head : bytes
        What stands before the first piece.
    body : sequence of memoryview
        The rows.
    foot : bytes
        What the end of the file has to know of them.
    """

    head: bytes
    body: Sequence[memoryview]
    foot: bytes = b""


class PieceWriter(Protocol):
    """A table file that is written piece by piece, and goes on where a kill has ended it.

    Attributes
    ----------
    done : tuple of str
        What was noted with each piece that another run of the same work has finished.
    changed : tuple of str
        What differs from the work that another run had begun here, so that nothing of it counts.
    """

    done: tuple[str, ...]
    changed: tuple[str, ...]

    def pack(self, table: "pa.Table") -> Packed:
        """Return the bytes of a piece; in any thread."""

    def add(self, packed: Packed, note: str) -> None:
        """Append the next piece, and what is to be known of it after a kill."""

    def kept(self) -> bool:
        """Tell whether an interrupt now would leave pieces to go on from."""

    def close(self) -> None:
        """Put the file in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a table.

    Parameters
    ----------
    rows : pyarrow.RecordBatch
        The rows: from CSV all text, from Parquet as typed there.
    total : int
        How many rows the whole table has; of a text table an estimate until its end.
    """

    rows: "pa.RecordBatch"
    total: int


class Table(Protocol):
    """A table of leads that can be read more than once.

    Attributes
    ----------
    name : str
        What a person calls it: its path, or ``-``.
    """

    name: str

    def frame(self) -> "pd.DataFrame":
        """Return the whole table: from CSV all text, from Parquet as typed there."""

    def chunks(self, rows: int) -> Iterator["pd.DataFrame"]:
        """Yield the table in pieces of `rows` rows, at least one piece."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""

    def batches(self, rows: int, columns: Sequence[str], *, skip: int = 0) -> Iterator[Batch]:
        """Yield batches of `rows` rows and the rest, of the columns that are there of `columns`.

        One at least, unless there is no row behind those that are skipped.
        """

    def identity(self) -> str:
        """Return what tells the table from any other, and from itself once changed; or nothing."""

    def with_lines(self, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        """Return the faults, whose rows count from the table's first, with the file's lines."""


class Files(Protocol):
    """Everything that a flow reads and writes, by path; ``-`` is stdin or stdout.

    What is not there, is there already, or is broken is a `UserError` that says so.
    """

    def table(self, path: str) -> AbstractContextManager[Table]:
        """Return the table at `path`."""

    def writer(self, path: str, *, force: bool) -> AbstractContextManager[TableWriter]:
        """Return a new table at `path`; on an exception nothing of it stays."""

    def pieces(
        self, path: str, *, work: Mapping[str, str], metadata: Mapping[str, str], force: bool
    ) -> AbstractContextManager[PieceWriter]:
        """Return a new table at `path`, for `work` that may have been begun there.

        On an exception nothing of it stays but for an interrupt, as after a kill.
        """

    def read_text(self, path: str) -> str:
        """Return the text at `path`."""

    def write_text(self, path: str, text: str, *, force: bool) -> None:
        """Write `text` to `path`, whole or not at all."""

    def read_model(self, path: str) -> "Model":
        """Return the model saved at `path`."""

    def write_model(self, path: str, model: "Model", *, force: bool) -> "Model":
        """Save the model at `path`, a folder or a .zip, and return it with its digest."""

    def refuse_existing(self, path: str, *, force: bool) -> None:
        """Refuse a path that could not be written in the end, before any work is done."""

    def own_folder(self, path: str) -> None:
        """Make an empty folder of our own at `path`; one that we made earlier is replaced."""


class Progress(Protocol):
    """Someone who watches how far a flow has come."""

    def __call__(self, done: int, /) -> None:
        """Take note that `done` leads are done."""


class Headway(Protocol):
    """Someone who watches how far a flow has come, of how much."""

    def __call__(self, done: int, total: int, /) -> None:
        """Take note that `done` leads are done of `total`, which may be an estimate."""


class Spread(Protocol):
    """Someone who calls a function on many things, perhaps several at once."""

    def __call__(self, work: Callable[[_In], _Out], over: Iterable[_In], /) -> Iterator[_Out]:
        """Yield the results in the order of what they were made from."""


class Teller(Protocol):
    """Someone who wants to know what a flow is at."""

    def __call__(self, words: str, /) -> None:
        """Take note that `words` is being done now."""


def short_name(path: str) -> str:
    """Return what a page calls the file at `path`.

    Examples
    --------
    >>> short_name("exports/leads.csv"), short_name("-")
    ('leads.csv', 'stdin')
    """
    return "stdin" if path == "-" else path.replace("\\", "/").rsplit("/", 1)[-1]


def no_news(words: str, /) -> None:
    """Tell nobody."""
