"""Files on this machine's disk: keeps the promises that flows ask for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadscore.errors import Fault
from leadscore.flows.ports import Batch
from leadscore.store import tables, texts
from leadscore.store.bundles import read_bundle, write_bundle
from leadscore.store.memory import reused_memory
from leadscore.store.pieces import PieceFile, PieceStream, open_pieces
from leadscore.store.writer import Writer

if TYPE_CHECKING:
    import pandas as pd

    from leadscore.model.bundle import Model

__all__ = ["LocalFiles", "LocalTable"]


class LocalTable:
    """A CSV or Parquet file.

    Parameters
    ----------
    path : Path
        Where it is.
    name : str
        What a person calls it.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.name = name

    def frame(self) -> "pd.DataFrame":
        """Return the whole table: from CSV all text, from Parquet as typed there."""
        return tables.read_frame(self._path)

    def chunks(self, rows: int) -> Iterator["pd.DataFrame"]:
        """Yield the table in pieces of `rows` rows, at least one piece."""
        return tables.read_chunks(self._path, rows=rows)

    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tables.column_names(self._path)

    def batches(self, rows: int, columns: Sequence[str], *, skip: int = 0) -> Iterator[Batch]:
        """Yield batches of `rows` rows and the rest, of the columns that are there."""
        return tables.read_batches(self._path, rows=rows, columns=columns, skip=skip)

    def identity(self) -> str:
        """Return what tells the file from any other; nothing of stdin, which is gone once read."""
        return "" if self.name == "-" else tables.file_identity(self._path)

    def with_lines(self, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        """Return the faults with the file's lines; Parquet has none."""
        return tables.name_lines(self._path, faults)


class LocalFiles:
    """Tables, texts and models by path; ``-`` is stdin or stdout."""

    @contextmanager
    def table(self, path: str) -> Iterator[LocalTable]:
        """Give the table at `path`; of stdin a copy is kept meanwhile."""
        with tables.as_file(path) as file:
            yield LocalTable(file, path)

    @contextmanager
    def writer(self, path: str, *, force: bool) -> Iterator[Writer]:
        """Give a new table at `path`; on an exception nothing of it stays."""
        with Writer(path, force=force) as writer:
            yield writer

    @contextmanager
    def pieces(
        self, path: str, *, work: Mapping[str, str], metadata: Mapping[str, str], force: bool
    ) -> Iterator[PieceFile | PieceStream]:
        """Give a new table at `path`, piece by piece; after a kill it goes on for the same work."""
        given = open_pieces(path, work=work, metadata=metadata, force=force)
        with reused_memory(), given as pieces:
            yield pieces

    def read_text(self, path: str) -> str:
        """Return the UTF-8 text at `path`."""
        return texts.read_text(path)

    def write_text(self, path: str, text: str, *, force: bool) -> None:
        """Write `text` to `path`, whole or not at all."""
        texts.write_text(path, text, force=force)

    def read_model(self, path: str) -> "Model":
        """Return the model saved at `path`, its digests and types checked."""
        return read_bundle(path)

    def write_model(self, path: str, model: "Model", *, force: bool) -> "Model":
        """Save the model at `path` and return it with its digest."""
        return replace(model, digest=write_bundle(path, model, force=force))

    def refuse_existing(self, path: str, *, force: bool) -> None:
        """Refuse a path that could not be written in the end."""
        texts.refuse_existing(path, force=force)

    def own_folder(self, path: str) -> None:
        """Make an empty folder of our own at `path`; one made earlier is replaced."""
        texts.own_folder(path)
