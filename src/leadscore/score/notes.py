"""Notes: what was missing, unusual or unknown about a lead, and why one has no score."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Column, Leads
from leadscore.model.encode import Encoder
from leadscore.score.words import Value, fact_words, number_words, with_unit

__all__ = ["Note", "NoteKind", "Notes", "find_notes"]

NoteKind = Literal["missing", "unusual", "unseen", "empty", "faulty"]
Mask = NDArray[np.bool_]

_NUMERIC = ("integer", "number")
#: The notes that say why a lead has no score; they belong to no field.
_WHY = {
    "empty": "not scored: none of the model's fields is given",
    "faulty": "not scored: a value is not allowed",
}
_SHORT = {"missing": "not given", "unusual": "unusual", "unseen": "not known to the model"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to know about a lead's score.

    Parameters
    ----------
    field : str
        The field; empty where it is about the whole lead.
    kind : NoteKind
        ``missing``, ``unusual`` (outside the field's range) or ``unseen`` (a category that the
        model does not know); ``empty`` and ``faulty`` say why there is no score.
    words : str
        The note for people.
    """

    field: str
    kind: NoteKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The notes of many leads, turned into words when asked for.

    Parameters
    ----------
    fields : mapping of str to Field
        The fields that notes are about.
    columns : mapping of str to ndarray of shape (n,)
        Their values.
    found : mapping of (str, NoteKind) to ndarray of bool, shape (n,)
        For each field and kind which leads have the note; those that no lead has are left out.
    n : int
        The number of leads.
    """

    fields: Mapping[str, Field]
    columns: Mapping[str, Column]
    found: Mapping[tuple[str, NoteKind], Mask]
    n: int

    def of(self, row: int) -> tuple[Note, ...]:
        """Return the notes of the lead at `row`."""
        return tuple(
            Note(field=name, kind=kind, words=self._words(name, kind, row))
            for (name, kind), mask in self.found.items()
            if mask[row]
        )

    def short(self) -> NDArray[np.object_]:
        """Return each lead's notes as one short text, empty where there are none, shape (n,)."""
        texts = np.full(self.n, "", dtype=object)
        for (name, kind), mask in self.found.items():
            words = f"{self.fields[name].words} {_SHORT[kind]}" if name else _WHY[kind]
            so_far = texts[mask]
            texts[mask] = np.where(so_far == "", words, so_far + f"; {words}")
        return texts

    def take(self, rows: NDArray[np.intp] | Mask | slice) -> "Notes":
        """Return the notes of the leads at `rows`, in that order."""
        return Notes(
            fields=self.fields,
            columns={name: column[rows] for name, column in self.columns.items()},
            found={key: mask[rows] for key, mask in self.found.items()},
            n=len(np.arange(self.n)[rows]),
        )

    def _words(self, name: str, kind: NoteKind, row: int) -> str:
        if not name:
            return _WHY[kind]
        field = self.fields[name]
        value: Value = self.columns[name][row]
        if kind == "missing":
            return fact_words(field, None)
        if kind == "unseen":
            return f"{fact_words(field, value)} is not known to the model"
        return f"{fact_words(field, value)} is unusual: most are {_span_words(field)}"


def find_notes(
    leads: Leads, schema: Schema, encoder: Encoder, *, refused: Mask | None = None
) -> Notes:
    """Return what there is to know about the leads.

    Missing and unseen values are noted of the model's fields alone; unusual ones also of fields
    that are kept but not scored. A lead without a score has the note that says why instead of one
    for each of its fields.

    Parameters
    ----------
    leads : Leads
        The leads.
    schema : Schema
        The fields.
    encoder : Encoder
        It knows the categories.
    refused : ndarray of bool of shape (n,), optional
        The leads that may not be scored, since a value is not allowed.
    """
    noted = [one for one in schema.fields if _noted(one) and one.name in leads.columns]
    missing = {one.name: _missing(leads.columns[one.name]) for one in noted if one.scored}
    faulty = np.zeros(leads.n, dtype=bool) if refused is None else refused
    empty = np.logical_and.reduce(list(missing.values())) & ~faulty
    unseen = encoder.unseen(leads)
    found: dict[tuple[str, NoteKind], Mask] = {("", "faulty"): faulty, ("", "empty"): empty}
    for one in noted:
        if one.scored:
            found[one.name, "missing"] = missing[one.name] & ~empty & ~faulty
        if one.name in unseen:
            found[one.name, "unseen"] = unseen[one.name]
        if one.type in _NUMERIC and one.range is not None:
            found[one.name, "unusual"] = _outside(leads.columns[one.name], one.range)
    return Notes(
        fields={one.name: one for one in noted},
        columns={one.name: leads.columns[one.name] for one in noted},
        found={key: mask for key, mask in found.items() if mask.any()},
        n=leads.n,
    )


def _noted(field: Field) -> bool:
    return field.scored or field.role in ("audit", "sales")


def _missing(column: Column) -> Mask:
    if column.dtype == object:
        return np.array([value is None for value in column.tolist()], dtype=bool)
    return np.isnan(np.asarray(column, np.float64))


def _outside(column: Column, span: tuple[float, float]) -> Mask:
    values = np.asarray(column, np.float64)
    return np.asarray((values < span[0]) | (values > span[1]))


def _span_words(field: Field) -> str:
    low, high = field.range or (-np.inf, np.inf)
    if np.isinf(high):
        words = f"at least {number_words(low)}"
    elif np.isinf(low):
        words = f"at most {number_words(high)}"
    else:
        words = f"{number_words(low)} to {number_words(high)}"
    return with_unit(words, field)
