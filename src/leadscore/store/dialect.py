"""How a text table is written: its compression, encoding, separator and column names."""

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from leadscore.errors import BadInput, NotFound

__all__ = ["Dialect", "is_parquet", "open_bytes", "records", "sniff"]

_SEPARATORS = (",", ";", "\t")
_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: The name of a first column without one: what `DataFrame.to_csv` writes for the row's index.
_INDEX = "index"

# csv's own bound of 131,072 characters refuses long notes; it can be set for the process only
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written.

    Parameters
    ----------
    encoding : str
        Its encoding, as Python calls it.
    separator : str
        What stands between two values.
    header : tuple of str
        The column names as they stand in the file.
    columns : tuple of str
        The column names without blanks around them; a first one without a name is ``index``.
    empty : bool
        Whether nothing follows the header.
    """

    encoding: str
    separator: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    empty: bool


def is_parquet(path: Path) -> bool:
    """Return whether the file is Parquet, by its first bytes.

    Raises
    ------
    NotFound
        If there is no such file.
    """
    if not path.is_file():
        what = "a folder" if path.is_dir() else "not there"
        raise NotFound(f"The file {str(path)!r} is {what}.", next_step="Check the path.")
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading; a gzipped one, told by its first bytes, is unpacked."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")


def sniff(path: Path) -> Dialect:
    """Return how the text table at `path` is written; all of it is read to be sure.

    Raises
    ------
    BadInput
        If it is empty, no text, broken, or has columns without a name or with the same one.
    """
    with open_bytes(path) as file:
        sample = _read(file, path)
    _refuse_foreign(sample, path)
    encoding, quotes = _encoding(sample, path)
    text = codecs.getincrementaldecoder(encoding)().decode(sample)
    separator = _separator(text, whole=len(sample) < _SAMPLE)
    rows = records(path, encoding, separator)
    _, header = next(rows, (0, []))
    if not any(name.strip() for name in header):
        raise BadInput(f"The file {str(path)!r} is empty.")
    empty = next(rows, None) is None
    if quotes % 2:
        _refuse_open_quote(path, encoding, separator)
    columns = _columns(header, path)
    return Dialect(
        encoding=encoding,
        separator=separator,
        header=tuple(header),
        columns=columns,
        empty=empty,
    )


def records(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a text table with the line it starts at, 1-based; no blank lines."""
    with (
        open_bytes(path) as file,
        io.TextIOWrapper(file, encoding=encoding, newline="") as text,
    ):
        reader = csv.reader(text, delimiter=separator)
        line = 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def _read(file: BinaryIO, path: Path, size: int = _SAMPLE) -> bytes:
    try:
        return file.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise BadInput(f"The file {str(path)!r} cannot be unpacked: {error}.") from error


def _refuse_foreign(sample: bytes, path: Path) -> None:
    if not sample.strip():
        raise BadInput(f"The file {str(path)!r} is empty.")
    marked = any(sample.startswith(bom) for bom, _ in _BOMS)
    if sample.startswith(b"PK\x03\x04") or (b"\x00" in sample and not marked):
        raise BadInput(
            f"The file {str(path)!r} is no text.",
            allowed="CSV (also gzipped) or Parquet",
            next_step="Save an Excel workbook as CSV UTF-8; UTF-16 needs its byte order mark.",
        )


def _encoding(sample: bytes, path: Path) -> tuple[str, int]:
    """Return the first encoding that all of the file is valid in, and the count of quotes."""
    marked = [name for bom, name in _BOMS if sample.startswith(bom)]
    for encoding in marked or ["utf-8", "cp1252"]:
        quotes = _quotes(path, encoding)
        if quotes is not None:
            return encoding, quotes
    tried = marked[0].upper() if marked else "UTF-8 or Windows-1252"
    raise BadInput(
        f"The file {str(path)!r} is not {tried} text.",
        next_step="Save it as UTF-8.",
    )


def _quotes(path: Path, encoding: str) -> int | None:
    """Return how many quotes the file has, or None if it is not in `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    count = 0
    with open_bytes(path) as file:
        try:
            while block := _read(file, path, _BLOCK):
                count += decoder.decode(block).count('"')
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
    return count


def _separator(sample: str, *, whole: bool) -> str:
    """Return the separator that cuts most records into as many values as the header has."""
    best = (0.0, 0, ",")
    for separator in _SEPARATORS:
        rows = [
            row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row
        ]
        if not whole and len(rows) > 1:
            rows.pop()
        width = len(rows[0]) if rows else 0
        share = sum(len(row) == width for row in rows) / max(len(rows), 1)
        if width > 1 and (share, width) > best[:2]:
            best = (share, width, separator)
    return best[2]


def _refuse_open_quote(path: Path, encoding: str, separator: str) -> None:
    """Refuse a quote that is never closed: it would swallow all rows after it as one value."""
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=separator, strict=True)
        start = 1
        try:
            for _ in reader:
                start = reader.line_num + 1
        except csv.Error as error:
            if "end of data" in str(error):
                raise BadInput(
                    f"The file {str(path)!r} has a quote that is never closed.",
                    next_step=f"Look at line {start} and below.",
                ) from error


def _columns(header: list[str], path: Path) -> tuple[str, ...]:
    names = [name.strip() for name in header]
    if not names[0] and len(names) > 1:
        names[0] = _INDEX
    unnamed = [str(at) for at, name in enumerate(names, 1) if not name]
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    problems = []
    if unnamed:
        problems.append(f"columns without a name (number {', '.join(unnamed)})")
    if twice:
        problems.append(f"columns of the same name ({', '.join(twice)})")
    if problems:
        raise BadInput(
            f"The file {str(path)!r} has {' and '.join(problems)}.",
            allowed="one name for each column, in the first line",
        )
    return tuple(names)
