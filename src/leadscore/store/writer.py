"""Tables into files, piece by piece: a file is whole at its name, or not there."""

import gzip
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self, cast

import pyarrow as pa
import pyarrow.parquet as pq

from leadscore.errors import Exists, NotFound
from leadscore.store.csv_text import csv_header, csv_rows
from leadscore.store.forms import file_kind

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Writer", "write_frame"]


class Writer:
    r"""Write a table to a file in pieces.

    It writes beside the file and renames when closed, so that the file is whole or absent. As a
    context it closes at the end, and leaves nothing on an exception.

    Parameters
    ----------
    path : str or Path
        Where to: ``.csv``, ``.csv.gz`` or ``.parquet``, or ``-`` for CSV to stdout.
    force : bool
        Whether a file that is there may be replaced.
    metadata : mapping of str to str, optional
        What the file says about itself; Parquet keeps it, CSV has no place for it.

    Raises
    ------
    Exists
        If the file is there and may not be replaced.
    NotFound
        If its folder is not there.
    BadRequest
        If the name's ending is none of these.

    Examples
    --------
    >>> import pandas as pd
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "leads.csv"
    >>> with Writer(path) as writer:
    ...     writer.write(pd.DataFrame({"income": [250000]}))
    >>> path.read_text()
    'income\n250000\n'
    """

    def __init__(
        self,
        path: str | Path,
        *,
        force: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self._path = None if str(path) == "-" else Path(path)
        self._force = force
        self._metadata = dict(metadata or {})
        self._kind = file_kind(str(path))
        self._refuse()
        self._part = self._path and self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        self._file: BinaryIO | None = None
        self._sink: _Sink | None = None
        self._closed = False

    def write(self, columns: "pd.DataFrame | Mapping[str, NDArray[np.generic]]") -> None:
        """Append rows; the first piece decides the columns and their types.

        Parameters
        ----------
        columns : pandas.DataFrame or mapping of str to ndarray
            The rows, column by column, all of one length.
        """
        import pandas as pd  # noqa: PLC0415

        frame = columns if isinstance(columns, pd.DataFrame) else pd.DataFrame(dict(columns))
        if self._file is None:
            self._file = self._part.open("wb") if self._part else sys.stdout.buffer
        if self._sink is None:
            make = _ParquetSink if self._kind == "parquet" else _CsvSink
            self._sink = make(self._file, frame, packed=self._kind == "csv.gz")
        self._sink.write(frame)

    def close(self, metadata: Mapping[str, str] | None = None) -> None:
        """Put the file in its place.

        Parameters
        ----------
        metadata : mapping of str to str, optional
            What is known only at the end of what the file says about itself.
        """
        if self._closed:
            return
        try:
            self._finish({**self._metadata, **(metadata or {})})
        finally:
            self._leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._leave()

    def _finish(self, metadata: Mapping[str, str]) -> None:
        if self._sink is None:
            self.write({})
        self._end(metadata)
        if self._part and self._path:
            self._refuse()
            self._part.replace(self._path)

    def _end(self, metadata: Mapping[str, str]) -> None:
        """Close what is open; only stdout stays so."""
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close(metadata)
        if self._file is not None:
            self._file.flush()
            if self._part:
                self._file.close()
                self._file = None

    def _leave(self) -> None:
        self._closed = True
        self._end({})
        if self._part:
            self._part.unlink(missing_ok=True)

    def _refuse(self) -> None:
        path = self._path
        if path is None:
            return
        if not path.parent.is_dir():
            raise NotFound(f"The folder {str(path.parent)!r} is not there.")
        if path.exists() and (path.is_dir() or not self._force):
            raise Exists(
                f"The {'folder' if path.is_dir() else 'file'} {str(path)!r} is there already.",
                next_step="Choose another name, or add --force to replace a file.",
            )


def write_frame(
    path: str | Path,
    frame: "pd.DataFrame",
    *,
    force: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a whole table; see `Writer`."""
    with Writer(path, force=force, metadata=metadata) as writer:
        writer.write(frame)


class _Sink(Protocol):
    def write(self, frame: "pd.DataFrame") -> None: ...

    def close(self, metadata: Mapping[str, str]) -> None: ...


class _CsvSink:
    def __init__(self, file: BinaryIO, first: "pd.DataFrame", *, packed: bool) -> None:
        # no name and no time inside: equal tables give equal bytes
        self._packed = (
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) if packed else None
        )
        self._file = cast("BinaryIO", self._packed) if self._packed else file
        self._file.write(csv_header([str(name) for name in first.columns]))
        self._names = list(first.columns)

    def write(self, frame: "pd.DataFrame") -> None:
        if not frame.size:
            return
        self._file.writelines(
            csv_rows(pa.Table.from_pandas(frame[self._names], preserve_index=False))
        )

    def close(self, metadata: Mapping[str, str]) -> None:  # noqa: ARG002  -- CSV has no place for it
        if self._packed:
            self._packed.close()


class _ParquetSink:
    def __init__(self, file: BinaryIO, first: "pd.DataFrame", *, packed: bool) -> None:  # noqa: ARG002  -- it packs by itself
        self._schema = _schema(first)
        self._writer = pq.ParquetWriter(file, self._schema)

    def write(self, frame: "pd.DataFrame") -> None:
        table = pa.Table.from_pandas(
            frame[self._schema.names], schema=self._schema, preserve_index=False
        )
        # without pandas' own notes, which name versions and would change the bytes
        self._writer.write_table(table.replace_schema_metadata(None))

    def close(self, metadata: Mapping[str, str]) -> None:
        if metadata:
            self._writer.add_key_value_metadata(dict(sorted(metadata.items())))
        self._writer.close()


def _schema(first: "pd.DataFrame") -> pa.Schema:
    """Return the first piece's types, wide enough for the pieces to come."""
    schema = pa.Schema.from_pandas(first, preserve_index=False).remove_metadata()
    return pa.schema([field.with_type(_wide(field.type)) for field in schema])


def _wide(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return pa.dictionary(pa.int32(), _wide(kind.value_type))
    return pa.string() if pa.types.is_large_string(kind) else kind
