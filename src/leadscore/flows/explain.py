"""One lead: its score, and why."""

import json
from collections.abc import Mapping

from leadscore.errors import BadInput
from leadscore.flows.labelled import refuse_faults
from leadscore.flows.ports import Files
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.score.record import ScoreRecord, score_record
from leadscore.score.scores import score_leads

__all__ = ["explain_file", "explain_values"]


def explain_file(model_path: str, path: str, *, files: Files, as_of: str = "") -> ScoreRecord:
    """Return the score record of the lead at `path`, a JSON object of its fields.

    Parameters
    ----------
    model_path, path : str
        The saved model and the lead; ``-`` is stdin.
    files : Files
        Who reads.
    as_of : str
        The moment that the score is of; it is written down as it is.

    Raises
    ------
    BadInput
        If it is no JSON object, or with every fault of the lead.
    """
    text = files.read_text(path)
    try:
        values: object = json.loads(text)
    except ValueError as error:
        raise BadInput(
            f"The lead {path!r} is no JSON: {error}.",
            allowed='an object of fields, for example {"income": 120000}',
        ) from error
    if not isinstance(values, dict):
        raise BadInput(
            f"The lead {path!r} is {_kind(values)}.",
            allowed='one object of fields, for example {"income": 120000}',
            next_step="For many leads use `leadscore score`.",
        )
    return explain_values(files.read_model(model_path), values, as_of=as_of)


def explain_values(model: Model, values: Mapping[str, object], *, as_of: str = "") -> ScoreRecord:
    """Return the score record of one lead; see `explain_file`."""
    found = conform_lead(values, model.schema)
    # what became of a lead is no part of scoring it
    label = model.schema.label.field if model.schema.label else ""
    refuse_faults(tuple(fault for fault in found.faults if fault.field != label))
    return score_record(model, found.leads, score_leads(model, found.leads, as_of=as_of), 0)


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else f"the value {value!r}"
