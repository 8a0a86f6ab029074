"""Boosted trees of any depth: a forest, and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.model.forest.arrays import Forest, check_forest
from leadscore.model.forest.grow import grow
from leadscore.model.forest.run import Run
from leadscore.model.member import Member, read_members

__all__ = ["Trees"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Trees:
    """The mean margin of boosted trees, with exact Shapley effects.

    Effects are path-dependent TreeSHAP (Lundberg et al. 2020, From Local Explanations to Global
    Understanding), as XGBoost's own ``pred_contribs`` are, summed over the columns of a field.
    Neither they nor the margin need XGBoost.

    Parameters
    ----------
    forest : Forest
        The members' trees.
    fields : int
        The number of fields.
    members : tuple of Member
        The models that it was grown from; empty where a bundle kept the forest.
    """

    forest: Forest
    fields: int
    members: tuple[Member, ...] = ()
    kind: Literal["trees"] = field(default="trees", init=False)

    @classmethod
    def centred(cls, members: Sequence[Member], *, fields: int) -> "Trees":
        """Return the engine of `members`; its base is what they give to no field at all."""
        forest = grow(members)
        check_forest(forest, fields=fields)
        return cls(forest=forest, fields=fields, members=tuple(members))

    @classmethod
    def from_parts(cls, parts: Mapping[str, bytes], *, fields: int) -> "Trees":
        """Return the engine whose members are kept in `parts`, as `member_parts` wrote them.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a part is missing or is not what it should be.
        """
        return cls.centred(read_members(parts), fields=fields)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], *, fields: int) -> "Trees":
        """Return the engine whose forest `to_arrays` wrote.

        Raises
        ------
        KeyError, ValueError
            If an array is missing or is not what it should be.
        """
        return cls(forest=Forest.from_arrays(arrays, fields=fields), fields=fields)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the forest as named arrays, for a bundle."""
        return self.forest.to_arrays()

    @property
    def base(self) -> float:
        """The margin of the average training lead."""
        return self._run.base

    def probabilities(self, x: NDArray[np.float32]) -> Floats | None:
        """Return the trees' own P(class), shape (n, K); None where a calibration makes them.

        A softmax over three classes keeps more than its one margin can say.
        """
        return self.told(x)[1] if self._speaks else None

    def margin(self, x: NDArray[np.float32]) -> Floats:
        """Return each lead's margin, shape (n,), without its effects: many times cheaper.

        It differs from the base and the sum of the effects by less than a millionth.
        """
        return np.ascontiguousarray(self._run.told(x)[:, 0])

    def told(self, x: NDArray[np.float32]) -> tuple[Floats, Floats | None]:
        """Return what `margin` and `probabilities` do, on one way through the trees."""
        told = self._run.told(x)
        shares = told[:, -self.forest.classes :] if self._speaks else None
        return np.ascontiguousarray(told[:, 0]), shares

    def effects(self, x: NDArray[np.float32]) -> Floats:
        """Return each field's effect on the margin of each lead, shape (n, fields)."""
        return self._run.effects(x)

    def edges(self, place: int) -> NDArray[np.float32]:
        """Return the values from which on trees see the field at `place` otherwise, rising.

        None for a category.
        """
        forest = self.forest
        numbers = (forest.sources == place) & (np.diff(forest.starts) == 0)
        asked = np.flatnonzero(forest.columns >= 0)
        return np.unique(forest.edges[asked[numbers[forest.columns[asked]]]])

    @cached_property
    def _speaks(self) -> bool:
        """Say whether the sums of its classes make probabilities."""
        return self.forest.classes > 1 and int(self.forest.members[0]) == 1

    @cached_property
    def _run(self) -> Run:
        return Run(self.forest, self.fields)
