"""Tables of leads in files: CSV (any usual dialect, also gzipped) and Parquet."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leadscore.errors import BadInput, Fault
from leadscore.store.dialect import Dialect, is_parquet, open_bytes, records, sniff

__all__ = [
    "as_file",
    "column_names",
    "lines_of",
    "name_lines",
    "read_chunks",
    "read_frame",
    "read_metadata",
]

#: A record must fit into one block.
_BLOCK = 8 << 20


@contextmanager
def as_file(path: str | Path) -> Iterator[Path]:
    """Give a path that can be read more than once: for ``-`` a copy of stdin, kept meanwhile."""
    if str(path) != "-":
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="leadscore-") as folder:
        copy = Path(folder) / "stdin"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield copy


def read_frame(path: str | Path) -> pd.DataFrame:
    """Read a whole table.

    Parameters
    ----------
    path : str or Path
        The file, told apart by its content; ``-`` is stdin.

    Returns
    -------
    pandas.DataFrame
        From CSV all text, as written; from Parquet as typed there.

    Raises
    ------
    NotFound
        If there is no such file.
    BadInput
        If it is empty, no table, or has rows that are longer or shorter than its header.
    """
    with as_file(path) as file:
        if is_parquet(file):
            return _frame(_parquet(file).read())
        dialect = sniff(file)
        if dialect.empty:
            return _no_rows(dialect)
        with open_bytes(file) as source, _explained(file, dialect):
            table = pacsv.read_csv(source, **_options(dialect))
            return _frame(table.rename_columns(list(dialect.columns)))


def read_chunks(path: str | Path, *, rows: int = 50_000) -> Iterator[pd.DataFrame]:
    """Read a table in pieces of at most `rows` rows, in constant memory; at least one piece.

    The same as `read_frame` otherwise.
    """
    with as_file(path) as file:
        if is_parquet(file):
            source = _parquet(file)
            yield from _pieces(source.iter_batches(batch_size=rows), rows, source.schema_arrow)
            return
        dialect = sniff(file)
        if dialect.empty:
            yield _no_rows(dialect)
            return
        with open_bytes(file) as source, _explained(file, dialect):
            reader = pacsv.open_csv(source, **_options(dialect))
            schema = pa.schema([(name, pa.string()) for name in dialect.columns])
            yield from _pieces(reader, rows, schema)


def column_names(path: str | Path) -> tuple[str, ...]:
    """Return the names of a table's columns."""
    with as_file(path) as file:
        return tuple(_parquet(file).schema_arrow.names) if is_parquet(file) else sniff(file).columns


def lines_of(path: str | Path, rows: NDArray[np.intp]) -> NDArray[np.int64] | None:
    """Return the line of the file that each of `rows` starts at.

    Lines are counted from 1, the header, blank lines and breaks inside quotes included. Parquet
    has no lines: None.

    Parameters
    ----------
    path : str or Path
        The file; not stdin, which is gone once read (see `as_file`).
    rows : ndarray of intp
        The rows, 0-based.
    """
    file = Path(path)
    if is_parquet(file):
        return None
    dialect = sniff(file)
    wanted = {int(row) for row in rows}
    data = islice(records(file, dialect.encoding, dialect.separator), 1, None)
    upto = islice(data, max(wanted, default=-1) + 1)
    found = {row: line for row, (line, _) in enumerate(upto) if row in wanted}
    return np.array([found[int(row)] for row in rows], dtype=np.int64)


def name_lines(
    path: str | Path, faults: tuple[Fault, ...], *, first_row: int = 0
) -> tuple[Fault, ...]:
    """Return `faults` with the lines of the file; their rows count from its `first_row`."""
    rows = [fault.row + first_row for fault in faults if fault.row is not None]
    lines = lines_of(path, np.array(sorted(set(rows)), dtype=np.intp)) if rows else None
    if lines is None:
        return faults
    line_of = dict(zip(sorted(set(rows)), lines.tolist(), strict=True))
    return tuple(
        fault if fault.row is None else replace(fault, line=line_of[fault.row + first_row])
        for fault in faults
    )


def read_metadata(path: str | Path) -> dict[str, str]:
    """Return what a Parquet file says about itself; CSV says nothing."""
    file = Path(path)
    found = _parquet(file).metadata.metadata if is_parquet(file) else None
    return {
        key.decode(): value.decode()
        for key, value in (found or {}).items()
        if key not in (b"ARROW:schema", b"pandas")
    }


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"The file {str(path)!r} is broken Parquet: {error}.") from error
    names = file.schema_arrow.names
    twice = sorted({name for name in names if names.count(name) > 1 or not name.strip()})
    if twice:
        raise BadInput(f"The file {str(path)!r} has columns twice or without a name: {twice}.")
    return file


def _frame(table: pa.Table) -> pd.DataFrame:
    # integers with gaps stay integers: as floats the ids above 2**53 would change
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return frame


def _no_rows(dialect: Dialect) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([], dtype="str") for name in dialect.columns})


def _options(dialect: Dialect) -> dict[str, object]:
    utf8 = dialect.encoding.startswith("utf-8")
    return {
        "read_options": pacsv.ReadOptions(
            block_size=_BLOCK, encoding="utf8" if utf8 else dialect.encoding
        ),
        "parse_options": pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True),
        "convert_options": pacsv.ConvertOptions(
            column_types={name: pa.string() for name in dialect.header}, strings_can_be_null=False
        ),
    }


def _pieces(
    batches: Iterator[pa.RecordBatch], rows: int, schema: pa.Schema
) -> Iterator[pd.DataFrame]:
    """Yield frames of exactly `rows` rows, then the rest; one without rows if there are none."""
    names = schema.names
    kept: list[pa.RecordBatch] = []
    held = 0
    started = False
    for batch in batches:
        kept.append(batch)
        held += len(batch)
        while held >= rows:
            table = pa.Table.from_batches(kept)
            yield _frame(table.slice(0, rows).rename_columns(names))
            started = True
            kept, held = table.slice(rows).to_batches(), held - rows
    if held:
        yield _frame(pa.Table.from_batches(kept).rename_columns(names))
    elif not started:
        yield _frame(schema.empty_table())


@contextmanager
def _explained(path: Path, dialect: Dialect) -> Iterator[None]:
    """Say which lines a table breaks off at, instead of what the parser saw."""
    try:
        yield
    except pa.ArrowInvalid as error:
        faults = tuple(islice(_ragged(path, dialect), 100))
        if not faults:
            raise BadInput(f"The file {str(path)!r} is no table: {error}.") from error
        raise BadInput(
            f"The file {str(path)!r} has rows that are not as long as its header.",
            next_step="Quote values that hold a separator or a line break.",
            faults=faults,
        ) from error


def _ragged(path: Path, dialect: Dialect) -> Iterator[Fault]:
    width = len(dialect.header)
    data = islice(records(path, dialect.encoding, dialect.separator), 1, None)
    for row, (line, record) in enumerate(data):
        if len(record) != width:
            yield Fault(
                field="row",
                got=f"{len(record)} values",
                allowed=f"{width}, as the header has",
                line=line,
                row=row,
            )
