"""Rows that are there twice: exact copies, the same person again, and all but copies."""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.audit.findings import Quality
from leadscore.leads.guess.names import words_of
from leadscore.leads.schema import Schema

__all__ = ["repeated_people", "repeated_rows", "row_keys"]

_Keys = NDArray[np.uint64]

_MAIL = frozenset(["email", "mail"])
_PHONE = frozenset(["phone", "mobile", "telephone", "tel", "cell"])
_BIRTH = frozenset(
    ["birth", "birthday", "birthdate", "dob", "zip", "zipcode", "postcode", "postal"]
)
_NAMES = frozenset(["name", "firstname", "lastname", "surname", "fullname", "forename"])
_WHOSE = frozenset(
    [
        "first",
        "last",
        "given",
        "family",
        "full",
        "sur",
        "middle",
        "contact",
        "lead",
        "person",
        "customer",
    ]
)
#: From this share of fitting values on, a column holds addresses or numbers to call.
_FITTING = 0.8
#: A value that more rows than this share is a stand-in ("none@none.com") and not a person.
_STAND_IN = 50
#: Numbers are compared by their last digits: one file writes the country's code, the next does not.
_DIGITS = 9
#: Columns are bundled to at most this many, so that all pairs of bundles can be left out in turn.
_BUNDLES = 10
#: Beyond this many rows the search for near copies looks at the first ones alone.
_MOST_ROWS = 100_000
#: Pairs of leads are no chance from this multiple of what chance makes, three of its standard
#: deviations and two pairs on. A bundle where more pairs than this agree cannot say what it makes.
_BEYOND, _COMMON = 3.0, 0.5
#: One bundle decides another where this share of the pairs that agree on it agree on both; with
#: fewer pairs than rows the people who are there twice could be all of them.
_DECIDES = 0.9
#: Fewer fields that are not decided by others cannot tell people apart.
_FEWEST_FIELDS = 4


def repeated_rows(keys: _Keys, *, ids: bool) -> Iterator[Quality]:
    """Yield how many rows are exact copies of an earlier one.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n, columns)
        What `row_keys` makes of the whole file.
    ids : bool
        Whether one of the columns tells leads apart; else copies may be two who are alike.
    """
    more = len(keys) - len(np.unique(_sum(keys)))
    if not more:
        return
    are = "row is an exact copy" if more == 1 else "rows are exact copies"
    then = (
        "drop them before training."
        if ids
        else "the file has no id that would say whether one lead is there twice or two are alike."
    )
    words = f"{more:,} {are} of an earlier one; {then}"
    yield Quality(kind="duplicates", fields=(), value=float(more), words=words)


def repeated_people(frame: pd.DataFrame, keys: _Keys, schema: Schema) -> Iterator[Quality]:
    """Yield who is there more than once under another id, exact copies of rows aside.

    Looked for are the same e-mail address, telephone number, and name with birthday or postcode,
    each however it is written, and leads that agree in all scored fields or all but a few. The last
    is told from chance: in a file where many rows are alike anyway nothing is said.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file.
    keys : ndarray of uint64 of shape (n, columns)
        What `row_keys` makes of it.
    schema : Schema
        Its schema.
    """
    first = np.sort(np.unique(_sum(keys), return_index=True)[1])
    kept = frame if len(first) == len(frame) else frame.iloc[first]
    for what, names, texts in _people(kept):
        yield from _shared(what, names, texts)
    yield from _near(kept, keys[first], schema)


def row_keys(frame: pd.DataFrame) -> _Keys:
    """Return a hash of every cell: equal values of one column have equal hashes.

    Returns
    -------
    ndarray of uint64 of shape (n, columns)
        The sum of a row's hashes, wrapped, is a hash of the row, and less one of them a hash of
        the row without that column.
    """
    keys = np.empty((len(frame), frame.shape[1]), dtype=np.uint64)
    for at in range(frame.shape[1]):
        series = frame.iloc[:, at]
        try:
            codes = pd.factorize(series)[0]
        except TypeError:  # lists and the like have no hash
            codes = pd.factorize(series.astype(str))[0]
        keys[:, at] = _mixed(codes, at)
    return keys


def _mixed(codes: NDArray[np.intp], column: int) -> _Keys:
    """Scatter small numbers over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    mixed = (codes + 2).astype(np.uint64) + np.uint64((column + 1) << 40)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    scattered: _Keys = mixed ^ (mixed >> np.uint64(31))
    return scattered


def _sum(keys: _Keys) -> _Keys:
    total: _Keys = keys.sum(axis=1, dtype=np.uint64)
    return total


def _people(frame: pd.DataFrame) -> Iterator[tuple[str, tuple[str, ...], pd.Series]]:
    """Yield each way to know a person: what it is, its columns, and a text for each row."""
    by_name = {str(name): frozenset(words_of(str(name))) for name in frame.columns}
    for name, words in by_name.items():
        if words & _MAIL:
            texts = _texts(frame[name]).map(_address)
            if _fits(texts.str.contains("@", regex=False), texts):
                yield "e-mail address", (name,), texts
        elif words & _PHONE:
            texts = _texts(frame[name]).str.replace(r"[^0-9]", "", regex=True).str[-_DIGITS:]
            if _fits(texts.str.len() >= 7, texts):
                yield "telephone number", (name,), texts
    called = [
        name for name, words in by_name.items() if words & _NAMES and words <= _NAMES | _WHOSE
    ]
    told = [name for name, words in by_name.items() if words & _BIRTH]
    if called and told:
        texts = _texts(frame[called[0]]).map(_plain)
        for name in (*called[1:], told[0]):
            more = _texts(frame[name]).map(_plain)
            texts = (texts + "|" + more).where((texts != "") & (more != ""), "")
        yield "name", (*called, told[0]), texts


def _texts(series: pd.Series) -> pd.Series:
    return series.astype(str).where(series.notna(), "").str.strip().str.lower()


def _address(text: str) -> str:
    """Return an address without what mail programs ignore: a +tag, and dots at Gmail."""
    local, at, domain = text.partition("@")
    local = local.split("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local = local.replace(".", "")
    return local + at + domain


def _plain(text: str) -> str:
    """Return a name without accents, marks and the order of its words."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in letters if not unicodedata.combining(one))
    return " ".join(sorted(re.findall(r"[^\W_]+", bare)))


def _fits(fitting: pd.Series, texts: pd.Series) -> bool:
    filled = int((texts != "").sum())
    return filled > 0 and int(fitting.sum()) >= _FITTING * filled


def _shared(what: str, names: tuple[str, ...], texts: pd.Series) -> Iterator[Quality]:
    counts = texts[texts != ""].value_counts()
    people = counts[(counts > 1) & (counts <= _STAND_IN)]
    more = int((people - 1).sum())
    if more:
        have = "lead has" if more == 1 else "leads have"
        are = "person is" if len(people) == 1 else "people are"
        words = (
            f"{more:,} {have} the {what} of an earlier one ({', '.join(names)}): "
            f"{len(people):,} {are} there more than once."
        )
        yield Quality(kind="same_person", fields=names, value=float(more), words=words)


def _near(frame: pd.DataFrame, keys: _Keys, schema: Schema) -> Iterator[Quality]:
    """Yield leads that agree with another one on all but a few fields, if that is no chance."""
    scored = {one.name for one in schema.fields if one.role in ("feature", "audit", "sales")}
    names = [str(name) for name in frame.columns]
    at = [place for place, name in enumerate(names) if name in scored]
    if len(at) < _FEWEST_FIELDS or len(frame) < 2:
        return
    bundled = [at[start::_BUNDLES] for start in range(min(_BUNDLES, len(at)))]
    parts = np.column_stack([_sum(keys[:_MOST_ROWS, one]) for one in bundled])
    found = int(_unlikely(_apart(parts)).sum())
    if not found:
        return
    but = "" if len(at) <= _BUNDLES else f" (of {len(at)}, up to {-(-len(at) // _BUNDLES)} differ)"
    fields = "all scored fields or all but one" if not but else f"nearly all scored fields{but}"
    words = f"{found:,} leads agree with another lead in {fields}: they may be one person twice."
    yield Quality(kind="near_duplicates", fields=(), value=float(found), words=words)


def _apart(parts: _Keys) -> _Keys:
    """Put together the bundles of which one decides the other: a postcode and its town are one."""
    found: list[_Keys] = []
    for one in parts.T:
        pairs = _pairs(one)
        for at, other in enumerate(found):
            fewer = min(pairs, _pairs(other))
            if fewer > len(parts) and _pairs(one + other) > _DECIDES * fewer:
                found[at] = one + other
                break
        else:
            found.append(one)
    return np.column_stack(found)


def _unlikely(parts: _Keys) -> NDArray[np.bool_]:
    """Return the rows that agree with another one on all bundles but one, beyond chance.

    How many pairs chance makes is read off the file itself: those that agree on all bundles but
    two and differ in the second, times the odds that any two rows agree there. The largest such
    estimate holds, since fields that go together agree more often than that.
    """
    count = parts.shape[1]
    whole = _sum(parts)
    every = len(parts) * (len(parts) - 1) / 2
    agree = [_pairs(parts[:, one]) / every for one in range(count)]
    near = [_pairs(whole - parts[:, one]) for one in range(count)]
    chance = np.zeros(count)
    for one in range(count):
        for two in range(one):
            pairs = _pairs(whole - parts[:, one] - parts[:, two])
            for left, other in ((one, two), (two, one)):
                if agree[other] <= _COMMON:
                    odds = agree[other] / (1 - agree[other])
                    chance[left] = max(chance[left], (pairs - near[left]) * odds)
    unlikely = np.zeros(len(parts), dtype=bool)
    if count < _FEWEST_FIELDS or min(agree) > _COMMON:
        return unlikely
    for one in range(count):
        if near[one] >= _BEYOND * (chance[one] + chance[one] ** 0.5) + 2:
            unlikely |= _company(whole - parts[:, one]) > 1
    return unlikely


def _pairs(keys: _Keys) -> float:
    counts = np.unique(keys, return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1)).sum() / 2)


def _company(keys: _Keys) -> NDArray[np.int64]:
    """Return how many rows have each row's key, itself included."""
    _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[place].astype(np.int64)
