"""A column of an unknown file as a field, with words on what was seen where that helps."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from leadscore.leads.field import Field, FieldType
from leadscore.leads.guess.names import (
    looks_like_code,
    looks_like_id,
    protected,
    says_created,
    theme_of,
)
from leadscore.leads.guess.numbers import is_counter, one_sign, usual_span
from leadscore.leads.guess.profile import Profile, without
from leadscore.leads.times import date_parts
from leadscore.leads.values import FALSE_WORDS, MISSING_WORDS, TRUE_WORDS

__all__ = ["Guess", "date_unit", "guess_field"]

#: Values that are listed in the schema at most; more are allowed but not listed.
_MOST_LISTED = 100
#: A column named like an id is one from this share of distinct values on.
_ID_UNIQUENESS = 0.5
#: Texts are free text from this mean length on, or from this uniqueness on where they are many.
_LONG, _FREE, _MANY = 60.0, 0.9, 50
#: Numbers with at most this many odd texts among them, which then stand for "missing".
_MOST_ODD = 5

#: A 0/1 column whose rarer value is rarer than this may be a count that has not met its 2 yet, and
#: a yes/no column one that has not met its "unknown": as a number and as a category they take both.
_RARE_ONE, _RARE_WORD = 0.05, 0.01
_DIGITS = {"1", "1.0", "0", "0.0"}
_TRUTHS = TRUE_WORDS | FALSE_WORDS | _DIGITS


class Guess(NamedTuple):
    """A field, and words for the person who reads the schema."""

    field: Field
    comment: str = ""


def guess_field(one: Profile, decimal: str) -> Guess:
    """Return what the column is.

    Parameters
    ----------
    one : Profile
        Its distinct values.
    decimal : {".", ","}
        The decimal mark of the file.
    """
    seen = one.placeholders
    values = without(one, seen, words=False)
    if values.distinct == 0 or (values.distinct == 1 and values.filled == one.rows):
        said = f"is always {values.texts[0]!r}" if values.distinct else "is always empty"
        return Guess(_ignored(one.name, "category", seen), f"It {said}.")
    plain = without(values, (), words=True)
    found = (
        _flag(plain, seen)
        or _dates(plain, seen)
        or _numbers(plain, decimal, seen)
        or _texts(values, seen)
    )
    if found.field.role == "feature" and protected(one.name):
        words = 'It may be a protected attribute: role = "audit" keeps it out of the score.'
        return Guess(found.field, f"{found.comment} {words}".strip())
    return found


def date_unit(one: Profile) -> str | None:
    """Return how the column writes its dates, or None where they can be read in two ways."""
    parts = [part for part in map(date_parts, one.texts.tolist()) if part is not None]
    day_first = any(first > 12 for first, _ in parts)
    month_first = any(second > 12 for _, second in parts)
    if not parts:
        return ""
    if day_first == month_first:
        return None
    return "d/m/y" if day_first else "m/d/y"


def _ignored(name: str, kind: FieldType, seen: tuple[str, ...] = ()) -> Field:
    return Field(name=name, type=kind, role="ignore", theme=theme_of(name), placeholders=seen)


def _flag(one: Profile, seen: tuple[str, ...]) -> Guess | None:
    if not 1 <= one.distinct <= len(_TRUTHS):
        return None
    texts = [text.lower() for text in one.texts.tolist()]
    if not all(text in _TRUTHS for text in texts):
        return None
    rarer = one.counts.min() / one.filled if one.distinct > 1 else 1.0
    if rarer < (_RARE_ONE if set(texts) <= _DIGITS else _RARE_WORD):
        return None
    return Guess(
        Field(name=one.name, type="flag", theme=theme_of(one.name), placeholders=_needed(seen))
    )


def _needed(seen: tuple[str, ...]) -> tuple[str, ...]:
    """Return the placeholders that are not missing in numbers, flags and dates anyway."""
    return tuple(text for text in seen if text.lower() not in MISSING_WORDS)


def _dates(one: Profile, seen: tuple[str, ...]) -> Guess | None:
    if not one.distinct:
        return None
    few = replace(one, texts=one.texts[:50], counts=one.counts[:50])
    if few.share(few.are_dates("d/m/y") | few.are_dates("m/d/y")) < 0.9:
        return None
    if one.share(one.are_dates("d/m/y") | one.are_dates("m/d/y")) < 0.98:
        return None
    unit = date_unit(one)
    field = Field(
        name=one.name,
        type="time",
        role="ignore",
        unit=unit or "",
        placeholders=_needed(seen),
    )
    return Guess(field, _about_date(one.name, unit))


def _about_date(name: str, unit: str | None) -> str:
    said = "A date; it is not scored."
    if unit is None:
        said += ' Day and month can be swapped: unit = "d/m/y" or "m/d/y" says which is first.'
    elif says_created(name):
        said += f" If leads came in then, --time {name!r} tests on the future."
    return said


def _numbers(one: Profile, decimal: str, seen: tuple[str, ...]) -> Guess | None:
    if not one.distinct:
        return None
    fine = one.are_numbers(decimal)
    odd = tuple(sorted(one.texts[~fine].tolist()))
    if odd and not (len(odd) <= _MOST_ODD and fine.sum() > 4 * _MOST_ODD and one.share(fine) > 0.5):
        return None
    sign = one_sign(one, decimal)
    if sign is None:
        return None
    kept = without(one, odd, words=False) if odd else one
    numbers = kept.numbers(decimal)
    whole = bool((np.floor(numbers) == numbers).all())
    if whole and not sign and (special := _key_or_code(kept, decimal, (*seen, *odd))):
        return special
    # "12.0" is whole by chance: 12.5 may come, and so may cents
    marked = bool(sign) or bool(kept.texts.str.contains(decimal, regex=False).any())
    field = Field(
        name=one.name,
        type="number" if one.real or marked or not whole else "integer",
        theme=theme_of(one.name),
        range=usual_span(numbers, kept.counts),
        unit=sign,
        placeholders=(*_needed(seen), *odd),
    )
    said = f"Taken for missing: {', '.join(map(repr, odd))}." if odd else ""
    return Guess(field, f"{said} {_read_as(kept, decimal)}".strip())


def _read_as(one: Profile, decimal: str) -> str:
    """Say how amounts are read, by the longest of the first ones."""
    few = [*one.amounts(decimal)][:_MANY]
    if not few:
        return ""
    at = max(few, key=lambda at: len(one.texts.iloc[at]))
    return f"{one.texts.iloc[at]!r} is read as {one.numbers(decimal)[at]:.15g}."


def _key_or_code(one: Profile, decimal: str, seen: tuple[str, ...]) -> Guess | None:
    """Return the guess for whole numbers that are no amounts, else None."""
    if looks_like_id(one.name) and one.uniqueness >= _ID_UNIQUENESS:
        return _id(one)
    if is_counter(one, decimal):
        return Guess(Field(name=one.name, type="category", role="id"), "It only counts the rows.")
    padded = bool(one.texts.str.fullmatch("0[0-9]+").any())
    if padded or (looks_like_code(one.name) and one.distinct > 2):
        return _category(one, seen, "Numbers that look like codes.")
    return None


def _id(one: Profile) -> Guess:
    shared = one.distinct < one.filled
    words = f"Some rows share it: --group {one.name!r} keeps them together in tests."
    return Guess(Field(name=one.name, type="category", role="id"), words if shared else "")


def _texts(one: Profile, seen: tuple[str, ...]) -> Guess:
    if looks_like_id(one.name) and one.uniqueness >= _ID_UNIQUENESS:
        return _id(one)
    if one.mean_length() > _LONG or _many_sentences(one):
        return Guess(_ignored(one.name, "text"), "Free text; it is not scored.")
    if one.distinct > _MANY and one.uniqueness > _FREE:
        words = "Nearly every value is another one, so there is nothing to learn from it."
        words = f"{words} {_amounts(one)}".strip()
        return Guess(_ignored(one.name, "text"), words)
    return _category(one, seen, _amounts(one))


def _many_sentences(one: Profile) -> bool:
    return one.distinct > _MANY and one.uniqueness > 0.3 and one.mean_words() > 4


def _amounts(one: Profile) -> str:
    """Say so where the texts are numbers that people write and machines cannot be sure of."""
    marks = one.texts.str.fullmatch(r"[$€£]? ?[+-]?[0-9][0-9.,' ]*[%$€£kKmM]?")
    if one.share(marks.to_numpy(dtype=bool)) < 0.9:
        return ""
    return (
        "These seem to be amounts, but are not read as numbers: give them one decimal mark and "
        "one sign or none, and no k or M."
    )


def _category(one: Profile, seen: tuple[str, ...], comment: str) -> Guess:
    listed = tuple(sorted(one.texts.tolist())) if one.distinct <= _MOST_LISTED else ()
    if not listed:
        comment = f"{comment} {one.distinct:,} different values.".strip()
    field = Field(
        name=one.name,
        type="category",
        theme=theme_of(one.name),
        placeholders=seen,
        values=listed,
    )
    return Guess(field, comment)
