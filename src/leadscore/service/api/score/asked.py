"""What a request asks of scoring: read strictly, since a number is no text and a flag no number."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from leadscore.errors import BadInput, BadRequest, Fault
from leadscore.leads.event import ID_WORDS, is_id
from leadscore.leads.moment import read_moment
from leadscore.leads.refusal import refusal
from leadscore.leads.schema import Field, Schema
from leadscore.leads.values import LEAD_ID, conform_lead

__all__ = [
    "JSON_TYPES",
    "Asked",
    "LeadTypes",
    "asked_of",
    "flat_of",
    "refuse_id",
    "without_row",
]

#: The JSON types that a field's values may have, by the field's type; null is for the schema to
#: judge.
JSON_TYPES: Mapping[str, tuple[str, ...]] = {
    "integer": ("number",),
    "number": ("number",),
    "flag": ("boolean", "number"),
    "category": ("string", "number"),
    "text": ("string", "number"),
    "time": ("string",),
}
_TYPES: Mapping[str, frozenset[type]] = {
    "number": frozenset([int, float]),
    "boolean": frozenset([bool]),
    "string": frozenset([str]),
}
_NULL = frozenset([type(None)])
_ID_KINDS = ("string", "number")
_ID_TYPES = _NULL.union(*(_TYPES[one] for one in _ID_KINDS))
_WRAPPED = "lead"
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One lead that is to be scored.

    Parameters
    ----------
    lead : mapping of str to JSON value
        Its fields.
    lead_id : str, optional
        Its id, where that stands beside the fields.
    as_of : str
        The moment that the score is for; empty where none was given.
    keep : bool
        Whether the score is to be kept.
    """

    lead: Mapping[str, object]
    lead_id: str | None = None
    as_of: str = ""
    keep: bool = False


class LeadTypes:
    """The JSON types that the values of a schema's fields have.

    Parameters
    ----------
    schema : Schema
        The schema.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.wrapped = all(one.name != _WRAPPED for one in schema.fields)
        types = {LEAD_ID: _ID_TYPES}
        types |= {one.name: _types(one) for one in schema.fields if one.role != "label"}
        self._types = list(types.items())

    def check(self, lead: Mapping[str, object]) -> None:
        """Refuse a lead with values of other types.

        Raises
        ------
        BadInput
            With these and all other faults of the lead.
        """
        get = lead.get
        for name, types in self._types:
            if type(get(name)) not in types:
                raise self._refused(lead)

    def _refused(self, lead: Mapping[str, object]) -> BadInput:
        bad = {name for name, types in self._types if type(lead.get(name)) not in types}
        kinds = {one.name: _kinds(one) for one in self._schema.fields}
        faults = [
            _fault(name, lead[name], kinds.get(name, _ID_KINDS)) for name in lead if name in bad
        ]
        label = self._schema.label
        rest = conform_lead({**lead, **dict.fromkeys(bad)}, self._schema).faults
        passed = bad | ({label.field} if label else set())
        return refusal((*faults, *(one for one in rest if one.field not in passed)), what="lead")


def asked_of(value: object, types: LeadTypes) -> Asked:
    """Return what is asked of one lead: its fields flat, or as ``{"lead": {…}, …}``.

    Raises
    ------
    BadInput
        If a value of the lead is of another type than its field.
    BadRequest
        If it is no JSON object, or what stands beside the lead is not allowed.
    """
    if type(value) is dict and types.wrapped and _WRAPPED in value:
        lead = value[_WRAPPED]
        _refuse_beside(value)
        types.check(lead)
        return Asked(
            lead=lead,
            lead_id=value.get("lead_id"),
            as_of=value.get("as_of") or "",
            keep=bool(value.get("keep")),
        )
    return flat_of(value, types)


def flat_of(value: object, types: LeadTypes) -> Asked:
    """Return what is asked of one lead whose fields came flat, with nothing beside them.

    Raises
    ------
    BadInput
        If a value of the lead is of another type than its field.
    BadRequest
        If it is no JSON object.
    """
    if type(value) is not dict:
        fault = Fault(field="body", got=_shown(value), allowed="a JSON object")
        raise BadRequest("A lead is not a JSON object.", faults=(fault,))
    types.check(value)
    return Asked(lead=value)


def refuse_id(lead_id: object) -> None:
    """Refuse to keep anything under an id that no stored lead may have.

    Raises
    ------
    BadRequest
        If it is one.
    """
    if not isinstance(lead_id, str) or not is_id(lead_id):
        fault = Fault(field="lead_id", got=_shown(lead_id), allowed=ID_WORDS)
        raise BadRequest("The score cannot be kept.", faults=(fault,))


def without_row(error: BadInput) -> BadInput:
    """Return the error of a lead that came alone: its faults are in no row."""
    faults = tuple(replace(one, row=None) for one in error.faults)
    return BadInput(error.message, allowed=error.allowed, next_step=error.next_step, faults=faults)


def _refuse_beside(value: Mapping[str, object]) -> None:
    """Refuse what stands beside a lead and is not allowed, all at once."""
    named, as_of, keep = value.get("lead_id"), value.get("as_of"), value.get("keep")
    faults = []
    if type(value[_WRAPPED]) is not dict:
        got = _shown(value[_WRAPPED])
        faults.append(Fault(field=_WRAPPED, got=got, allowed="a JSON object of fields"))
    if named is not None and not (isinstance(named, str) and is_id(named)):
        faults.append(Fault(field="lead_id", got=_shown(named), allowed=ID_WORDS))
    if as_of not in (None, "") and not (isinstance(as_of, str) and read_moment(as_of) is not None):
        allowed = "a moment such as 2026-01-31T12:30:00Z"
        faults.append(Fault(field="as_of", got=_shown(as_of), allowed=allowed))
    if not isinstance(keep, bool | None):
        faults.append(Fault(field="keep", got=_shown(keep), allowed="true or false"))
    if faults:
        raise BadRequest("The request cannot be used.", faults=tuple(faults))


def _kinds(field: Field) -> tuple[str, ...]:
    return _ID_KINDS if field.role == "id" else JSON_TYPES[field.type]


def _types(field: Field) -> frozenset[type]:
    return _NULL.union(*(_TYPES[one] for one in _kinds(field)))


def _fault(name: str, value: object, kinds: tuple[str, ...]) -> Fault:
    words = " or ".join(f"a JSON {one}" for one in kinds)
    return Fault(field=name, got=_shown(value), allowed=f"{words}, or null")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
