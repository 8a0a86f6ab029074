"""What every kind of fitted score offers: a base, and one effect a field."""

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Engine", "EngineKind"]

EngineKind = Literal["tables", "curves", "trees"]


class Engine(Protocol):
    """Encoded leads in, effects out; the margin is the base and the sum of the effects."""

    @property
    def kind(self) -> EngineKind:
        """Which engine it is."""

    @property
    def base(self) -> float:
        """The margin of the average reference lead."""

    def effects(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each field's effect on the margin of each lead, shape (n, fields)."""
