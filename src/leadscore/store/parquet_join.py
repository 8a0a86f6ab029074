"""Parquet files put one behind the other as one, without reading or encoding a value again.

A Parquet file is its row groups, and then a footer that says where they are. So several files of
one schema become one by laying their row groups end to end and writing one footer, whose places are
moved by as much as the row groups were. Every field of the footer that says a place in the file is
named here; see parquet.thrift of apache/parquet-format.
"""

from collections.abc import Sequence

from leadscore.store.thrift import (
    BINARY,
    I64,
    LIST,
    STRUCT,
    Struct,
    Value,
    is_struct,
    read_struct,
    write_struct,
)

__all__ = ["MAGIC", "join_footers", "move_footer", "split_file"]

#: What a Parquet file begins and ends with.
MAGIC = b"PAR1"

_LENGTH = 4
_ROWS, _ROW_GROUPS = 3, 4
#: All the rest of a footer, while it is moved.
_REST = 1
_GROUP_COLUMNS, _GROUP_PLACE, _GROUP_ORDINAL = 1, 5, 7
_COLUMN_PLACE, _COLUMN_ABOUT = 2, 3
#: Where a page index is: it stands behind the row groups, and would be left behind.
_INDEX_PLACES = (4, 6)
#: The first page of data, of an index, of a dictionary, of a Bloom filter.
_PAGE_PLACES = (9, 10, 11, 14)


def split_file(file: memoryview) -> tuple[memoryview, bytes]:
    """Return the row groups and the footer of a whole Parquet file.

    Raises
    ------
    ValueError
        If it is none.
    """
    end = len(file) - len(MAGIC) - _LENGTH
    if end < len(MAGIC) or file[:4] != MAGIC or file[-4:] != MAGIC:
        raise ValueError("this is no Parquet file")
    foot = end - int.from_bytes(file[end : end + _LENGTH], "little")
    return file[len(MAGIC) : foot], bytes(file[foot:end])


def move_footer(foot: bytes, at: int) -> bytes:
    """Return a footer whose row groups begin at the place `at`, as `join_footers` takes it.

    Raises
    ------
    ValueError
        If it is none, or has a page index.
    """
    struct = read_struct(foot)
    by = at - len(MAGIC)
    groups: list[Value] = [write_struct(_moved(one, by)) for one in _structs(struct, _ROW_GROUPS)]
    rows = struct.pop(_ROWS)
    kind, _ = struct.pop(_ROW_GROUPS)
    return write_struct(
        {
            _REST: (BINARY, write_struct(struct)),
            _ROWS: rows,
            _ROW_GROUPS: (kind, (BINARY, groups)),
        }
    )


def join_footers(moved: Sequence[bytes]) -> bytes:
    """Return what stands behind the row groups of files that were put one behind the other.

    Parameters
    ----------
    moved : sequence of bytes
        Each file's footer, from `move_footer`; there is one at least, and all have the first one's
        schema and notes.
    """
    feet = [read_struct(one) for one in moved]
    groups = [group for foot in feet for group in _items(foot, _ROW_GROUPS)]
    rows = sum(_number(foot, _ROWS) for foot in feet)
    whole = read_struct(_bytes(feet[0], _REST))
    whole |= {_ROWS: (I64, rows), _ROW_GROUPS: (LIST, (STRUCT, groups))}
    said = write_struct(dict(sorted(whole.items())))
    return said + len(said).to_bytes(_LENGTH, "little") + MAGIC


def _moved(group: Struct, by: int) -> Struct:
    _move(group, _GROUP_PLACE, by)
    # its number among all, which only encrypted files need
    group.pop(_GROUP_ORDINAL, None)
    for column in _structs(group, _GROUP_COLUMNS):
        if any(place in column for place in _INDEX_PLACES):
            raise ValueError("a file with a page index cannot be joined")
        about = column[_COLUMN_ABOUT][1]
        if is_struct(about):
            for place in _PAGE_PLACES:
                _move(about, place, by)
        # that of the column itself is obsolete, and 0 in files that are up to date
        if _number(column, _COLUMN_PLACE):
            _move(column, _COLUMN_PLACE, by)
    return group


def _move(struct: Struct, field: int, by: int) -> None:
    if field in struct:
        struct[field] = (struct[field][0], _number(struct, field) + by)


def _number(struct: Struct, field: int) -> int:
    value = struct[field][1]
    return value if isinstance(value, int) else 0


def _bytes(struct: Struct, field: int) -> bytes:
    value = struct[field][1]
    return value if isinstance(value, bytes) else b""


def _items(struct: Struct, field: int) -> list[Value]:
    value = struct[field][1]
    return value[1] if isinstance(value, tuple) else []


def _structs(struct: Struct, field: int) -> list[Struct]:
    return [one for one in _items(struct, field) if is_struct(one)]
