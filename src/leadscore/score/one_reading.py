"""Reading one lead: from what JSON has to what an engine keeps for it."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar  # Any: JSON values

from leadscore.leads.refusal import refused_lead
from leadscore.leads.schema import Field, Schema
from leadscore.score.one_cells import Cells, other_cells
from leadscore.score.one_fields import FieldCells

__all__ = ["LeadReader"]

_Kept = TypeVar("_Kept")
#: A field's name, its plain types, and how to find what is kept: by common numbers, by edges, and
#: at last as a cell.
_Plan = tuple[
    str,
    frozenset[type],
    dict[int, _Kept],
    list[float],
    list[_Kept | None],
    Callable[[object], tuple[float, int] | None],
]

#: Whole numbers that most fields have: what is kept for them is found at once.
_COMMON = range(1024)


class LeadReader(Generic[_Kept]):
    """From a lead, as JSON has it, to what an engine keeps for the cells of its fields.

    Parameters
    ----------
    schema : Schema
        The schema.
    cells : Cells
        The cells of the scored fields.
    kept : sequence
        What the engine keeps for each cell.
    """

    def __init__(self, schema: Schema, cells: Cells, kept: Sequence[_Kept]) -> None:
        self._schema, self._kept, self._odd = schema, kept, cells.missing | cells.strange
        usual = [None if cell in self._odd else one for cell, one in enumerate(kept)]
        others = [other_cells(one, schema.decimal) for one in schema.fields if _is_other(one)]
        # a tuple is taken apart in less time than attributes are looked up
        self._scored = [_plan(one, usual) for one in cells.fields]
        self._others = [_plan(one, [True] * len(one.column)) for one in others]

    def read(self, lead: Mapping[str, object]) -> tuple[list[float], list[_Kept], list[int]]:
        """Return a lead as its scored fields have it.

        Returns
        -------
        numbers : list of float
            Each field's number; of a category its code; NaN where missing.
        kept : list
            What is kept for each field's cell.
        odd : list of int
            The cells of what is missing or strange.

        Raises
        ------
        BadInput
            With every fault of the lead.
        """
        get: Callable[[str], Any] = lead.get
        numbers, kept, odd = [], [], []
        for name, plain, common, edges, quick, find in self._scored:
            value, one = get(name), None
            if type(value) in plain:
                one = common.get(value)
                if one is None:
                    one = quick[bisect_right(edges, value)]
            if one is None:
                found = find(value)
                if found is None:
                    raise refused_lead(lead, self._schema)
                value, cell = found
                one = self._kept[cell]
                if cell in self._odd:
                    odd.append(cell)
            numbers.append(value)
            kept.append(one)
        self._check(get, lead)
        if len(odd) == len(kept) and not any(plan[0] in lead for plan in self._scored):
            raise refused_lead(lead, self._schema)
        return numbers, kept, odd

    def _check(self, get: Callable[[str], Any], lead: Mapping[str, object]) -> None:
        """Refuse a lead for its fields that are not scored."""
        for name, plain, common, _, _, find in self._others:
            value = get(name)
            fine = type(value) in plain and common.get(value)
            if not fine and find(value) is None:
                raise refused_lead(lead, self._schema)


def _is_other(field: Field) -> bool:
    """Tell whether the values of a field that is not scored may be faults all the same."""
    return not field.scored and field.role not in ("id", "label", "ignore")


def _plan(cells: FieldCells, kept: Sequence[_Kept | None]) -> _Plan[_Kept]:
    """Return how to find what is kept for a field's cells; None where only `find` can tell."""
    quick = [None if cell is None else kept[cell] for cell in cells.quick]
    at_once = ((number, quick[bisect_right(cells.edges, number)]) for number in _COMMON)
    common = {number: one for number, one in at_once if one is not None}
    return cells.field.name, cells.plain, common, cells.edges, quick, cells.find
