"""From a margin to probabilities that come true."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.link import cumulative_to_classes, sigmoid

__all__ = ["Calibration"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
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
        margin = np.asarray(margin, dtype=np.float64)
        if self.kind == "line":
            above = sigmoid(self.slope * margin[:, None] - self.cuts)
        else:
            curves = zip(self.knots, self.heights, strict=True)
            above = np.stack([np.interp(margin, at, height) for at, height in curves], axis=1)
            above = np.minimum.accumulate(above, axis=1)
        shares = cumulative_to_classes(_apart(np.asarray(above, np.float64), self.floor))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

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


def _apart(above: Floats, floor: float) -> Floats:
    """Return P(above each cut) with at least `floor` between neighbours, 1 and 0.

    Raising small shares and dividing by the sum would let a class get less likely as the margin
    rises, if only by the floor; maxima and minima of what rises still rise.
    """
    steps = floor * np.arange(1, above.shape[1] + 1)
    lifted = np.maximum.accumulate((above + steps)[:, ::-1], axis=1)[:, ::-1] - steps
    return np.clip(lifted, steps[::-1], 1.0 - steps)


def _arrays(raw: object) -> tuple[Floats, ...]:
    if not isinstance(raw, list):
        raise TypeError("a list of curves belongs here")
    return tuple(np.array(one, dtype=np.float64) for one in raw)
