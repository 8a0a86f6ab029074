"""A digest of leads and labels, by which a training file is known again."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.table import Leads

__all__ = ["fingerprint"]


def fingerprint(leads: Leads, labels: NDArray[np.int64]) -> str:
    """Return the sha256 of what the leads say, in their order, as hex.

    It is about values and not about files: the same leads as CSV, Parquet or with other columns
    beside them have one fingerprint. Ids do not count.

    Parameters
    ----------
    leads : Leads
        The leads.
    labels : ndarray of shape (n,)
        Their classes.
    """
    digest = hashlib.sha256(f"{leads.n}\n".encode())
    for name in sorted(leads.columns):
        digest.update(f"{len(name)} {name}\n".encode())
        column = leads.columns[name]
        digest.update(_texts(column) if column.dtype == object else _numbers(column))
    digest.update(np.ascontiguousarray(labels, dtype="<i8").tobytes())
    return digest.hexdigest()


def _numbers(column: NDArray[np.generic]) -> bytes:
    values = np.ascontiguousarray(column, dtype="<f8")
    # there are many ways to write "not a number", and two zeros
    return np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8").tobytes()


def _texts(column: NDArray[np.generic]) -> bytes:
    texts = ["-" if value is None else f"{len(value)} {value}" for value in column.tolist()]
    return "\n".join(texts).encode("utf-8", "surrogatepass")
