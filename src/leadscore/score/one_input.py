"""Reading one lead whole: what a model scores it by, and what is kept of it as it was read."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple  # Any: JSON values, and what an engine keeps for a cell

from leadscore.errors import Fault
from leadscore.leads.event import Scalar
from leadscore.leads.refusal import refused_lead
from leadscore.leads.schema import Field, Schema
from leadscore.leads.values import LEAD_ID, as_text, parse_value
from leadscore.score.notes import NoteKind, note_words
from leadscore.score.one_cells import Cells, other_cells
from leadscore.score.one_fields import FieldCells
from leadscore.score.words import Value, plain_value

__all__ = ["InputReader", "OneInput", "OneNote"]

#: Whole numbers that most fields have: what is kept for them is found at once.
_COMMON = range(1024)


class OneNote(NamedTuple):
    """A note about one field of a lead, and the field's place in the schema."""

    place: int
    field: str
    kind: NoteKind
    words: str


class OneInput(NamedTuple):
    """A lead as it was read.

    ``numbers``, ``kept`` and ``odd`` are what an engine scores: each scored field's number (of a
    category its code; NaN where missing), what is kept for its cell, and the cells of what is
    missing or strange. ``said`` has each scored field's value as JSON has it, and then that of
    each other field that is kept; None where missing.
    """

    numbers: list[float]
    kept: list[Any]
    odd: list[int]
    said: list[Any]
    notes: list[OneNote]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How to read one field.

    Parameters
    ----------
    place : int
        The field's place in the schema.
    cells : FieldCells
        Its cells.
    types : frozenset of type
        The types of the values that are found at once: those that mean themselves.
    common : mapping
        What is kept for some of these values.
    quick : list
        What is kept for each cell of numbers; None where only reading a value whole can tell.
    codes : mapping
        The code of each category; empty for numbers, which are their own.
    plain : callable
        From such a value to what JSON has.
    """

    place: int
    cells: FieldCells
    types: frozenset[type]
    common: Mapping[Any, Any]
    quick: list[Any]
    codes: Mapping[Any, float]
    plain: Callable[[Any], Scalar]

    @property
    def field(self) -> Field:
        return self.cells.field

    def flat(self) -> "_Flat":
        """Return it as a tuple, which is taken apart in less time than attributes are looked up."""
        edges = self.cells.edges
        return (
            *(self.field.name, self.types, self.common, edges, self.quick),
            *(self.codes, self.plain, self),
        )


_Flat = tuple[
    str,
    frozenset[type],
    Mapping[Any, Any],
    list[float],
    list[Any],
    Mapping[Any, float],
    Callable[[Any], Scalar],
    _Plan,
]


class InputReader:
    """From a lead, as JSON has it, to a model's own view of it and to what is kept of it.

    Parameters
    ----------
    schema : Schema
        The schema.
    cells : Cells
        The cells of the scored fields.
    kept : sequence
        What the engine keeps for each cell.

    Attributes
    ----------
    fields : tuple of Field
        The fields whose values are kept, in the order of ``OneInput.said``: the scored ones first.
    """

    def __init__(self, schema: Schema, cells: Cells, kept: Sequence[object]) -> None:
        self._schema, self._kept = schema, kept
        self._odd = cells.missing | cells.strange
        usual = [None if cell in self._odd else one for cell, one in enumerate(kept)]
        places = {one.name: place for place, one in enumerate(schema.fields)}
        judged = [one for one in schema.fields if one.held and not one.scored]
        others = [_judged(places[one.name], one, schema.decimal) for one in judged]
        scored = [_plan(places[one.field.name], one, usual) for one in cells.fields]
        told = scored + [one for one in others if _is_kept(one.field)]
        self.fields = tuple(one.field for one in told)
        self._scored = [one.flat() for one in scored]
        self._others = [one.flat() for one in told[len(scored) :]]
        self._refused = [one for one in others if not _is_kept(one.field)]
        self._spans = [
            (at, one.place, *one.field.range)
            for at, one in enumerate(told)
            if one.field.range is not None and one.field.type in ("integer", "number")
        ]
        ids = [one.name for one in schema.with_role("id")] or [LEAD_ID]
        self._ids = sorted(ids, key=lambda name: name != LEAD_ID)

    def lead_id(self, lead: Mapping[str, object]) -> str | None:
        """Return a lead's own id; None where it has none."""
        for name in self._ids:
            if name in lead:
                return as_text(lead[name]) or None
        return None

    def read(self, lead: Mapping[str, object]) -> OneInput:
        """Return a lead as it is read.

        Raises
        ------
        BadInput
            With every fault of the lead.
        """
        found = OneInput([], [], [], [], [])
        self._read_scored(lead, found)
        self._read_others(lead, found)
        if len(found.odd) == len(found.kept) and not any(one[0] in lead for one in self._scored):
            raise refused_lead(lead, self._schema)
        self._note_unusual(found)
        return found

    def _read_scored(self, lead: Mapping[str, object], found: OneInput) -> None:
        get: Callable[[str], Any] = lead.get
        numbers, kept, _, said, _ = found
        for name, types, common, edges, quick, codes, plain, plan in self._scored:
            value = get(name)
            if type(value) in types:
                one = common.get(value)
                if one is None:
                    one = quick[bisect_right(edges, value)]
                if one is not None:
                    numbers.append(codes[value] if codes else value)
                    kept.append(one)
                    said.append(plain(value))
                    continue
            self._read_whole(plan, value, lead, found)

    def _read_others(self, lead: Mapping[str, object], found: OneInput) -> None:
        """Read the fields that are kept but not scored, and refuse the faults of all others."""
        for name, types, common, edges, quick, _, plain, plan in self._others:
            value: Any = lead.get(name)
            if type(value) in types and (common.get(value) or quick[bisect_right(edges, value)]):
                found.said.append(plain(value))
            else:
                found.said.append(plain_value(plan.field, self._parsed(plan, value, lead)))
        for plan in self._refused:
            self._parsed(plan, lead.get(plan.field.name), lead)

    def _read_whole(
        self, plan: _Plan, value: object, lead: Mapping[str, object], found: OneInput
    ) -> None:
        """Read a value of a scored field that does not simply mean itself."""
        parsed = self._parsed(plan, value, lead)
        placed = plan.cells.placed(parsed)
        if placed is None:
            raise refused_lead(lead, self._schema)
        number, cell = placed
        found.numbers.append(number)
        found.kept.append(self._kept[cell])
        found.said.append(plain_value(plan.field, parsed))
        if cell in self._odd:
            found.odd.append(cell)
        if parsed is None:
            found.notes.append(_note(plan, "missing", None))
        elif isinstance(parsed, str) and parsed not in plan.cells.codes:
            found.notes.append(_note(plan, "unseen", parsed))

    def _parsed(self, plan: _Plan, value: object, lead: Mapping[str, object]) -> Value:
        parsed = parse_value(value, plan.field, decimal=plan.cells.decimal)
        if isinstance(parsed, Fault):
            raise refused_lead(lead, self._schema)
        return parsed

    def _note_unusual(self, found: OneInput) -> None:
        said = found.said
        for at, place, low, high in self._spans:
            value = said[at]
            if value is not None and not low <= value <= high:
                field = self.fields[at]
                words = note_words(field, "unusual", float(value))
                found.notes.append(OneNote(place, field.name, "unusual", words))
        if len(found.notes) > 1:
            found.notes.sort()


def _note(plan: _Plan, kind: NoteKind, value: Value) -> OneNote:
    return OneNote(plan.place, plan.field.name, kind, note_words(plan.field, kind, value))


def _is_kept(field: Field) -> bool:
    """Tell whether a field's value is kept beside the score, and noted of."""
    return field.scored or field.role in ("audit", "sales")


def _judged(place: int, field: Field, decimal: str) -> _Plan:
    """Return how to read a field that is not scored."""
    cells = other_cells(field, decimal)
    return _plan(place, cells, [True] * len(cells.column))


def _plan(place: int, cells: FieldCells, kept: Sequence[Any]) -> _Plan:
    """Return how to read a field; what is kept is None where only reading it whole can tell."""
    quick = [None if cell is None else kept[cell] for cell in cells.quick]
    common: dict[Any, Any]
    if cells.codes:
        common = {text: kept[cell] for text, (_, cell) in cells.codes.items()}
    else:
        at_once = ((number, quick[bisect_right(cells.edges, number)]) for number in _COMMON)
        common = dict(at_once)
    return _Plan(
        place=place,
        cells=cells,
        types=frozenset([str]) if cells.codes else cells.plain,
        common={value: one for value, one in common.items() if one is not None},
        quick=quick,
        codes={text: code for text, (code, _) in cells.codes.items()},
        plain=_PLAIN.get(cells.field.type, str),
    )


#: From a value that means itself to what JSON has. There is one zero: adding one makes 0.0 of -0.0.
_PLAIN: Mapping[str, Callable[[Any], Scalar]] = {
    "integer": int,
    "flag": int,
    "number": (0.0).__add__,
}
