"""What a model does not know: which classes it cannot rule out, and what it has never seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.model.conformal import ClassSets
from leadscore.model.known import Known

__all__ = ["Doubt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a model keeps to say how far it can be trusted about a lead.

    Parameters
    ----------
    sets : ClassSets
        The classes that cannot be ruled out.
    known : Known
        What the reference leads had in each field.
    """

    sets: ClassSets
    known: Known

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return it as named arrays, for a bundle."""
        sets = {f"sets.{name}": array for name, array in self.sets.to_arrays().items()}
        return sets | {f"known.{name}": array for name, array in self.known.to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Doubt":
        """Return what `to_arrays` wrote.

        Raises
        ------
        KeyError
            If an array is missing.
        ValueError
            If the arrays do not fit together.
        """
        return cls(
            sets=ClassSets.from_arrays(_under("sets.", arrays)),
            known=Known.from_arrays(_under("known.", arrays)),
        )


def _under(
    prefix: str, arrays: Mapping[str, NDArray[np.generic]]
) -> dict[str, NDArray[np.generic]]:
    return {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}
