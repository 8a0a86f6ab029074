"""Leads as one float32 matrix: numbers as they are, categories as codes of a fixed list."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Schema
from leadscore.leads.table import Leads

__all__ = ["OTHER", "Encoder", "fit_encoder"]

Mask = NDArray[np.bool_]

#: The level that rare values share; values first seen at scoring join it where it exists.
OTHER = "(other)"
_RARE = 5
#: Stands for a value that is no level, until it joins the other rare ones.
_UNSEEN = -1.0
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
        return self.encode_noting(leads)[0]

    def encode_noting(self, leads: Leads) -> tuple[NDArray[np.float32], dict[str, Mask]]:
        """Return what `encode` does, and what `unseen` does, at the cost of one of them."""
        matrix = np.empty((leads.n, len(self.fields)), dtype=np.float32)
        unseen: dict[str, Mask] = {}
        for place, name in enumerate(self.fields):
            column = leads.columns[name]
            if name in self.levels:
                matrix[:, place], unseen[name] = self._codes(name, column)
            else:
                matrix[:, place] = _within(column)
        return matrix, unseen

    def unseen(self, leads: Leads) -> dict[str, Mask]:
        """Return, for each category field, which leads carry a value that training had not."""
        return {name: self._codes(name, leads.columns[name])[1] for name in self.levels}

    def unseen_places(self, leads: Leads) -> dict[int, Mask]:
        """Return what `unseen` does, by the places of the fields."""
        return {self.fields.index(name): mask for name, mask in self.unseen(leads).items()}

    def _codes(self, name: str, column: NDArray[np.generic]) -> tuple[NDArray[np.float32], Mask]:
        """Return a category's codes, and which of its values training had not."""
        code: dict[object, float] = {
            level: float(place) for place, level in enumerate(self.levels[name])
        }
        other = code.get(OTHER, np.nan)
        code[None] = np.nan
        found = np.fromiter(map(code.get, column, repeat(_UNSEEN)), np.float32, len(column))
        unseen = found == _UNSEEN
        found[unseen] = other
        return found, unseen


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
