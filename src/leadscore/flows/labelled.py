"""Leads with a known label, from a table: refused with every fault, open leads left out."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadInput, BadRequest, Fault
from leadscore.flows.ports import Table
from leadscore.leads.conform import conform
from leadscore.leads.refusal import MEND, refusal
from leadscore.leads.schema import Schema
from leadscore.leads.table import Conformed, Leads

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Labelled",
    "class_names",
    "known_labels",
    "labelled",
    "last_time",
    "refuse_faults",
    "top_class",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Leads whose label is known, in the table's order.

    Parameters
    ----------
    leads : Leads
        The leads.
    labels : ndarray of shape (n,)
        Their classes; none is unknown.
    rows : ndarray of shape (n,)
        Their rows in the table, 0-based.
    still_open : int
        How many leads were left out because their label is not known.
    """

    leads: Leads
    labels: NDArray[np.int64]
    rows: NDArray[np.intp]
    still_open: int

    def take(self, places: NDArray[np.intp]) -> "Labelled":
        """Return the leads at `places`, in that order."""
        return replace(
            self,
            leads=self.leads.take(places),
            labels=self.labels[places],
            rows=self.rows[places],
        )


def labelled(frame: "pd.DataFrame", schema: Schema, *, table: Table | None = None) -> Labelled:
    """Return the frame's leads whose label is known.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table as it was read.
    schema : Schema
        Its schema, with a label.
    table : Table, optional
        Where the frame is from, for the lines of faults.

    Raises
    ------
    BadInput
        With every fault, or if there is no lead with a label.
    BadRequest
        If the schema has no label, or the table has no such column.
    """
    if schema.label is None:
        raise BadRequest(
            "The schema has no [label], so there is nothing to learn or to compare with.",
            next_step="Name the label column with --label, or write a [label] into the schema.",
        )
    return known_labels(conform(frame, schema), schema, table=table)


def known_labels(found: Conformed, schema: Schema, *, table: Table | None = None) -> Labelled:
    """Return the leads whose label is known, of what `conform` made of a table; see `labelled`."""
    refuse_faults(found.faults, table)
    name = schema.label.field if schema.label else ""
    if found.labels is None:
        raise BadRequest(
            f"The label column {name!r} is not in the file.",
            next_step="To train, name the label column with --label or in the schema's [label]; "
            f"to evaluate, give leads whose {name!r} is known; "
            "leads without it are for leadscore score.",
        )
    return _known(found, found.labels, name)


def last_time(data: Labelled, schema: Schema) -> float | None:
    """Return when the last of the leads came, as the time field has it; None where none says."""
    for one in schema.with_role("time"):
        times = np.asarray(data.leads.columns[one.name], np.float64)
        return float(np.nanmax(times)) if np.isfinite(times).any() else None
    return None


def refuse_faults(
    faults: tuple[Fault, ...],
    table: Table | None = None,
    *,
    next_step: str = MEND,
) -> None:
    """Raise all faults at once, if there is any.

    Raises
    ------
    BadInput
        With every fault, each with its line where the table has lines.
    """
    if not faults:
        return
    what = f"file {table.name!r}" if table else "input"
    placed = _placed(table.with_lines(faults)) if table else faults
    raise refusal(placed, what=what, next_step=next_step)


def _placed(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Name the row where a file has no lines: Parquet."""
    return tuple(
        replace(fault, field=f"row {fault.row:,}, {fault.field}")
        if fault.line is None and fault.row is not None
        else fault
        for fault in faults
    )


def class_names(schema: Schema) -> tuple[str, ...]:
    """Return what the label's classes are called, in the order of their numbers."""
    return schema.label.names if schema.label else ()


def top_class(schema: Schema) -> str:
    """Return what the best leads are called, in the plural."""
    if schema.label is None or schema.label.outcome:
        return "converted leads"
    return f"{schema.label.classes[-1]} leads"


def _known(found: Conformed, labels: NDArray[np.int64], field: str) -> Labelled:
    rows = np.flatnonzero(labels >= 0)
    if not len(rows):
        raise BadInput(f"The label column {field!r} is empty: no lead's label is known.")
    everyone = len(rows) == found.leads.n
    return Labelled(
        leads=found.leads if everyone else found.leads.take(rows),
        labels=labels[rows],
        rows=rows,
        still_open=found.leads.n - len(rows),
    )
