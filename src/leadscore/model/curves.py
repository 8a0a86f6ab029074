"""Curves: a score as one line of straight pieces a number, and one table a category."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.lookup.lines import Line
from leadscore.model.lookup.places import blocks

__all__ = ["Curve", "Curves"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What one field does.

    Parameters
    ----------
    knots : ndarray
        A number's knots, rising; empty for a category.
    heights : ndarray
        The effect at each knot, straight between knots and flat beyond them; for a category the
        effect of each level.
    missing : float
        The effect where the value is missing.
    """

    knots: Floats
    heights: Floats
    missing: float

    def effects(self, values: NDArray[np.float32]) -> Floats:
        """Return the field's effect for each of its values, shape (n,)."""
        if len(self.knots):
            return self._line.at(values.astype(np.float64))
        # past the last level is what is missing
        levels = np.float32(len(self.heights))
        return self._levels.take(np.fmin(values, levels).astype(np.intp))

    def moved(self, by: float) -> "Curve":
        """Return the curve with `by` added to every effect."""
        return Curve(knots=self.knots, heights=self.heights + by, missing=self.missing + by)

    @cached_property
    def _line(self) -> Line:
        return Line(self.knots, self.heights, missing=self.missing)

    @cached_property
    def _levels(self) -> Floats:
        return np.append(self.heights, self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """A score as curves.

    Parameters
    ----------
    base : float
        The margin of the average reference lead.
    curves : tuple of Curve
        One a field.
    """

    base: float
    curves: tuple[Curve, ...]
    kind: Literal["curves"] = field(default="curves", init=False)

    def effects(self, x: NDArray[np.float32]) -> Floats:
        """Return each field's effect on the margin of each lead, shape (n, fields)."""
        effects = np.empty(x.shape, dtype=np.float64)
        for block in blocks(len(x)):
            columns = np.ascontiguousarray(x[block].T)
            for place, curve in enumerate(self.curves):
                effects[block, place] = curve.effects(columns[place])
        return effects

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the curves as named arrays, for a bundle."""
        arrays: dict[str, NDArray[np.generic]] = {"base": np.array([self.base])}
        for place, curve in enumerate(self.curves):
            arrays[f"field{place}.knots"] = curve.knots
            arrays[f"field{place}.heights"] = curve.heights
            arrays[f"field{place}.missing"] = np.array([curve.missing])
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Curves":
        """Return the curves that `to_arrays` wrote.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If a curve's knots do not rise or do not fit its heights.
        """
        fields = sum(name.endswith(".knots") for name in arrays)
        return cls(
            base=float(np.asarray(arrays["base"], np.float64)[0]),
            curves=tuple(_curve(arrays, f"field{place}") for place in range(fields)),
        )


def _curve(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Curve:
    knots, heights, missing = (
        np.asarray(arrays[f"{name}.{part}"], np.float64) for part in ("knots", "heights", "missing")
    )
    rising = np.all(np.isfinite(knots)) and np.all(np.diff(knots) > 0)
    if not rising or (len(knots) and len(knots) != len(heights)):
        raise ValueError(f"{name} is not a curve")
    if not len(heights):
        raise ValueError(f"{name} has no heights")
    return Curve(knots=knots, heights=heights, missing=float(missing[0]))
