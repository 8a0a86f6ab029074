"""The quality of the data: what a person should know about a file before training on it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.audit.findings import Quality
from leadscore.audit.quality_label import outcomes, straddling_groups
from leadscore.audit.quality_open import open_as_lost, unripe
from leadscore.audit.quality_rows import repeated_people, repeated_rows, row_keys
from leadscore.audit.quality_time import drift, label_rates, rate_moves
from leadscore.audit.quality_values import dead_columns, odd_values
from leadscore.errors import Fault
from leadscore.leads.conform import conform
from leadscore.leads.guess.names import says_came_in
from leadscore.leads.schema import Schema
from leadscore.leads.table import Column, Leads

__all__ = ["faults_quality", "quality", "with_time"]


def quality(
    frame: pd.DataFrame, leads: Leads, schema: Schema, labels: NDArray[np.int64] | None
) -> tuple[Quality, ...]:
    """Return what is odd about the data, the label first.

    Parameters
    ----------
    frame : pandas.DataFrame of n rows
        The file as it was read.
    leads : Leads
        Its leads.
    schema : Schema
        Its schema.
    labels : ndarray of int64 of shape (n,), optional
        The classes, -1 where unknown; None where the file has no label.
    """
    return tuple(_found(frame, *with_time(frame, leads, schema), labels))


def with_time(frame: pd.DataFrame, leads: Leads, schema: Schema) -> tuple[Leads, Schema]:
    """Return leads and schema with the ignored numbers and dates, and with a time if one is plain.

    An inferred schema ignores dates. Where it has neither a time nor an order, and one date alone
    is named as the day that leads came in, that is the time here.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file.
    leads : Leads
        Its leads.
    schema : Schema
        Its schema.
    """
    whole = replace(leads, columns={**leads.columns, **_ignored(frame, schema)})
    dates = [one for one in schema.with_role("ignore") if one.type == "time"]
    named = [one.name for one in dates if says_came_in(one.name)]
    if schema.with_role("time") or schema.order or len(named) != 1:
        return whole, schema
    fields = tuple(
        replace(one, role="time") if one.name == named[0] else one for one in schema.fields
    )
    return whole, replace(schema, fields=fields)


def faults_quality(faults: tuple[Fault, ...]) -> tuple[Quality, ...]:
    """Return, in one, the values that the schema does not allow.

    Parameters
    ----------
    faults : tuple of Fault
        All faults of the file, with their lines where it has any.
    """
    if not faults:
        return ()
    names = tuple(name for name, _ in Counter(one.field for one in faults).most_common())
    count = "1 value is" if len(faults) == 1 else f"{len(faults):,} values are"
    words = f"{count} not what the schema allows, for example {faults[0].words()}."
    return (Quality(kind="faults", fields=names, value=float(len(faults)), words=words),)


def _found(
    frame: pd.DataFrame, leads: Leads, schema: Schema, labels: NDArray[np.int64] | None
) -> Iterator[Quality]:
    label = schema.label.field if schema.label else ""
    yield from outcomes(labels, schema)
    if labels is not None:
        yield from rate_moves(label_rates(leads, schema, labels), label)
        yield from unripe(leads, schema, labels)
        yield from open_as_lost(frame, leads, schema, labels)
    yield from drift(leads, schema)
    yield from straddling_groups(frame, schema)
    keys = row_keys(frame)
    yield from repeated_rows(keys, ids=bool(leads.ids))
    yield from repeated_people(frame, keys, schema)
    yield from odd_values(leads.columns, schema)
    yield from dead_columns(frame, label=label)


def _ignored(frame: pd.DataFrame, schema: Schema) -> Mapping[str, Column]:
    """Return the numbers and dates that the schema ignores; they can be odd all the same."""
    kinds = ("integer", "number", "time")
    fields = tuple(
        # any role will do that is read and not scored
        replace(one, role="audit", missing=True)
        for one in schema.with_role("ignore")
        if one.type in kinds and one.name in frame
    )
    if not fields:
        return {}
    told = replace(schema, fields=fields, label=None)
    return conform(frame[[one.name for one in fields]], told).leads.columns
