"""Tables of leads in files: CSV (any usual dialect, also gzipped) and Parquet."""

import gzip
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leadscore.errors import BadInput, Fault
from leadscore.flows.ports import Batch
from leadscore.store.dialect import Dialect, is_parquet, open_bytes, records, sniff

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "as_file",
    "column_names",
    "file_identity",
    "lines_of",
    "name_lines",
    "read_batches",
    "read_chunks",
    "read_frame",
    "read_metadata",
]

#: How many bytes of text are parsed at once; a record must fit in. The reader holds some 40 blocks,
#: so the larger one is for those whom the other is too small.
_BLOCKS = (1 << 20, 8 << 20)

#: Bytes of a file's beginning and end that its identity looks at.
_ENDS = 1 << 16


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


def read_frame(path: str | Path) -> "pd.DataFrame":
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
            schema = pa.schema([(name, pa.string()) for name in dialect.columns])
            return _frame(schema.empty_table())
        with open_bytes(file) as source, _explained(file, dialect):
            table = pacsv.read_csv(source, **_options(dialect, dialect.header, _BLOCKS[-1]))
            return _frame(table.rename_columns(list(dialect.columns)))


def read_chunks(path: str | Path, *, rows: int = 50_000) -> "Iterator[pd.DataFrame]":
    """Read a table in pieces of at most `rows` rows, in constant memory; at least one piece.

    The same as `read_frame` otherwise.
    """
    for batch in read_batches(path, rows=rows):
        yield _frame(pa.Table.from_batches([batch.rows]))


def read_batches(
    path: str | Path, *, rows: int, columns: Sequence[str] | None = None, skip: int = 0
) -> Iterator[Batch]:
    """Read a table in batches of exactly `rows` rows, and then the rest, in constant memory.

    Parameters
    ----------
    path : str or Path
        The file; ``-`` is stdin.
    rows : int
        The rows of a batch.
    columns : sequence of str, optional
        The columns wanted, those that are not there among them; all by default.
    skip : int
        How many rows to begin behind; a whole number of batches.

    Yields
    ------
    Batch
        One at least, if nothing is skipped.

    Raises
    ------
    NotFound, BadInput
        As `read_frame` does.
    """
    with as_file(path) as file:
        if is_parquet(file):
            yield from _parquet_batches(file, rows, columns, skip)
        else:
            yield from _csv_batches(file, rows, columns, skip)


def _parquet_batches(
    path: Path, rows: int, columns: Sequence[str] | None, skip: int
) -> Iterator[Batch]:
    source = _parquet(path)
    names = [name for name in source.schema_arrow.names if columns is None or name in columns]
    total = source.metadata.num_rows
    first, group = 0, 0
    while group < source.num_row_groups:
        # row groups that are skipped whole are not even read
        there = source.metadata.row_group(group).num_rows
        if first + there > skip:
            break
        first, group = first + there, group + 1
    # each row group by itself: over several at once the reader lets go of none until the end
    batches = (
        batch.select(names)  # a name that others begin with, and a dot, stands for them as well
        for one in range(group, source.num_row_groups)
        for batch in source.iter_batches(rows, [one], names, use_threads=False)
    )
    schema = pa.schema([source.schema_arrow.field(name) for name in names])
    for batch in _even(batches, rows, schema, drop=skip - first, empty=not skip):
        yield Batch(rows=batch, total=total)


def _csv_batches(
    path: Path, rows: int, columns: Sequence[str] | None, skip: int
) -> Iterator[Batch]:
    dialect = sniff(path)
    wanted = {
        own: name
        for own, name in zip(dialect.header, dialect.columns, strict=True)
        if columns is None or name in columns
    }
    schema = pa.schema([(name, pa.string()) for name in wanted.values()])
    if dialect.empty:
        yield from (Batch(rows=one, total=0) for one in _even(iter([]), rows, schema, empty=True))
        return
    done = skip
    with _explained(path, dialect):
        for block in _BLOCKS:
            options = _options(dialect, tuple(wanted), block)
            try:
                for batch in _text_batches(path, options, rows, schema, skip=done):
                    done += batch.rows.num_rows
                    yield batch
            except pa.ArrowInvalid:
                # perhaps a record is longer than the block
                if block == _BLOCKS[-1]:
                    raise
            else:
                return


def _text_batches(
    path: Path, options: dict[str, object], rows: int, schema: pa.Schema, *, skip: int
) -> Iterator[Batch]:
    size, done = path.stat().st_size, skip
    with path.open("rb") as raw:
        batches = _named(pacsv.open_csv(_unpacked(raw), **options), schema)
        for batch in _even(batches, rows, schema, drop=skip, empty=not skip):
            done += batch.num_rows
            # as many rows to the byte as so far; the reader closes what it has read
            read = size if raw.closed else raw.tell()
            yield Batch(rows=batch, total=round(done * size / read))


def _unpacked(raw: BinaryIO) -> BinaryIO:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if packed else raw


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


def file_identity(path: Path) -> str:
    """Return what tells a file from any other, and from itself once it was changed.

    That is its size, the moment it was last written, and a digest of its beginning and its end,
    where a Parquet file says what is in all of it. What was only touched counts as changed.
    """
    about = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(_ENDS))
        file.seek(max(0, about.st_size - _ENDS))
        digest.update(file.read(_ENDS))
    return f"{about.st_size} bytes, written at {about.st_mtime_ns}, sha256 {digest.hexdigest()}"


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


def _frame(table: pa.Table) -> "pd.DataFrame":
    # integers with gaps stay integers: as floats the ids above 2**53 would change
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    return frame


def _options(dialect: Dialect, wanted: tuple[str, ...], block: int) -> dict[str, object]:
    utf8 = dialect.encoding.startswith("utf-8")
    return {
        "read_options": pacsv.ReadOptions(
            block_size=block, encoding="utf8" if utf8 else dialect.encoding
        ),
        "parse_options": pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(dialect.header, pa.string()),
            strings_can_be_null=False,
            include_columns=list(wanted),
        ),
    }


def _named(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _even(
    batches: Iterator[pa.RecordBatch],
    rows: int,
    schema: pa.Schema,
    *,
    drop: int = 0,
    empty: bool = False,
) -> Iterator[pa.RecordBatch]:
    """Yield batches of exactly `rows` rows, then the rest, without the first `drop` rows.

    Where there is none at all, and one may be `empty`, yield that.
    """
    kept = pa.Table.from_batches([], schema)
    started = False
    for batch in batches:
        gone = min(drop, batch.num_rows)
        drop -= gone
        kept = pa.concat_tables([kept, pa.Table.from_batches([batch.slice(gone)])])
        while kept.num_rows >= rows:
            yield _one(kept.slice(0, rows))
            started, kept = True, kept.slice(rows)
    if kept.num_rows or (empty and not started):
        yield _one(kept)


def _one(table: pa.Table) -> pa.RecordBatch:
    """Return a table as one batch."""
    batches = table.combine_chunks().to_batches()
    if len(batches) == 1:
        return batches[0]
    columns = [pa.nulls(0, field.type) for field in table.schema]
    return pa.RecordBatch.from_arrays(columns, schema=table.schema)


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
