"""Leads as one float32 matrix: numbers as they are, categories as codes of a fixed list."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Schema
from leadscore.leads.table import Leads

__all__ = ["OTHER", "Encoder", "fit_encoder"]

#: The level that rare values share; values first seen at scoring join it where it exists.
OTHER = "(other)"
_RARE = 5
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """The model's fields in order, and the fixed list of levels of each category.

    A category's code is its level's place. A value that is not in the list takes the code of
    ``(other)`` where training had rare levels, and is missing otherwise: never another level's
    code.

    Parameters
    ----------
    fields : tuple of str
        The scored fields in order.
    levels : mapping of str to tuple of str
        The levels of each category field.
    """

    fields: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    @property
    def categorical(self) -> tuple[int, ...]:
        """The places of the category fields."""
        return tuple(i for i, name in enumerate(self.fields) if name in self.levels)

    def encode(self, leads: Leads) -> NDArray[np.float32]:
        """Return the leads as a float32 matrix, shape (n, fields), NaN where missing.

        A number beyond what float32 can hold counts as the largest that it can.
        """
        matrix = np.empty((leads.n, len(self.fields)), dtype=np.float32)
        for place, name in enumerate(self.fields):
            column = leads.columns[name]
            known = self._codes(name, column) if name in self.levels else _within(column)
            matrix[:, place] = known
        return matrix

    def unseen(self, leads: Leads) -> dict[str, NDArray[np.bool_]]:
        """Return, for each category field, which leads carry a value that training had not."""
        return {
            name: np.array([value is not None and value not in known for value in column], bool)
            for name, known in ((name, set(self.levels[name])) for name in self.levels)
            for column in [leads.columns[name]]
        }

    def unseen_places(self, leads: Leads) -> dict[int, NDArray[np.bool_]]:
        """Return what `unseen` does, by the places of the fields."""
        return {self.fields.index(name): mask for name, mask in self.unseen(leads).items()}

    def _codes(self, name: str, column: NDArray[np.generic]) -> NDArray[np.float32]:
        code = {level: float(place) for place, level in enumerate(self.levels[name])}
        other = code.get(OTHER, np.nan)
        found = [np.nan if v is None else code.get(v, other) for v in column.tolist()]
        return np.array(found, dtype=np.float32)


def fit_encoder(leads: Leads, schema: Schema) -> Encoder:
    """Learn the fixed level lists from training leads.

    Levels with fewer than five leads are pooled as ``(other)``, and so is a value that is called
    ``(other)`` itself; the rest are in sorted order.
    """
    levels = {
        field.name: _levels(leads.columns[field.name])
        for field in schema.features
        if field.type in ("category", "text")
    }
    return Encoder(fields=tuple(field.name for field in schema.features), levels=levels)


def _within(column: NDArray[np.generic]) -> NDArray[np.float64]:
    # Infinity would pass the tables but be refused by XGBoost, which reads the deeper trees.
    return np.clip(np.asarray(column, np.float64), -_LARGEST, _LARGEST)


def _levels(column: NDArray[np.generic]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for value in column.tolist():
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    common = sorted(one for one, count in counts.items() if count >= _RARE and one != OTHER)
    return (*common, OTHER) if len(common) < len(counts) else tuple(common)
