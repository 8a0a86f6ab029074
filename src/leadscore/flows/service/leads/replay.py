"""A score given again: the same bytes, or which part is gone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType

from leadscore.errors import Fault
from leadscore.flows.service.context import Champion
from leadscore.flows.service.leads.history import kept_score
from leadscore.flows.service.leads.lead_record import give_record, is_objection
from leadscore.flows.service.ports import Work
from leadscore.leads.event import Scalar
from leadscore.leads.refusal import refusal
from leadscore.model.bundle import Model
from leadscore.score.one_record import RecordScorer
from leadscore.score.record import Json, ScoreRecord

__all__ = ["replay_score"]

#: What of a record its replay needs.
_PARTS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "score_id": (str, "a text"),
    "lead_id": ((str, NoneType), "a text or null"),
    "as_of": (str, "a text, empty where the score had no moment"),
    "model": (dict, "a table with the digest"),
    "reasons": ((list, NoneType), "a list or null"),
    "input": (dict, "a table of the fields as they were"),
}
_WHOLE = "Give the answer of POST /v1/score as it was, with its input."


def replay_score(
    work: Work,
    score_id: str,
    *,
    record: Mapping[str, Json] | None = None,
    model_of: Callable[[str], Model | None],
) -> dict[str, Json]:
    """Give a score again from what was kept with it, and say whether it is the same.

    Parameters
    ----------
    work : Work
        The transaction.
    score_id : str
        The score. Empty where a record is given: then the record's own.
    record : mapping, optional
        The answer of a stateless score in full, ``input`` included; then nothing needs to be kept
        of it but the model.
    model_of : callable
        From a digest to the model; None where it is not kept.

    Returns
    -------
    dict
        ``score_id``; ``same``, null where it cannot be told; ``record``, as it is given now, or
        null; ``missing``, the parts that are gone; ``differs``, the keys that are not the same.

    Raises
    ------
    NotFound
        If no such score is kept, and no record is given.
    BadInput
        If the record is none.
    """
    given = _stored(work, score_id) if record is None else _read(record, score_id)
    model = model_of(given.digest)
    again = None
    if model is not None:
        again = given.again(Champion(model=model, records=RecordScorer(model)))
    gone: list[Json] = [] if again else [f"the model {given.digest}"]
    differs: list[Json] = [*_differing(given.record, again)] if again else []
    return {
        "score_id": given.record["score_id"],
        "same": None if again is None else not differs,
        "record": again,
        "missing": gone,
        "differs": differs,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A score as it was given, and the fields that it was given for."""

    record: Mapping[str, Json]
    fields: Mapping[str, Scalar]

    @property
    def digest(self) -> str:
        """The digest of the model that gave it."""
        model = self.record["model"]
        return str(model["digest"]) if isinstance(model, dict) else ""

    def again(self, champion: Champion) -> ScoreRecord:
        """Return what the model says now."""
        lead_id, reasons = self.record["lead_id"], self.record["reasons"]
        found = give_record(
            champion,
            self.fields,
            lead_id=None if lead_id is None else str(lead_id),
            as_of=str(self.record["as_of"]),
            objection=is_objection(self.record),
        )
        told = found["reasons"]
        if isinstance(reasons, list) and isinstance(told, list):
            # a caller may have asked for the first few alone
            found["reasons"] = told[: len(reasons)]
        return found


def _stored(work: Work, score_id: str) -> _Given:
    row = kept_score(work, score_id)
    return _Given(record=json.loads(row.record), fields=row.features)


def _read(record: Mapping[str, Json], score_id: str) -> _Given:
    """Return a record that a caller gave, all of its faults told at once."""
    said, model = record.get("score_id"), record.get("model")
    faults = [
        Fault(field=name, got=_shown(record, name), allowed=allowed)
        for name, (kind, allowed) in _PARTS.items()
        if name not in record or not isinstance(record[name], kind)
    ]
    if isinstance(said, str) and score_id not in ("", said):
        faults.append(Fault(field="score_id", got=repr(said), allowed=repr(score_id)))
    if isinstance(model, dict) and not isinstance(model.get("digest"), str):
        faults.append(Fault(field="model.digest", got=_shown(model, "digest"), allowed="a text"))
    fields = record.get("input")
    values = fields if isinstance(fields, dict) else {}
    flat = {name: one for name, one in values.items() if not isinstance(one, dict | list)}
    if len(flat) < len(values):
        faults.append(Fault(field="input", got="a table in a table", allowed=_PARTS["input"][1]))
    if faults:
        raise refusal(tuple(faults), what="record", next_step=_WHOLE)
    return _Given(record={k: v for k, v in record.items() if k != "input"}, fields=flat)


def _shown(table: Mapping[str, Json], name: str) -> str:
    return f"a {type(table[name]).__name__}" if table.get(name) is not None else "nothing"


def _differing(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[str]:
    """Return the keys that are not the same; 1 and 1.0 are one number in JSON."""
    keys = {**before, **after}
    return [name for name in keys if name not in before or before[name] != after.get(name)]
