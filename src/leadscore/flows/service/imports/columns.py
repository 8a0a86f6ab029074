"""Which column is what: by what the caller says, and else by its header."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadscore.errors import BadRequest, Fault
from leadscore.flows.service.imports.headers import (
    IGNORED,
    LEAD,
    TARGETS,
    bare_name,
    known_columns,
)
from leadscore.leads.schema import Schema

__all__ = ["Columns", "plan_columns"]

_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a table are taken for.

    Parameters
    ----------
    targets : mapping of str to str
        By column a field, or one of `leadscore.flows.service.imports.headers.TARGETS`.
    ignored : tuple of str
        The columns that are taken for nothing.
    """

    targets: Mapping[str, str]
    ignored: tuple[str, ...]

    def of(self, target: str) -> tuple[str, ...]:
        """Return the columns that are taken for `target`."""
        return tuple(name for name, one in self.targets.items() if one == target)


def plan_columns(
    names: tuple[str, ...], schema: Schema, *, mapping: Mapping[str, str] | None = None
) -> Columns:
    """Return what the columns are taken for.

    Parameters
    ----------
    names : tuple of str
        The columns.
    schema : Schema
        The fields.
    mapping : mapping of str to str, optional
        By column what the caller says it is: a field, ``lead_id``, a part of the contact,
        ``outcome`` and its like, or ``ignore``. It goes before what headers say.

    Raises
    ------
    BadRequest
        With every fault of the mapping; or if no column has the leads' ids.

    Examples
    --------
    >>> from leadscore.leads.schema import investor
    >>> mapping = {"Salary": "income"}
    >>> found = plan_columns(("Lead ID", "Salary", "Notes"), investor(), mapping=mapping)
    >>> dict(found.targets), found.ignored
    ({'Lead ID': 'lead_id', 'Salary': 'income'}, ('Notes',))
    """
    fields = tuple(field.name for field in schema.fields if field.held)
    said = _said(names, mapping or {}, fields)
    ids = [field.name for field in schema.with_role("id")]
    guessed = known_columns(tuple(name for name in names if name not in said), fields)
    taken = frozenset(said.values())
    targets = {name: one for name, one in guessed.items() if one not in taken} | said
    if LEAD not in targets.values():
        targets |= {name: LEAD for name in names if name in ids[:1] and name not in said}
    if LEAD not in targets.values():
        raise BadRequest(
            f"No column has the leads' ids. The columns are {_listed(names)}.",
            next_step="Say which one it is: --id COLUMN, or map it to lead_id.",
        )
    kept = {name: targets[name] for name in names if targets.get(name, IGNORED) != IGNORED}
    return Columns(targets=kept, ignored=tuple(name for name in names if name not in kept))


def _said(
    names: tuple[str, ...], mapping: Mapping[str, str], fields: tuple[str, ...]
) -> dict[str, str]:
    """Return the caller's mapping by the columns' own names."""
    by_bare = {bare_name(name): name for name in names}
    found = {
        name if name in names else by_bare.get(bare_name(name), name): name for name in mapping
    }
    said = {column: mapping[name] for column, name in found.items()}
    faults = tuple(_faults(names, said, fields))
    if faults:
        raise BadRequest(
            "The mapping of columns does not fit the table.",
            faults=faults,
            next_step="Map each column to a field: --map COLUMN=FIELD.",
        )
    return said


def _faults(
    names: tuple[str, ...], said: Mapping[str, str], fields: tuple[str, ...]
) -> Iterator[Fault]:
    allowed = (*fields, *TARGETS, IGNORED)
    times = Counter(said.values())
    for column, target in said.items():
        if column not in names:
            yield Fault(field=column, got="no such column", allowed=f"one of {_listed(names)}")
        elif target not in allowed:
            yield Fault(field=column, got=repr(target), allowed=f"one of {', '.join(allowed)}")
        elif times[target] > 1 and target not in ("outcome", IGNORED):
            yield Fault(field=column, got=repr(target), allowed="each field from one column alone")


def _listed(names: tuple[str, ...]) -> str:
    more = f", … ({len(names)} in all)" if len(names) > _MOST_SHOWN else ""
    return ", ".join(repr(name) for name in names[:_MOST_SHOWN]) + more
