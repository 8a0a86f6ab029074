"""From a margin to probabilities that come true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.link import sigmoid
from leadscore.model.lookup.lines import Line
from leadscore.model.lookup.places import blocks

__all__ = ["Calibration"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """For each cut between classes, how P(above the cut) grows with the margin.

    Parameters
    ----------
    kind : {"line", "steps"}
        ``line``: ``sigmoid(slope * margin - cut)`` with one slope (Platt 1999, for ordered
        classes); ``steps``: a rising curve through knots (isotonic regression, Zadrozny and
        Elkan 2002), straight between them and flat beyond.
    slope : float
        The slope of a line.
    cuts : ndarray of shape (K - 1,)
        The cut points of a line.
    knots : tuple of ndarray
        For steps: for each cut the margins of its knots, rising.
    heights : tuple of ndarray
        For steps: P(above the cut) at each knot.
    floor : float
        The least probability that a class is given, 0-1.
    """

    kind: Literal["line", "steps"]
    slope: float = 1.0
    cuts: Floats
    knots: tuple[Floats, ...] = ()
    heights: tuple[Floats, ...] = ()
    floor: float = 0.0

    def probabilities(self, margin: NDArray[np.floating]) -> Floats:
        """Return P(class) for each margin, shape (n, K); rows sum to one."""
        wide = np.asarray(margin, dtype=np.float64)
        cuts = len(self.cuts) if self.kind == "line" else len(self.knots)
        found = np.empty((len(wide), cuts + 1))
        for block in blocks(len(wide)):
            above = _apart(self._above(wide[block]), self.floor)
            rest = pairwise([np.ones(1), *above, np.zeros(1)])
            shares = [np.maximum(one - beyond, 0.0) for one, beyond in rest]
            total = sum(shares[1:], start=shares[0])
            for place, share in enumerate(shares):
                np.divide(share, total, out=found[block, place])
        return found

    def to_json(self) -> dict[str, object]:
        """Return the calibration as JSON values."""
        return {
            "kind": self.kind,
            "slope": self.slope,
            "cuts": self.cuts.tolist(),
            "knots": [one.tolist() for one in self.knots],
            "heights": [one.tolist() for one in self.heights],
            "floor": self.floor,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> "Calibration":
        """Return the calibration that `to_json` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a part is missing or of another type or shape.
        """
        kind = raw["kind"]
        if kind not in ("line", "steps"):
            raise ValueError(f"no calibration is called {kind!r}")
        found = cls(
            kind="line" if kind == "line" else "steps",
            slope=float(np.asarray(raw["slope"], np.float64)),
            cuts=np.array(raw["cuts"], dtype=np.float64),
            knots=_arrays(raw["knots"]),
            heights=_arrays(raw["heights"]),
            floor=float(np.asarray(raw["floor"], np.float64)),
        )
        for at, height in zip(found.knots, found.heights, strict=True):
            if len(at) != len(height) or not len(at) or np.any(np.diff(at) < 0):
                raise ValueError("a calibration curve's knots do not fit")
        return found

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(map(Line, self.knots, self.heights))

    def _above(self, margin: Floats) -> list[Floats]:
        """Return P(above each cut), never rising from cut to cut."""
        if self.kind == "line":
            return [sigmoid(self.slope * margin - cut) for cut in self.cuts]
        return list(accumulate((one.at(margin) for one in self._lines), np.minimum))


def _apart(above: Sequence[Floats], floor: float) -> list[Floats]:
    """Return P(above each cut) with at least `floor` between neighbours, 1 and 0.

    Raising small shares and dividing by the sum would let a class get less likely as the margin
    rises, if only by the floor; maxima and minima of what rises still rise.
    """
    steps = [floor * (at + 1) for at in range(len(above))]
    raised = [one + step for one, step in zip(above, steps, strict=True)]
    lifted = list(accumulate(reversed(raised), np.maximum))[::-1]
    return [
        (one - step).clip(least, 1.0 - step)
        for one, step, least in zip(lifted, steps, reversed(steps), strict=True)
    ]


def _arrays(raw: object) -> tuple[Floats, ...]:
    if not isinstance(raw, list):
        raise TypeError("a list of curves belongs here")
    return tuple(np.array(one, dtype=np.float64) for one in raw)
