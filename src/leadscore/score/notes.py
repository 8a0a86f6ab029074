"""Notes: what was missing, unusual or unknown about a lead, and why one has no score."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Column, Leads
from leadscore.model.encode import Encoder
from leadscore.model.known import Known, Unknown
from leadscore.score.doubt_words import unknown_words
from leadscore.score.words import Value, fact_words, number_words, with_unit

__all__ = ["EMPTY_WORDS", "Note", "NoteKind", "Notes", "Rest", "find_notes", "note_words"]

NoteKind = Literal["missing", "unusual", "unseen", "empty", "faulty", "unknown"]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

_NUMERIC = ("integer", "number")
#: Said of a lead of which nothing is known.
EMPTY_WORDS = "not scored: none of the model's fields is given"
#: The notes that say why a lead has no score; they belong to no field.
_WHY = {
    "empty": EMPTY_WORDS,
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
        model does not know); ``empty``, ``faulty`` and ``unknown`` (too much of it is missing or
        far outside what the model has seen) say why there is no score.
    words : str
        The note for people.
    """

    field: str
    kind: NoteKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What the scores of n leads would rest on that the model cannot know.

    Parameters
    ----------
    known : Known
        What the model has seen.
    names : tuple of str
        The model's fields in order.
    unknown : Unknown
        What it cannot know of the leads.
    """

    known: Known
    names: tuple[str, ...]
    unknown: Unknown

    def take(self, rows: NDArray[np.intp] | Mask | slice) -> "Rest":
        """Return what those of the leads at `rows` rest on, in that order."""
        return replace(self, unknown=self.unknown.take(rows))

    def words(self, fields: Mapping[str, Field], rows: Places) -> tuple[list[str], Places]:
        """Return why the leads at `rows` have no score: the texts, and which one each has."""
        both = np.concatenate([self.unknown.missing[rows], self.unknown.fields[rows]], axis=1)
        # leads that lack the same fields, of which there are few kinds, have the same words
        _, first, kind = np.unique(both, axis=0, return_index=True, return_inverse=True)
        return [self._told(fields, row) for row in rows[first]], kind.reshape(-1)

    def _told(self, fields: Mapping[str, Field], row: int) -> str:
        order = np.argsort(-self.known.weight, kind="stable")
        unknown = self.unknown.fields[row]
        return unknown_words(
            [fields[self.names[at]].words for at in order if unknown[at]],
            missing=int(self.unknown.missing[row].sum()),
            share=float(self.unknown.share[row]),
            fields=len(self.names),
        )


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
    rest : Rest, optional
        What the model cannot know of them; None where it keeps nothing to say that by.
    """

    fields: Mapping[str, Field]
    columns: Mapping[str, Column]
    found: Mapping[tuple[str, NoteKind], Mask]
    n: int
    rest: Rest | None = None

    def of(self, row: int) -> tuple[Note, ...]:
        """Return the notes of the lead at `row`."""
        return tuple(
            Note(field=name, kind=kind, words=self._words(name, kind, row))
            for (name, kind), mask in self.found.items()
            if mask[row]
        )

    def short(self) -> NDArray[np.object_]:
        """Return each lead's notes as one short text, empty where there are none, shape (n,)."""
        texts, places = self.coded()
        return np.array(texts, dtype=object)[places]

    def coded(self) -> tuple[list[str], Places]:
        """Return the distinct short texts, and which of them each lead has, shape (n,).

        Leads are many and texts few: each is put together once.
        """
        texts, places = [""], np.zeros(self.n, dtype=np.intp)
        for (name, kind), mask in self.found.items():
            rows = np.flatnonzero(mask)
            if name:
                words = f"{self.fields[name].words} {_SHORT[kind]}"
                so_far, own = _distinct(places[rows], len(texts))
                more = [f"{texts[at]}; {words}" if texts[at] else words for at in so_far]
            else:
                # why there is no score: a lead has one such note, and it comes first
                more, own = self._why(kind, rows)
            places[rows] = len(texts) + own
            texts += more
        used, places = _distinct(places, len(texts))
        return [texts[at] for at in used], places

    def take(self, rows: NDArray[np.intp] | Mask | slice) -> "Notes":
        """Return the notes of the leads at `rows`, in that order."""
        return Notes(
            fields=self.fields,
            columns={name: column[rows] for name, column in self.columns.items()},
            found={key: mask[rows] for key, mask in self.found.items()},
            n=len(np.arange(self.n)[rows]),
            rest=None if self.rest is None else self.rest.take(rows),
        )

    def _why(self, kind: NoteKind, rows: Places) -> tuple[list[str], Places]:
        if kind == "unknown" and self.rest is not None:
            return self.rest.words(self.fields, rows)
        return [_WHY[kind]], np.zeros(len(rows), dtype=np.intp)

    def _words(self, name: str, kind: NoteKind, row: int) -> str:
        if not name:
            return self._why(kind, np.array([row]))[0][0]
        return note_words(self.fields[name], kind, self.columns[name][row])


def note_words(field: Field, kind: NoteKind, value: Value) -> str:
    """Return a note about one field in words.

    Parameters
    ----------
    field : Field
        The field.
    kind : {"missing", "unseen", "unusual"}
        What there is to know.
    value : float, str or None
        The field's value.

    Examples
    --------
    >>> note_words(Field(name="visits", type="integer", range=(0, 50)), "unusual", 71.0)
    'visits 71 is unusual: most are 0 to 50'
    """
    if kind == "missing":
        return fact_words(field, None)
    if kind == "unseen":
        return f"{fact_words(field, value)} is not known to the model"
    return f"{fact_words(field, value)} is unusual: most are {_span_words(field)}"


def find_notes(  # noqa: PLR0913 - three inputs, and what the caller knows of the leads
    leads: Leads,
    schema: Schema,
    encoder: Encoder,
    *,
    refused: Mask | None = None,
    known: Known | None = None,
    encoded: NDArray[np.float32] | None = None,
    unseen: Mapping[str, Mask] | None = None,
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
    known : Known, optional
        What the model has seen; leads of which it knows too little have no score.
    encoded : ndarray of float32, shape (n, fields), optional
    unseen : mapping of str to ndarray of bool, shape (n,), optional
        What `Encoder.encode_noting` says, where the caller has it already.
    """
    noted = [one for one in schema.fields if _noted(one) and one.name in leads.columns]
    if encoded is None or unseen is None:
        encoded, unseen = encoder.encode_noting(leads)
    places = {name: place for place, name in enumerate(encoder.fields)}
    strangers = {places[name]: mask for name, mask in unseen.items()}
    rest, missing = None, _missing(encoded, strangers)
    faulty = np.zeros(leads.n, dtype=bool) if refused is None else refused
    empty = np.logical_and.reduce(missing) & ~faulty
    found: dict[tuple[str, NoteKind], Mask] = {("", "faulty"): faulty, ("", "empty"): empty}
    given = ~(empty | faulty)
    if known is not None:
        unknown = known.unknown(encoded, strangers)
        rest = Rest(known=known, names=encoder.fields, unknown=unknown)
        found["", "unknown"] = unknown.too_much & given
    for one in noted:
        if one.scored:
            found[one.name, "missing"] = missing[places[one.name]] & given
        if one.name in unseen:
            found[one.name, "unseen"] = unseen[one.name]
        if one.type in _NUMERIC and one.range is not None:
            found[one.name, "unusual"] = _outside(leads.columns[one.name], one.range)
    return Notes(
        fields={one.name: one for one in noted},
        columns={one.name: leads.columns[one.name] for one in noted},
        found={key: mask for key, mask in found.items() if mask.any()},
        n=leads.n,
        rest=rest,
    )


def _noted(field: Field) -> bool:
    return field.scored or field.role in ("audit", "sales")


def _distinct(places: Places, size: int) -> tuple[Places, Places]:
    """Return the distinct places, all below `size`, and which of them each is."""
    found = np.flatnonzero(np.bincount(places, minlength=size))
    turn = np.zeros(size, dtype=np.intp)
    turn[found] = np.arange(len(found))
    return found, turn[places]


def _missing(encoded: NDArray[np.float32], unseen: Mapping[int, Mask]) -> Mask:
    """Return which leads lack each field, shape (fields, n); an unseen value is none that lacks."""
    missing = np.isnan(encoded.T, order="C")
    for place, mask in unseen.items():
        missing[place] &= ~mask
    return missing


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
