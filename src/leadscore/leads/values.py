"""One value at a time: what a text or a JSON value means for a field, and what is wrong with it."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from leadscore.errors import Fault
from leadscore.leads.amounts import read_amount, same_sign
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Column, Conformed, Leads
from leadscore.leads.times import parse_time

__all__ = [
    "FALSE_WORDS",
    "LEAD_ID",
    "MISSING_WORDS",
    "NUMBERS",
    "TRUE_WORDS",
    "as_text",
    "conform_lead",
    "no_features",
    "parse_label",
    "parse_value",
    "placeholder_numbers",
]

#: The column that is an id even where the schema does not list it.
LEAD_ID = "lead_id"

#: What stands for "missing" in numbers, flags, times and labels, in lower case. In a category
#: each may be a value of its own (a country "NA"): there only blanks and placeholders do.
MISSING_WORDS = frozenset({"", "nan", "na", "n/a", "null", "none"})

TRUE_WORDS = frozenset({"true", "yes", "y", "t"})
FALSE_WORDS = frozenset({"false", "no", "n", "f"})

#: A plain number as text, by its decimal mark. What else may be read as one is an `Amount`.
NUMBERS: Mapping[str, re.Pattern[str]] = {
    mark: re.compile(rf"[+-]?(?:[0-9]+(?:[{mark}][0-9]*)?|[{mark}][0-9]+)(?:[eE][+-]?[0-9]+)?")
    for mark in (".", ",")
}

_SCALARS = (str, bool, int, float, Decimal, dt.date, dt.time, dt.timedelta, np.generic)


def parse_value(value: object, field: Field, *, decimal: str = ".") -> float | str | Fault | None:
    """Return what `value` means for `field`.

    Parameters
    ----------
    value : object
        A text, a JSON value, or a number, truth or date as typed files have them.
    field : Field
        The field.
    decimal : {".", ","}
        The decimal mark in texts. Thousands may be marked, and the sign of the field's unit may
        be there: see `read_amount`.

    Returns
    -------
    float, str, None or Fault
        Numbers, flags (0 or 1) and times (seconds since 1970-01-01 UTC) as float, categories and
        texts as str, None where missing; a `Fault` without a row where it is not allowed.

    Examples
    --------
    >>> parse_value("250000", Field(name="income", type="integer"))
    250000.0
    >>> parse_value("yes", Field(name="inquiry", type="flag"))
    1.0
    """
    text = as_text(value)
    if text is None or _stands_for_missing(text, field):
        return None if field.missing else _fault(value, field, decimal)
    if not isinstance(value, _SCALARS):
        return _fault(value, field, decimal)
    if field.type in ("category", "text"):
        return text
    if field.type == "time":
        seconds = parse_time(text, unit=field.unit)
        return _fault(value, field, decimal) if seconds is None else seconds
    number = _number(text, decimal if isinstance(value, str) else ".", field)
    if number is not None and field.placeholders and number in placeholder_numbers(field):
        return None if field.missing else _fault(value, field, decimal)
    fits = number is not None and _possible(number, field)
    return number if fits else _fault(value, field, decimal)


def parse_label(value: object, label: Label, placeholders: tuple[str, ...] = ()) -> int | Fault:
    """Return the class that `value` names: its place, or 1 and 0 for an outcome; -1 if missing.

    A class is found by its text, else without regard to case, else as a number (1, 1.0 and "1"
    are one) or as a truth (1, True and "yes" are one). A class among the placeholders is missing.

    Examples
    --------
    >>> parse_label("Medium", Label(field="tier", classes=("Low", "Medium", "High")))
    1
    >>> parse_label(True, Label(field="won", classes=("0", "1"), positive="1"))
    1
    """
    text = as_text(value)
    if text in placeholders:
        return -1
    at = None if text is None else _class_of(text, label.classes)
    if at is not None:
        return int(label.classes[at] == label.positive) if label.outcome else at
    if text is None or text.lower() in MISSING_WORDS:
        return -1
    allowed = "one of " + ", ".join(label.classes) + ", or nothing"
    return Fault(field=label.field, got=_shown(value), allowed=allowed)


def as_text(value: object) -> str | None:
    """Return a value as the text that a CSV file would have, or None where it is missing.

    Whole floats lose their ".0", so that codes are the same text from a typed file with gaps.

    Examples
    --------
    >>> as_text(3.0), as_text(" Web "), as_text(float("nan"))
    ('3', 'Web', None)
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, _SCALARS):
        return None if value is None else repr(value)
    if value != value:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def placeholder_numbers(field: Field) -> frozenset[float]:
    """Return the placeholders that are numbers: "999" stands for "missing" in 999.0 as well."""
    found = (NUMBERS["."].fullmatch(text) for text in field.placeholders)
    return frozenset(float(match[0]) for match in found if match)


def no_features(schema: Schema) -> Fault:
    """Return the fault of an input that has none of the model's fields."""
    names = ", ".join(field.name for field in schema.features)
    return Fault(field="lead", got="none of the model's fields", allowed=f"at least one of {names}")


def conform_lead(values: Mapping[str, object], schema: Schema) -> Conformed:
    """Return one lead as `Leads` of length 1, with every fault.

    Parameters
    ----------
    values : mapping of str to object
        The lead as JSON has it; ids may be absent and keys that are no field are ignored.
    schema : Schema
        The schema.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> conform_lead({"income": "a lot"}, investor()).faults[0].words()
    "income: got 'a lot', allowed: a whole number, at least 0"
    """
    faults: list[Fault] = []
    columns = _columns(values, schema, faults)
    labels = _labels(values, schema, faults)
    if schema.features and not any(field.name in values for field in schema.features):
        faults.insert(0, _placed(no_features(schema)))
    named = [field.name for field in schema.with_role("id")] or [LEAD_ID]
    ids = {
        name: np.array([as_text(values[name]) or ""], dtype=object)
        for name in named
        if name in values
    }
    return Conformed(
        leads=Leads(columns=columns, ids=ids, n=1),
        labels=labels,
        faults=tuple(faults),
        bad_rows=np.array([bool(faults)]),
    )


def _columns(
    values: Mapping[str, object], schema: Schema, faults: list[Fault]
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for field in schema.fields:
        if field.role in ("id", "label", "ignore"):
            continue
        parsed = parse_value(values.get(field.name), field, decimal=schema.decimal)
        if isinstance(parsed, Fault):
            faults.append(_placed(parsed))
            parsed = None
        if field.type in ("category", "text"):
            columns[field.name] = np.array([parsed], dtype=object)
        else:
            number = parsed if isinstance(parsed, float) else math.nan
            columns[field.name] = np.array([number], dtype=np.float64)
    return columns


def _labels(
    values: Mapping[str, object], schema: Schema, faults: list[Fault]
) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    if schema.label is None or schema.label.field not in values:
        return None
    code = parse_label(values[schema.label.field], schema.label, schema.label_placeholders)
    if isinstance(code, Fault):
        faults.append(_placed(code))
        code = -1
    return np.array([code], dtype=np.int64)


def _placed(fault: Fault) -> Fault:
    return Fault(field=fault.field, got=fault.got, allowed=fault.allowed, row=0)


def _stands_for_missing(text: str, field: Field) -> bool:
    if not text or text in field.placeholders:
        return True
    return field.type not in ("category", "text") and text.lower() in MISSING_WORDS


def _number(text: str, decimal: str, field: Field) -> float | None:
    word = text.lower()
    if field.type == "flag" and (word in TRUE_WORDS or word in FALSE_WORDS):
        return float(word in TRUE_WORDS)
    if NUMBERS[decimal].fullmatch(text):
        return float(text.replace(",", "."))
    amount = None if field.type == "flag" else read_amount(text, decimal)
    return amount.number if amount and same_sign(amount.sign, field.unit) else None


def _possible(number: float, field: Field) -> bool:
    if field.type == "flag":
        return number in (0.0, 1.0)
    low, high = field.limits or (-math.inf, math.inf)
    whole = field.type == "number" or number.is_integer()
    return math.isfinite(number) and whole and low <= number <= high


def _class_of(text: str, classes: tuple[str, ...]) -> int | None:
    """Return the place of the one class that `text` names, by the first way that finds one."""
    for form in (str, str.casefold, _as_number, _as_truth):
        said = form(text)
        at = [] if said is None else [at for at, one in enumerate(classes) if form(one) == said]
        if len(at) == 1:
            return at[0]
    return None


def _as_number(text: str) -> float | None:
    return float(text) if NUMBERS["."].fullmatch(text) else None


def _as_truth(text: str) -> bool | None:
    word, number = text.lower(), _as_number(text)
    if word in TRUE_WORDS or number == 1:
        return True
    return False if word in FALSE_WORDS or number == 0 else None


def _shown(value: object) -> str:
    if value is None or as_text(value) is None:
        return "nothing"
    if isinstance(value, np.generic):
        value = value.item()
    # one zero: a column's distinct values do not tell -0.0 from 0.0
    text = repr(value + 0.0 if isinstance(value, float) else value)
    return text if len(text) <= 60 else text[:57] + "…"


def _fault(value: object, field: Field, decimal: str) -> Fault:
    allowed = _allowed(field, decimal) + _unsigned(value, field, decimal)
    return Fault(field=field.name, got=_shown(value), allowed=allowed)


def _unsigned(value: object, field: Field, decimal: str) -> str:
    """Return what the schema lacks for a value whose sign is not that of the field's unit."""
    if field.type not in ("integer", "number") or not isinstance(value, str):
        return ""
    amount = read_amount(value.strip(), decimal)
    if amount is None or same_sign(amount.sign, field.unit):
        return ""
    meant = f"in {field.unit}" if field.unit else f'or unit = "{amount.sign}" in the schema'
    return f", without {amount.sign} ({meant})"


def _allowed(field: Field, decimal: str) -> str:
    comma = "," if decimal == "." else "."
    what = {
        "integer": "a whole number",
        "number": f"a number such as 1234{decimal}5 or 1{comma}234{decimal}5",
        "flag": "0, 1, yes, no, true or false",
        "category": "a text",
        "text": "a text",
        "time": f"a date such as 2026-01-31 or 2026-01-31T12:30:00Z{_or_written(field)}",
    }[field.type]
    return what + _span(field.limits) + ("" if field.missing else ", never missing")


def _or_written(field: Field) -> str:
    return f" or {field.unit.replace('y', 'yyyy')}" if field.unit else ""


def _span(limits: tuple[float, float] | None) -> str:
    if limits is None:
        return ""
    low, high = (f"{end:,.10g}" for end in limits)
    if math.isinf(limits[1]):
        return "" if math.isinf(limits[0]) else f", at least {low}"
    return f", at most {high}" if math.isinf(limits[0]) else f", {low} to {high}"
