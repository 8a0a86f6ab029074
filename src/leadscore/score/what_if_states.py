"""States: leads with some of their fields changed already, on the way through a search."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.score.what_if_gains import Gains

__all__ = ["States", "conditional", "start_from"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Leads with some fields changed already; a lead may be there more than once.

    Parameters
    ----------
    row : ndarray of int, shape (s,)
        The leads.
    fields : tuple of int
        The fields that were decided, as places among the moves.
    values : ndarray of int, shape (s, fields)
        Their values, as places among the field's; -1 for a field that stays as it is.
    gain, cost : ndarray of shape (s,)
        What these changes add to the margin, and how large they are.
    """

    row: Places
    fields: tuple[int, ...]
    values: Places
    gain: Floats
    cost: Floats

    def take(self, kept: Mask | Places) -> "States":
        """Return the states at `kept`."""
        return States(
            row=self.row[kept],
            fields=self.fields,
            values=self.values[kept],
            gain=self.gain[kept],
            cost=self.cost[kept],
        )

    def moved(self, field: int, value: Places, gain: Floats, cost: Floats) -> "States":
        """Return the states with one field more, which adds `gain` and costs `cost`."""
        return States(
            row=self.row,
            fields=(*self.fields, field),
            values=np.column_stack([self.values, value]),
            gain=self.gain + gain,
            cost=self.cost + cost,
        )


def start_from(rows: Places) -> States:
    """Return leads of which nothing has changed."""
    nothing = np.zeros(len(rows))
    none = np.zeros((len(rows), 0), dtype=np.intp)
    return States(row=rows, fields=(), values=none, gain=nothing, cost=nothing)


def conditional(gains: Gains, states: States, field: int) -> Floats:
    """Return what each value of `field` adds to each state, shape (states, values)."""
    gain = gains.options[field].gain[states.row]
    for place, one in enumerate(states.fields):
        joint = gains.joints.get((one, field))
        if joint is not None:
            chosen = states.values[:, place]
            beyond = joint.beyond(states.row, chosen)
            gain = gain + np.where(chosen[:, None] < 0, 0.0, beyond)
    return gain
