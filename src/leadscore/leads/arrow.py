"""Arrow arrays and numpy's as views of the same memory.

pyarrow's own conversions load pandas, which takes longer than scoring a hundred thousand leads.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = [
    "arrow_array",
    "arrow_texts",
    "is_number",
    "is_text",
    "missing_mask",
    "number_view",
    "text_bounds",
]

_KINDS: dict[pa.DataType, np.dtype[np.generic]] = {
    pa.int8(): np.dtype(np.int8),
    pa.int16(): np.dtype(np.int16),
    pa.int32(): np.dtype(np.int32),
    pa.int64(): np.dtype(np.int64),
    pa.uint8(): np.dtype(np.uint8),
    pa.uint16(): np.dtype(np.uint16),
    pa.uint32(): np.dtype(np.uint32),
    pa.uint64(): np.dtype(np.uint64),
    pa.float32(): np.dtype(np.float32),
    pa.float64(): np.dtype(np.float64),
}
_NAMES = {dtype: kind for kind, dtype in _KINDS.items()}


def is_number(kind: pa.DataType) -> bool:
    """Tell whether a column's kind is one of numbers, integer or floating."""
    return kind in _KINDS


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column's kind is one of texts as such, not coded."""
    return kind in (pa.string(), pa.large_string())


def number_view(array: pa.Array) -> NDArray[np.generic]:
    """Return the numbers of an array, of shape (n,); what stands where one is missing is chance.

    Examples
    --------
    >>> number_view(arrow_array(np.array([1.5, 2.5]))[1:])
    array([2.5])
    """
    dtype = _KINDS[array.type]
    _, values = array.buffers()
    found: NDArray[np.generic] = np.frombuffer(values or b"", dtype)
    return found[array.offset : array.offset + len(array)]


def missing_mask(array: pa.Array) -> NDArray[np.bool_]:
    """Return which values of an array are missing, of shape (n,)."""
    if not array.null_count:
        return np.zeros(len(array), dtype=bool)
    bits = np.frombuffer(array.buffers()[0], np.uint8)
    there = np.unpackbits(bits, count=array.offset + len(array), bitorder="little")
    return np.asarray(there[array.offset :] == 0)


def text_bounds(array: pa.Array) -> NDArray[np.signedinteger]:
    """Return where each text of an array begins among its bytes, and the last one's end."""
    dtype = np.int64 if array.type == pa.large_string() else np.int32
    _, where, _ = array.buffers()
    found: NDArray[np.signedinteger] = np.frombuffer(where or bytes(8), dtype)
    return found[array.offset : array.offset + len(array) + 1]


def arrow_array(values: NDArray[np.generic], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return numbers as an Arrow array, those at `missing` as null.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Integers or floats; they are kept and not copied, if they lie side by side.
    missing : ndarray of bool of shape (n,), optional
        Which of them are missing.

    Examples
    --------
    >>> arrow_array(np.array([1, 2]), np.array([False, True])).to_pylist()
    [1, None]
    """
    held = np.ascontiguousarray(values)
    there = None
    if missing is not None and missing.any():
        there = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(_NAMES[held.dtype], len(held), [there, pa.py_buffer(held)])


def arrow_texts(texts: Sequence[str | None]) -> pa.Array:
    """Return texts as an Arrow array, None as null.

    Examples
    --------
    >>> arrow_texts(["a", None, "b"]).to_pylist()
    ['a', None, 'b']
    """
    missing = np.array([one is None for one in texts], dtype=bool)
    letters = [(one or "").encode() for one in texts]
    ends = np.cumsum([0, *map(len, letters)], dtype=np.int64)
    there = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    held = [there, pa.py_buffer(ends), pa.py_buffer(b"".join(letters))]
    return pa.Array.from_buffers(pa.large_string(), len(texts), held).cast(pa.string())
