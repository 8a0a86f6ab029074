"""Values that cannot be, numbers that stand for "missing", columns that say nothing."""

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.audit.findings import Quality
from leadscore.leads.guess.names import words_of
from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Column
from leadscore.leads.values import MISSING_WORDS, as_text

__all__ = ["dead_columns", "odd_values"]

_Floats = NDArray[np.float64]

#: Numbers that programs write where nothing is known.
_STAND_INS = (-1.0, *(sign * (10.0**n - 1) for n in range(1, 9) for sign in (1.0, -1.0)))
#: Fewer of them are chance; fewer other values cannot show that they stand apart.
_FEWEST_STAND_INS, _FEWEST_OTHERS = 5, 20
#: Words in the names of things that are counted, so never below 0.
_COUNTED = frozenset(
    [
        "visits",
        "views",
        "opens",
        "clicks",
        "sessions",
        "pages",
        "pageviews",
        "downloads",
        "attempts",
        "calls",
        "contacts",
        "emails",
        "count",
        "counts",
        "employees",
        "requests",
        "inquiries",
        "enquiries",
        "logins",
        "age",
        "duration",
        "minutes",
    ]
)
#: Where more than this share is below 0 the column is no count, whatever its name.
_MOST_NEGATIVE = 0.2
_OLDEST = 120
_YEAR = 365.25 * 86_400
#: Dates that programs write where no date is known.
_NO_DATES = tuple(
    dt.datetime(*day, tzinfo=dt.UTC).timestamp()
    for day in ((1900, 1, 1), (1970, 1, 1), (2099, 12, 31), (9999, 12, 31))
)


def dead_columns(frame: pd.DataFrame, *, label: str = "") -> Iterator[Quality]:
    """Yield, in one, the columns that are empty or have one value everywhere.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file.
    label : str
        The label's column, which is judged elsewhere.
    """
    dead = tuple(str(name) for name in frame if str(name) != label and _dead(frame[name]))
    if dead:
        are = "column is" if len(dead) == 1 else "columns are"
        words = f"{len(dead):,} {are} empty or always the same: {_listed(dead)}."
        yield Quality(kind="dead_columns", fields=dead, value=float(len(dead)), words=words)


def odd_values(columns: Mapping[str, Column], schema: Schema) -> Iterator[Quality]:
    """Yield values that cannot be, and numbers and dates that seem to stand for "missing".

    What is beyond a field's limits is a fault already and not said again.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        The leads' columns; those that the schema ignores may be among them.
    schema : Schema
        The schema.
    """
    for one in schema.fields:
        column = columns.get(one.name)
        if column is None or column.dtype == object or one.type == "flag":
            continue
        values = column.astype(np.float64)
        values = values[np.isfinite(values)]
        if one.type == "time":
            yield from _odd_dates(one, values)
        elif one.role not in ("id", "group", "time"):
            stand_ins = _stand_ins(values)
            yield from _said(one, stand_ins)
            yield from _impossible(one, values[~np.isin(values, [at for at, _ in stand_ins])])


def _dead(series: pd.Series) -> bool:
    few = series.iloc[:200].map(as_text, na_action="ignore").nunique()
    if few > len(MISSING_WORDS) + 1:
        return False
    texts = {as_text(value) or "" for value in pd.Series(series.dropna().unique()).astype(object)}
    told = {"" if text.lower() in MISSING_WORDS else text for text in texts}
    return len(told | ({""} if series.isna().any() else set())) <= 1


def _stand_ins(values: _Floats) -> list[tuple[float, int]]:
    """Return the numbers that stand apart from all others, and how often each is there."""
    marked = np.isin(values, _STAND_INS)
    others = values[~marked]
    if not marked.any() or len(others) < _FEWEST_OTHERS:
        return []
    low, high = others.min(), others.max()
    usual = float(np.subtract(*np.quantile(others, [0.99, 0.01])))
    found = []
    for one in sorted(set(values[marked].tolist())):
        n = int((values == one).sum())
        below = one < 0 <= low
        above = one > 2 * high and one - high > usual
        if n >= _FEWEST_STAND_INS and (below or above):
            found.append((one, n))
    return found


def _said(field: Field, stand_ins: list[tuple[float, int]]) -> Iterator[Quality]:
    if not stand_ins:
        return
    n = sum(count for _, count in stand_ins)
    shown = [f"{number:.0f}" for number, _ in stand_ins]
    quoted = ", ".join(f'"{one}"' for one in shown)
    words = (
        f"{field.name}: {' and '.join(shown)} stands apart from every other value in {n:,} leads "
        f"and may mean missing; if so: placeholders = [{quoted}]."
    )
    yield Quality(kind="stand_ins", fields=(field.name,), value=float(n), words=words)


def _impossible(field: Field, values: _Floats) -> Iterator[Quality]:
    words = frozenset(words_of(field.name))
    if not len(values):
        return
    below = values < 0
    if words & _COUNTED and 0 < below.mean() <= _MOST_NEGATIVE:
        n = int(below.sum())
        said = f"{field.name}: {_values(n)} below 0, down to {values.min():,.10g}."
        yield Quality(kind="impossible", fields=(field.name,), value=float(n), words=said)
    # an "age" in days is older than a person, nearly always
    if "age" in words and np.quantile(values, 0.9) <= _OLDEST < values.max():
        n = int((values > _OLDEST).sum())
        said = f"{field.name}: {_values(n)} over {_OLDEST}, up to {values.max():,.10g}."
        yield Quality(kind="impossible", fields=(field.name,), value=float(n), words=said)


def _odd_dates(field: Field, values: _Floats) -> Iterator[Quality]:
    """Yield dates that lie far from the file's own, later ones and those that mean no date."""
    if len(values) < _FEWEST_OTHERS:
        return
    first, last = np.quantile(values, [0.01, 0.95])
    room = max(_YEAR, last - first)
    late = values > last + room
    none = np.isin(values, _NO_DATES) & (values < first - room)
    for kind, odd in (("later", late), ("earlier", none)):
        if odd.any():
            n, far = int(odd.sum()), values[odd][np.argmax(np.abs(values[odd] - last))]
            words = (
                f"{field.name}: {n:,} {'date' if n == 1 else 'dates'} far {kind} than the "
                f"others, for example {_day(float(far))}; 95 % lie before {_day(float(last))}."
            )
            yield Quality(kind="impossible", fields=(field.name,), value=float(n), words=words)


def _values(n: int) -> str:
    return f"{n:,} value is" if n == 1 else f"{n:,} values are"


def _day(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


def _listed(names: tuple[str, ...], most: int = 10) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
