"""The reference leads: what a margin, and a value, have meant so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadscore.model.lookup.places import Places, blocks
from leadscore.model.tables import Axis, axis_places

__all__ = ["Observed", "Reference"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What came of reference leads, cell by cell.

    Parameters
    ----------
    n : ndarray of int, shape (cells,)
        How many reference leads fell into each cell.
    converted : ndarray of int, shape (cells,)
        How many of them converted.
    """

    n: NDArray[np.int64]
    converted: NDArray[np.int64]

    def rates(self, cells: NDArray[np.intp]) -> Floats:
        """Return the observed rate in each of `cells`, 0-1, NaN where no lead fell."""
        n, converted = self.n[cells], self.converted[cells]
        return np.where(n > 0, converted / np.maximum(n, 1), np.nan)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The reference leads' margins, and for outcome models what came of them.

    Margins are held out: each from the models that did not see the lead.

    Parameters
    ----------
    margins : ndarray of shape (m,)
        Evenly spaced quantiles of the margins, rising.
    n : int
        The number of reference leads.
    likeness : ndarray of shape (cells - 1,)
        For outcome models: the margins that part leads into groups of the like; else empty.
    similar : Observed, optional
        What came of each group.
    intervals : ndarray of shape (cells, 2)
        The exact 95 % interval of each group's rate (Clopper and Pearson 1934).
    axes : tuple of Axis
        For outcome models: how each field's values are grouped; else empty.
    fields : tuple of Observed
        What came of each group of each field.
    """

    margins: Floats
    n: int
    likeness: Floats
    similar: Observed | None = None
    intervals: Floats
    axes: tuple[Axis, ...] = ()
    fields: tuple[Observed, ...] = ()

    def percentile(self, margin: Floats) -> Floats:
        """Return each margin's percentile among the reference leads, 0-100."""
        found = np.empty(len(margin))
        for block in blocks(len(margin)):
            found[block] = self._percentiles.at(margin[block])
        return found

    @cached_property
    def _percentiles(self) -> "_Percentiles":
        return _Percentiles(self.margins)

    def margin_at(self, share: float) -> float:
        """Return the margin below which `share` (0-1) of the reference leads lie."""
        return float(np.quantile(self.margins, share))

    def group_of(self, margin: Floats) -> NDArray[np.intp]:
        """Return each margin's group of similar leads."""
        return np.searchsorted(self.likeness, margin, side="right")

    def cell_of(self, field: int, values: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the group of each encoded value of `field`."""
        return axis_places(values, self.axes[field])

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the reference as named arrays, for a bundle."""
        arrays: dict[str, NDArray[np.generic]] = {
            "margins": self.margins,
            "n": np.array([self.n], dtype=np.int64),
            "likeness": self.likeness,
            "intervals": self.intervals,
        }
        if self.similar is not None:
            arrays |= {"similar.n": self.similar.n, "similar.converted": self.similar.converted}
        for place, (axis, seen) in enumerate(zip(self.axes, self.fields, strict=True)):
            arrays[f"field{place}.edges"] = axis.edges
            arrays[f"field{place}.levels"] = np.array([axis.levels], dtype=np.int64)
            arrays[f"field{place}.n"] = seen.n
            arrays[f"field{place}.converted"] = seen.converted
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Reference":
        """Return the reference that `to_arrays` wrote.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If the arrays do not fit together.
        """
        fields = sum(name.startswith("field") and name.endswith(".n") for name in arrays)
        axes = tuple(
            Axis(
                edges=np.asarray(arrays[f"field{i}.edges"], np.float32),
                levels=int(np.asarray(arrays[f"field{i}.levels"], np.int64)[0]),
            )
            for i in range(fields)
        )
        reference = cls(
            margins=np.asarray(arrays["margins"], np.float64),
            n=int(np.asarray(arrays["n"], np.int64)[0]),
            likeness=np.asarray(arrays["likeness"], np.float64),
            intervals=np.asarray(arrays["intervals"], np.float64).reshape(-1, 2),
            similar=_observed(arrays, "similar") if "similar.n" in arrays else None,
            axes=axes,
            fields=tuple(_observed(arrays, f"field{i}") for i in range(fields)),
        )
        reference.check()
        return reference

    def check(self) -> None:
        """Refuse a reference whose parts do not fit together.

        Raises
        ------
        ValueError
            If they do not.
        """
        groups = len(self.likeness) + 1 if self.similar else 0
        sizes = [(seen, axis.cells) for seen, axis in zip(self.fields, self.axes, strict=True)]
        sizes += [(self.similar, groups)] if self.similar else []
        edges = [np.asarray(axis.edges, np.float64) for axis in self.axes]
        rising = [self.margins, self.likeness, *edges]
        if not len(self.margins) or not all(_is_rising(one) for one in rising):
            raise ValueError("its margins or edges do not rise")
        if len(self.intervals) != groups or not all(_fits(*one) for one in sizes):
            raise ValueError("its counts do not fit its groups")


class _Percentiles:
    """The percentiles of margins on and between those of the reference leads."""

    def __init__(self, margins: Floats) -> None:
        known, counts = np.unique(margins, return_counts=True)
        below = np.concatenate([[0], np.cumsum(counts), [len(margins)]])
        # The middle of a tie, so that equal leads in the middle of the field score 50.
        twice_on = np.concatenate([[0], below[:-2] + below[1:-1], below[-1:]])
        self._places = Places(known)
        self._known = np.concatenate([known[:1], known, [np.nan]])
        # those between the reference margins, then those on one
        self._percentiles = 100.0 * 0.5 * np.concatenate([2 * below, twice_on]) / len(margins)

    def at(self, margin: Floats) -> Floats:
        place = self._places.find(margin)
        place += (self._known.take(place) == margin) * len(self._known)
        return self._percentiles.take(place)


def _observed(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Observed:
    return Observed(
        n=np.asarray(arrays[f"{name}.n"], np.int64),
        converted=np.asarray(arrays[f"{name}.converted"], np.int64),
    )


def _is_rising(values: Floats) -> bool:
    return bool(values.ndim == 1 and np.isfinite(values).all() and np.all(np.diff(values) >= 0))


def _fits(seen: Observed, cells: int) -> bool:
    counts = seen.n.shape == seen.converted.shape == (cells,)
    return counts and bool(np.all((seen.converted >= 0) & (seen.converted <= seen.n)))
