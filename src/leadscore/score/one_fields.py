"""One value of one lead: found in a cell, and read as a text only where it must be."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Any  # Any: JSON values

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import Fault
from leadscore.leads.schema import Field
from leadscore.leads.table import Column
from leadscore.leads.values import parse_value, placeholder_numbers

__all__ = ["FieldCells", "category_cells", "least_rounded", "number_cells"]

Floats = NDArray[np.float64]

#: Beyond it a number counts as the largest that float32 can hold.
_LARGEST = float(np.finfo(np.float32).max)
#: Up to it every whole number is itself as a float.
_WHOLE = 2.0**53


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCells:
    """The cells that a field's values fall into.

    A cell is a span of numbers that are all alike to the model, or one category, and has a number
    of its own. A field's number is in cell ``first + i`` where ``edges[i - 1] <= number <
    edges[i]``; its last cells are that of unseen categories and that of what is missing.

    Parameters
    ----------
    field : Field
        The field.
    decimal : {".", ","}
        The decimal mark in texts.
    column : ndarray of shape (cells,)
        For each cell a value that falls into it.
    first : int
        The number of the first cell.
    plain : frozenset of type
        The types whose values mean the number that they are, where `quick` has a cell.
    edges : list of float
        Where each cell of numbers but the first begins, rising.
    quick : list of int, optional
        The cells of numbers, with None where a number may be a fault or stand for "missing".
    codes : mapping of str to tuple
        The code and the cell of each category.
    unseen, missing : tuple, optional
        The code and the cell of other categories, and of what is missing; None for a fault.
    """

    field: Field
    decimal: str
    column: Column
    first: int
    plain: frozenset[type]
    edges: list[float]
    quick: list[int | None]
    codes: dict[str, tuple[float, int]]
    unseen: tuple[float, int] | None
    missing: tuple[float, int] | None

    def find(self, value: Any) -> tuple[float, int] | None:
        """Return the number (of a category its code) and the cell of any value; None of a fault."""
        if value is None:
            return self.missing
        if isinstance(value, str) and value in self.codes:
            return self.codes[value]
        number = value.item() if isinstance(value, np.generic) else value
        # a whole float means what an int does
        if type(number) in self.plain or (isinstance(number, float) and number.is_integer()):
            cell = self.quick[bisect_right(self.edges, number)]
            if cell is not None:
                return number, cell
        return self.placed(parse_value(value, self.field, decimal=self.decimal))

    def placed(self, parsed: float | str | Fault | None) -> tuple[float, int] | None:
        """Return what `find` does, for a value that was read already: what `parse_value` says."""
        if parsed is None:
            return self.missing
        if isinstance(parsed, Fault):
            return None
        if isinstance(parsed, str):
            return self.codes.get(parsed, self.unseen)
        number = min(max(parsed, -_LARGEST), _LARGEST)
        return number, self.first + bisect_right(self.edges, number)


def number_cells(field: Field, edges: Floats, *, decimal: str = ".", first: int = 0) -> FieldCells:
    """Return the cells of a field of numbers, flags or times.

    Parameters
    ----------
    field : Field
        The field.
    edges : ndarray
        The numbers from which on the model sees another thing, in any order.
    decimal : {".", ","}
        The decimal mark in texts.
    first : int
        The number of the first cell.

    Examples
    --------
    >>> cells = number_cells(Field(name="visits", type="integer"), np.array([5.0]))
    >>> cells.find(4) == cells.find("3"), cells.find(5) == cells.find("4")
    (False, False)
    """
    turns = _turns(field)
    bounds = np.unique(np.concatenate([edges, turns]))
    starts = np.concatenate([[-np.inf], bounds])
    plain = np.array([_is_plain(start, field) for start in [-np.inf, *turns.tolist()]])
    cells = enumerate(plain[np.searchsorted(turns, starts, side="right")].tolist(), start=first)
    return FieldCells(
        field=field,
        decimal=decimal,
        column=np.append(np.clip(starts, -_LARGEST, _LARGEST), np.nan),
        first=first,
        plain=_plain_types(field),
        edges=bounds.tolist(),
        quick=[cell if quick else None for cell, quick in cells],
        codes={},
        unseen=None,
        missing=(np.nan, first + len(starts)) if field.missing else None,
    )


def category_cells(
    field: Field, codes: dict[str, float], other: float, *, decimal: str = ".", first: int = 0
) -> FieldCells:
    """Return the cells of a field of texts.

    Parameters
    ----------
    field : Field
        The field.
    codes : dict of str to float
        The code of each category.
    other : float
        The code of any other text.
    decimal : {".", ","}
        The decimal mark in texts.
    first : int
        The number of the first cell.
    """
    # longer than each of them, and so none of them
    nobodys = "".join(codes) + "?"
    return FieldCells(
        field=field,
        decimal=decimal,
        column=np.array([*codes, nobodys, None], dtype=object),
        first=first,
        plain=frozenset(),
        edges=[],
        quick=[None],
        codes={
            text: (code, cell)
            for cell, (text, code) in enumerate(codes.items(), start=first)
            if parse_value(text, field, decimal=decimal) == text
        },
        unseen=(other, first + len(codes)),
        missing=(np.nan, first + len(codes) + 1) if field.missing else None,
    )


def least_rounded(bounds: NDArray[np.floating]) -> Floats:
    """Return the least numbers that, rounded to float32, are no less than `bounds`.

    Examples
    --------
    >>> least_rounded(np.array([1.0])) < 1.0
    array([ True])
    """
    with np.errstate(over="ignore"):
        near = bounds.astype(np.float32)
        upper = np.where(near < bounds, np.nextafter(near, np.float32(np.inf)), near)
        lower = np.nextafter(upper, np.float32(-np.inf))
        # exact in float64; what lies in the middle is rounded to the even one of the two
        middle = (lower.astype(np.float64) + upper.astype(np.float64)) / 2
        up = middle.astype(np.float32) >= bounds
    return np.where(up, middle, np.nextafter(middle, np.inf))


def _turns(field: Field) -> Floats:
    """Return where numbers that are allowed, and mean what they are, begin and end."""
    spans = [field.limits or (-np.inf, np.inf), (-_WHOLE, _WHOLE)]
    spans += [(number, number) for number in placeholder_numbers(field)]
    if field.type == "flag":
        spans += [(0.0, 0.0), (1.0, 1.0)]
    lows, highs = np.array(spans, np.float64).T
    turns = np.unique(np.concatenate([lows, np.nextafter(highs, np.inf)]))
    return np.asarray(turns[np.isfinite(turns)])


def _is_plain(number: float, field: Field) -> bool:
    """Tell whether such numbers mean what they are; of an integer's, the whole ones."""
    if field.type == "time" or not -_WHOLE <= number <= _WHOLE:
        return False
    part = replace(field, type="number") if field.type == "integer" else field
    return parse_value(number, part) == number


def _plain_types(field: Field) -> frozenset[type]:
    match field.type:
        case "integer":
            return frozenset([int])
        case "number":
            return frozenset([int, float])
        case "flag":
            truths = [parse_value(one, field) for one in (False, True)]
            return frozenset([int, float, bool] if truths == [0.0, 1.0] else [int, float])
        case _:
            return frozenset()
