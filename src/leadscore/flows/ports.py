"""What the flows need from the outside: promises that the store and the shell keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

from leadscore.errors import Fault

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from leadscore.model.bundle import Model

__all__ = ["Files", "Progress", "Spread", "Table", "TableWriter", "Teller", "no_news", "short_name"]

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
