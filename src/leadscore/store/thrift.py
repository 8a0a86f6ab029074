"""Thrift's compact protocol, as far as the footer of a Parquet file is written in it.

Nothing is known here of what fields mean: a struct is a dict from a field's number to its kind and
value, and what is read and written again is the same bytes.
"""

from typing import TypeGuard

__all__ = [
    "BINARY",
    "I64",
    "LIST",
    "STRUCT",
    "Items",
    "Struct",
    "Value",
    "is_struct",
    "read_struct",
    "write_struct",
]

Struct = dict[int, tuple[int, "Value"]]
#: The kind of a list's items, and the items.
Items = tuple[int, list["Value"]]
#: Truths; integers; texts, doubles and structs that are written already as bytes; lists; structs.
Value = bool | int | bytes | Items | Struct

#: Kinds of values.
_TRUE, _FALSE, _BYTE, _I16, _I32, _DOUBLE = 1, 2, 3, 4, 5, 7
I64 = 6
BINARY = 8
LIST = 9
STRUCT = 12
_INTEGERS = (_I16, _I32, I64)


def is_struct(value: "Value") -> TypeGuard[Struct]:
    """Tell whether a value is a struct."""
    return isinstance(value, dict)


def read_struct(data: bytes) -> Struct:
    """Return the struct that `data` begins with.

    Raises
    ------
    ValueError
        If it is none, or has a kind of value that no Parquet footer has.
    """
    try:
        return _struct(data, 0)[0]
    except IndexError as error:
        raise ValueError("the struct breaks off") from error


def write_struct(struct: Struct) -> bytes:
    r"""Return a struct as bytes.

    Examples
    --------
    >>> write_struct({1: (6, -3), 4: (8, b"ab")})
    b'\x16\x058\x02ab\x00'
    >>> read_struct(b"\x16\x058\x02ab\x00")
    {1: (6, -3), 4: (8, b'ab')}
    """
    out = bytearray()
    _write_struct(out, struct)
    return bytes(out)


# What follows takes a place in the bytes and returns the one behind what it read.


def _struct(data: bytes, at: int) -> tuple[Struct, int]:
    found: Struct = {}
    field = 0
    while head := data[at]:
        at += 1
        step, kind = head >> 4, head & 15
        if step:
            field += step
        else:
            field, at = _integer(data, at)
        value, at = _value(data, at, kind)
        found[field] = (kind, value)
    return found, at + 1


def _value(data: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in _INTEGERS:
        return _integer(data, at)
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, at
    if kind == STRUCT:
        return _struct(data, at)
    if kind == LIST:
        return _items(data, at)
    if kind == _BYTE:
        return data[at], at + 1
    return _bytes(data, at, kind)


def _bytes(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    if kind not in (BINARY, _DOUBLE):
        raise ValueError(f"values of the kind {kind} are in no Parquet footer")
    count, at = _varint(data, at) if kind == BINARY else (8, at)
    if at + count > len(data):
        raise IndexError
    return data[at : at + count], at + count


def _items(data: bytes, at: int) -> tuple[Items, int]:
    head = data[at]
    count, kind = head >> 4, head & 15
    at += 1
    if count == 15:
        count, at = _varint(data, at)
    found: list[Value] = []
    for _ in range(count):
        value, at = _value(data, at, kind)
        found.append(value)
    return (kind, found), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    found, shift = byte & 127, 7
    while byte > 127:
        at += 1
        byte = data[at]
        found |= (byte & 127) << shift
        shift += 7
    return found, at + 1


def _integer(data: bytes, at: int) -> tuple[int, int]:
    found, at = _varint(data, at)
    return (found >> 1) ^ -(found & 1), at


def _write_struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for field, (kind, value) in struct.items():
        step = field - last
        if 0 < step < 16:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _write_integer(out, field)
        _write_value(out, kind, value)
        last = field
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Value) -> None:
    match value:
        case bool():
            # the kind says which
            pass
        case int() if kind == _BYTE:
            out.append(value)
        case int():
            _write_integer(out, value)
        case bytes():
            if kind == BINARY:
                _write_varint(out, len(value))
            out += value
        case dict():
            _write_struct(out, value)
        case (item, values):
            _write_items(out, item, values)


def _write_items(out: bytearray, kind: int, values: list[Value]) -> None:
    if len(values) < 15:
        out.append(len(values) << 4 | kind)
    else:
        out.append(15 << 4 | kind)
        _write_varint(out, len(values))
    for value in values:
        _write_value(out, kind, value)


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_integer(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)
