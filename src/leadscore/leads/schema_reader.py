"""TOML tables into dataclasses: every unknown key and wrong type is collected, none is raised."""

import difflib
import math
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from typing import (
    TYPE_CHECKING,
    Literal,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from leadscore.errors import Fault

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["TableReader"]

#: A type hint has no type of its own.
_Hint = object
_T = TypeVar("_T", bound="DataclassInstance")

_ABSENT = object()


class TableReader:
    """Read TOML tables into dataclasses and keep a list of all that does not fit.

    Attributes
    ----------
    faults : list of Fault
        What was wrong so far.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, where: str, got: object, allowed: str) -> None:
        """Note that `got` was found at `where`, and what is allowed there."""
        self.faults.append(Fault(field=where, got=_shown(got), allowed=allowed))

    def table(self, raw: object, where: str) -> Mapping[str, object]:
        """Return `raw` if it is a table, else note a fault and return an empty one."""
        if isinstance(raw, Mapping):
            return raw
        self.fault(where, raw, "a table")
        return {}

    def tables(self, raw: object, where: str) -> list[Mapping[str, object]]:
        """Return `raw` if it is a list of tables, else note a fault and return none."""
        if isinstance(raw, list) and all(isinstance(one, Mapping) for one in raw):
            return raw
        self.fault(where, raw, f"tables, each under [[{where}]]")
        return []

    def unknown(self, raw: Mapping[str, object], where: str, known: Collection[str]) -> None:
        """Note every key of `raw` that is not one of `known`."""
        for key in sorted(raw.keys() - set(known)):
            close = difflib.get_close_matches(key, known, n=1)
            meant = f" (did you mean {close[0]}?)" if close else ""
            self.fault(_at(where, key), key, "one of the keys " + ", ".join(known) + meant)

    def read(self, kind: type[_T], raw: Mapping[str, object], where: str) -> _T | None:
        """Return `raw` as a `kind`, or None after noting why not.

        Parameters
        ----------
        kind : type
            A keyword-only dataclass of texts, numbers, truths, word choices and lists of them.
        raw : mapping
            The table.
        where : str
            The table's name in faults.
        """
        before = len(self.faults)
        hints = get_type_hints(kind)
        known = {one.name: one for one in fields(kind)}
        self.unknown(raw, where, known)
        values = {
            name: value
            for name, one in known.items()
            if (value := self.value(raw.get(name, _ABSENT), hints[name], _at(where, name), one))
            is not _ABSENT
        }
        return kind(**values) if len(self.faults) == before else None

    def value(self, raw: object, hint: _Hint, where: str, spec: Field[object]) -> object:
        """Return `raw` as the hint's type; absent where it is, or noted as a fault."""
        if raw is _ABSENT:
            if spec.default is MISSING:
                self.fault(where, "nothing", _allowed(hint))
            return _ABSENT
        value = _converted(raw, hint)
        if value is _ABSENT:
            self.fault(where, raw, _allowed(hint))
        return value


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _shown(got: object) -> str:
    if got == "nothing":
        return "nothing"
    text = repr(got)
    return text if len(text) <= 60 else text[:57] + "…"


def _converted(raw: object, hint: _Hint) -> object:
    if get_origin(hint) is Literal:
        return raw if isinstance(raw, str) and raw in get_args(hint) else _ABSENT
    if hint is str or hint is bool:
        return raw if isinstance(raw, hint) else _ABSENT
    if hint is float:
        return _number(raw)
    if hint == int | None:
        return raw if isinstance(raw, int) and not isinstance(raw, bool) else _ABSENT
    if not isinstance(raw, list):
        return _ABSENT
    if hint == tuple[str, ...]:
        return tuple(raw) if all(isinstance(one, str) for one in raw) else _ABSENT
    return _span(raw)


def _span(raw: list[object]) -> object:
    ends = tuple(_number(one) for one in raw)
    return ends if len(ends) == 2 and _ABSENT not in ends else _ABSENT


def _number(raw: object) -> object:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return _ABSENT
    try:
        value = float(raw)
    except OverflowError:
        return _ABSENT
    return _ABSENT if math.isnan(value) else value


def _allowed(hint: _Hint) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(one if one else '""' for one in get_args(hint))
    words: Mapping[_Hint, str] = {
        str: "a text",
        bool: "true or false",
        float: "a number",
        int | None: "a whole number",
        tuple[str, ...]: "a list of texts",
        tuple[float, float] | None: "a list of two numbers: low, high",
    }
    return words[hint]
