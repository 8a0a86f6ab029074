"""Whether too little is known of one lead for a score."""

from collections.abc import Sequence

import numpy as np

from leadscore.model.known import Known
from leadscore.score.one_cells import Cells

__all__ = ["OneDoubt"]


class OneDoubt:
    """The rule of `Known.unknown`, for one lead and by its odd cells.

    Parameters
    ----------
    known : Known, optional
        What the model has seen; without it only a lead of which all is missing has no score.
    cells : Cells
        The cells of the model's fields.
    """

    def __init__(self, known: Known | None, cells: Cells) -> None:
        self._known = known
        self._missing, self._strange = cells.missing, cells.strange
        self._fields = len(cells.fields)
        weights = [0.0] * self._fields if known is None else known.weight.tolist()
        self._weight = {
            one.first + at: weight
            for one, weight in zip(cells.fields, weights, strict=True)
            for at in range(len(one.column))
        }

    def is_too_much(self, odd: Sequence[int]) -> bool:
        """Tell whether too much is missing or strange for a score.

        Parameters
        ----------
        odd : sequence of int
            The cells of what is, in the fields' order.
        """
        if len(odd) == self._fields and self._missing.issuperset(odd):
            return True
        if self._known is None or not odd:
            return False
        count = sum(cell in self._strange for cell in odd)
        share = 0.0
        for cell in odd:
            share += self._weight[cell]
        return bool(self._known.too_much(np.array([share]), np.array([count]))[0])
