"""Leads as columns: what every step reads."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import Fault

__all__ = ["Column", "Conformed", "Leads"]

Column = NDArray[np.float64] | NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Leads as columns, one array a field, all of one length.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        Numbers, integers and flags are float64, NaN where missing; times are float64 seconds
        since 1970-01-01 UTC, NaN where missing; categories and texts are object arrays of
        ``str``, ``None`` where missing, and so is the group. Every field of the schema has a
        column but those of the roles ``id``, ``label`` and ``ignore``.
    ids : mapping of str to ndarray of shape (n,)
        The input's id columns, as given, as text; empty text where missing.
    n : int
        The number of leads.
    """

    columns: Mapping[str, Column]
    ids: Mapping[str, NDArray[np.object_]]
    n: int

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "Leads":
        """Return the leads at `rows`, in that order."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        ids = {name: column[rows] for name, column in self.ids.items()}
        return Leads(columns=columns, ids=ids, n=len(np.arange(self.n)[rows]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """Leads that fit the schema, and everything in the input that did not.

    Parameters
    ----------
    leads : Leads
        The leads; a faulty value is missing here.
    labels : ndarray of int64 of shape (n,), optional
        The class of each lead: its place in the label's classes, or 1 and 0 for an outcome's
        positive and the rest; -1 where missing or faulty. None where the input has no label.
    faults : tuple of Fault
        Every fault, by row and then by the schema's order; those of whole columns come first.
    bad_rows : ndarray of bool of shape (n,)
        The rows that have a fault.
    """

    leads: Leads
    labels: NDArray[np.int64] | None
    faults: tuple[Fault, ...]
    bad_rows: NDArray[np.bool_]
