"""Rows as CSV text: quotes only where they must be, empty where a value is missing."""

import csv
import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.leads.arrow import arrow_texts, text_bounds

__all__ = ["csv_header", "csv_rows"]

# scalars of an array: from Python's own texts pyarrow makes them by way of pandas
_EMPTY, _QUOTE, _COMMA, _LINE_END = arrow_texts(["", '"', ",", "\n"])


def csv_header(names: Sequence[str]) -> bytes:
    r"""Return the first line.

    Examples
    --------
    >>> csv_header(["lead_id", 'the "score", 0-100'])
    b'lead_id,"the ""score"", 0-100"\n'
    """
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(names)
    return header.getvalue().encode()


def csv_rows(table: pa.Table) -> Iterator[memoryview]:
    """Yield the rows as UTF-8 text, line after line, in one part or more."""
    if not table.num_rows or not table.num_columns:
        return
    cells = [_cells(column, alone=table.num_columns == 1) for column in table.columns]
    lines = pc.binary_join_element_wise(*cells, _COMMA)
    ended = pc.binary_join_element_wise(lines, _EMPTY, _LINE_END)
    for part in ended.chunks if isinstance(ended, pa.ChunkedArray) else [ended]:
        bounds = text_bounds(part)
        # the texts of an array stand one behind the other, which is the text of the file
        yield memoryview(part.buffers()[2])[bounds[0] : bounds[-1]]


def _cells(column: pa.ChunkedArray, *, alone: bool) -> pa.ChunkedArray:
    texts = pc.fill_null(pc.cast(column, pa.string()), _EMPTY)
    # a line without anything would be read as no row at all
    must = r'[",\r\n]|^\s|\s$|^$' if alone else r'[",\r\n]|^\s|\s$'
    if pa.types.is_primitive(column.type) and not alone:
        return texts
    marked = pc.match_substring_regex(texts, must)
    if not pc.any(marked).as_py():
        return texts
    quoted = pc.binary_join_element_wise(
        _QUOTE, pc.replace_substring(texts, '"', '""'), _QUOTE, _EMPTY
    )
    return pc.if_else(marked, quoted, texts)
