"""The leads of a file in time order, and their timeline."""

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.flows.labelled import refuse_faults
from leadscore.flows.ports import Table
from leadscore.leads.conform import conform
from leadscore.leads.schema import Schema
from leadscore.leads.table import Leads
from leadscore.measure.backtest.timeline import Timeline, dated_timeline, row_timeline
from leadscore.model.encode import fit_encoder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HORIZON_DAYS", "Past", "read_past"]

#: The horizon in days where neither the schema nor the caller says one.
HORIZON_DAYS = 30
#: Without dates a day has so many leads for each call, so that the team calls one in five.
_LEADS_A_CALL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Leads with a known outcome, in time order.

    Parameters
    ----------
    leads : Leads
        The leads.
    labels : ndarray of shape (n,)
        Their classes.
    rows : ndarray of shape (n,)
        Their rows in the file.
    times : ndarray of shape (n,), optional
        When they came, in seconds; None where only their order is known.
    ties : ndarray of shape (n,)
        Who goes first among equals; it depends on what a lead is and not on its row.
    timeline : Timeline
        Their days and the replay's.
    assumptions : tuple of str
        What was taken for granted.
    """

    leads: Leads
    labels: NDArray[np.int64]
    rows: NDArray[np.intp]
    times: NDArray[np.float64] | None
    ties: NDArray[np.float64]
    timeline: Timeline
    assumptions: tuple[str, ...]


def read_past(  # noqa: PLR0913 -- a frame, and what is said about its time
    frame: "pd.DataFrame",
    schema: Schema,
    *,
    start: float,
    calls: int,
    horizon_days: int | None,
    leads_per_day: int | None,
    table: Table | None = None,
) -> Past:
    """Return the frame's leads in time order.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as it was read.
    schema : Schema
        Its schema.
    start : float
        The share of the leads before the replay begins.
    calls : int
        Calls a day.
    horizon_days : int, optional
        How long an outcome may take, in place of the schema's.
    leads_per_day : int, optional
        How many rows a day has, where there are no dates.
    table : Table, optional
        Where the frame is from, for the lines of faults.

    Raises
    ------
    BadRequest
        If the schema has no label, or the file says neither when leads came nor in which order.
    BadInput
        With every fault.
    """
    if schema.label is None:
        raise BadRequest(
            "The schema has no [label], so there is nothing to learn or to replay.",
            next_step="Name the label column with --label, or write a [label] into the schema.",
        )
    dated = schema.with_role("time")
    if not dated and schema.order != "rows":
        raise BadRequest(
            "A backtest needs to know when each lead came, and the schema has neither a field of "
            "the role time nor rows in time order.",
            next_step='In the schema give the date\'s field role = "time", or write order = '
            '"rows" at the top where the rows are in time order; leadscore schema infer does '
            "either with --time COLUMN or --rows-in-order.",
        )
    found = conform(frame, schema)
    refuse_faults(found.faults, table)
    if found.labels is None:
        raise BadRequest(f"The label column {schema.label.field!r} is not in the file.")
    known = found.labels >= 0
    if not known.any():
        raise BadRequest(
            "No lead is ripe: the outcome of none is known.",
            next_step=f"Give a file whose column {schema.label.field!r} is filled for older leads.",
        )
    asked = horizon_days or schema.label.horizon_days
    if dated:
        return _dated(found.leads, found.labels, schema, start=start, horizon=asked)
    a_day = leads_per_day or _LEADS_A_CALL * calls
    return _in_rows(found.leads, found.labels, schema, start=start, a_day=a_day)


def _dated(
    leads: Leads, labels: NDArray[np.int64], schema: Schema, *, start: float, horizon: int | None
) -> Past:
    name = schema.with_role("time")[0].name
    times = np.asarray(leads.columns[name], np.float64)
    placed = ~np.isnan(times)
    if not placed.any():
        raise BadRequest(f"The column {name!r} has no date, so no lead's time is known.")
    days = HORIZON_DAYS if horizon is None else horizon
    timeline = dated_timeline(times[placed], labels[placed] >= 0, horizon=days, start=start)
    said = [
        "Every day of the calendar is a working day, in UTC.",
        f"An outcome is known {days:,} days after the lead came, and not earlier"
        + (", though the schema gives no horizon." if horizon is None else "."),
    ]
    missing = int((~placed).sum())
    if missing:
        said.append(f"{missing:,} leads without a date are left out.")
    open_ones = int((labels[placed] < 0).sum())
    if open_ones:
        said.append(
            f"{open_ones:,} leads whose outcome is not in the file are left out; they would have "
            "taken some of the calls. The replay ends where the last leads were ripe."
        )
    rows = np.flatnonzero(placed & (labels >= 0))
    kept = (labels >= 0)[placed]
    ties = _ties(leads.take(rows), schema, times[rows])
    order = np.lexsort((ties, times[rows]))
    return Past(
        leads=leads.take(rows[order]),
        labels=labels[rows[order]],
        rows=rows[order],
        times=times[rows[order]],
        ties=ties[order],
        timeline=_taken(timeline, np.flatnonzero(kept)[order]),
        assumptions=tuple(said),
    )


def _in_rows(
    leads: Leads, labels: NDArray[np.int64], schema: Schema, *, start: float, a_day: int
) -> Past:
    rows = np.flatnonzero(labels >= 0)
    kept = leads.take(rows)
    timeline = row_timeline(len(rows), a_day=a_day, start=start)
    said = [
        f"The file has no dates: its rows are in time order, and {a_day:,} rows count as a day.",
        f"The replayed rows are cut into {len(timeline.starts)} equal blocks, the periods; an "
        "outcome is known when its block is over.",
    ]
    if len(rows) < len(labels):
        said.append(f"{len(labels) - len(rows):,} leads whose outcome is not known are left out.")
    return Past(
        leads=kept,
        labels=labels[rows],
        rows=rows,
        times=None,
        ties=_ties(kept, schema, rows.astype(np.float64)),
        timeline=timeline,
        assumptions=tuple(said),
    )


def _taken(timeline: Timeline, rows: NDArray[np.intp]) -> Timeline:
    return replace(
        timeline, day=timeline.day[rows], ripe=timeline.ripe[rows], clock=timeline.clock[rows]
    )


def _ties(leads: Leads, schema: Schema, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a number in 0-1 for each lead, from what it is: the same in whatever row it stands."""
    x = fit_encoder(leads, schema).encode(leads)
    ids = zip(*leads.ids.values(), strict=True) if leads.ids else [()] * leads.n
    whole = [
        blake2b(
            repr((named, float(moment))).encode() + row.tobytes(),
            digest_size=8,
            usedforsecurity=False,
        ).digest()
        for named, moment, row in zip(ids, times, x, strict=True)
    ]
    return np.array([int.from_bytes(one, "big") for one in whole], np.float64) / 2.0**64
