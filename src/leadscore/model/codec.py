"""Values as bytes and back: JSON objects, and named arrays. Equal values give equal bytes."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any  # Any: JSON values

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

__all__ = ["array_bytes", "json_bytes", "read_arrays", "read_json"]

#: The first moment that a zip knows, so that no clock is in the bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SUFFIX = ".npy"


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Return a JSON object as text, keys sorted.

    Raises
    ------
    TypeError, ValueError
        If a value is not JSON's, or not a finite number.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8")


def read_json(content: bytes) -> dict[str, Any]:
    """Return the JSON object that `content` holds.

    Raises
    ------
    TypeError, ValueError
        If it is not JSON, or another JSON value.
    """
    try:
        value: object = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise TypeError("a JSON object belongs here")
    return value


def array_bytes(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return named arrays in numpy's own format (npz), stored and not packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for name, array in sorted(arrays.items()):
            content = io.BytesIO()
            npy.write_array(content, np.ascontiguousarray(array), (1, 0), allow_pickle=False)
            packed.writestr(zipfile.ZipInfo(name + _SUFFIX, _EPOCH), content.getvalue())
    return buffer.getvalue()


def read_arrays(content: bytes) -> dict[str, NDArray[np.generic]]:
    """Return the named arrays of numbers that `content` holds; they cannot be written to.

    Nothing larger than `content` is ever made of it.

    Raises
    ------
    ValueError
        If it is no npz file, or its arrays are packed, of another type than numbers, or not of the
        size that they say.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            _check(entries, len(content))
            return {one.filename.removesuffix(_SUFFIX): _array(packed.read(one)) for one in entries}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"its arrays cannot be read: {error}") from error


def _check(entries: list[zipfile.ZipInfo], most: int) -> None:
    # What numpy writes is stored, not packed; anything else is foreign and could be a bomb.
    if any(one.compress_type != zipfile.ZIP_STORED for one in entries):
        raise ValueError("its arrays are compressed")
    if sum(one.file_size for one in entries) > most:
        raise ValueError("its arrays claim to be larger than the part")
    if len({one.filename for one in entries}) < len(entries):
        raise ValueError("it has an array twice")


def _array(content: bytes) -> NDArray[np.generic]:
    """Read one array from its bytes; numpy's own reader makes room for whatever a header says."""
    file = io.BytesIO(content)
    if npy.read_magic(file) != (1, 0):
        raise ValueError("an array is of another version of numpy's format")
    shape, by_column, dtype = npy.read_array_header_1_0(file)
    if dtype.kind not in "fi":
        raise ValueError("an array holds something else than numbers")
    body = content[file.tell() :]
    # exact: a product of int64 could run over
    size = dtype.itemsize
    for side in shape:
        size *= int(side)
    if size != len(body) or min(shape, default=0) < 0:
        raise ValueError("an array is not of the size that it says")
    return np.frombuffer(body, dtype=dtype).reshape(shape, order="F" if by_column else "C")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")
