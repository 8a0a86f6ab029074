"""One lead: its score, why, and what would raise it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadscore.errors import BadInput
from leadscore.flows.labelled import refuse_faults
from leadscore.flows.ports import Files
from leadscore.leads.refusal import no_mapping
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.score.record import ScoreRecord, score_record
from leadscore.score.scores import score_leads
from leadscore.score.what_if import WhatIf, what_if

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explained", "explain_file", "explain_values", "what_if_frame"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A lead's score record, and what it takes to say it in words.

    Parameters
    ----------
    record : ScoreRecord
        The record, with what would raise the lead under ``what_if``.
    fields : int
        How many fields the model has.
    """

    record: ScoreRecord
    fields: int


def explain_file(model_path: str, path: str, *, files: Files, as_of: str = "") -> Explained:
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
    model = files.read_model(model_path)
    record = explain_values(model, values, as_of=as_of)
    return Explained(record=record, fields=len(model.schema.features))


def explain_values(model: Model, values: Mapping[str, object], *, as_of: str = "") -> ScoreRecord:
    """Return the score record of one lead, with what would raise it under ``what_if``.

    Parameters
    ----------
    model : Model
        The model.
    values : mapping of str to object
        The lead's fields, as JSON has them.
    as_of : str
        The moment that the score is of; it is written down as it is.

    Raises
    ------
    BadInput
        With every fault of the lead.
    BadRequest
        If it is no mapping.
    """
    if not isinstance(values, Mapping):
        raise no_mapping(values)
    found = conform_lead(values, model.schema)
    # what became of a lead is no part of scoring it
    label = model.schema.label.field if model.schema.label else ""
    refuse_faults(tuple(fault for fault in found.faults if fault.field != label))
    record = score_record(model, found.leads, score_leads(model, found.leads, as_of=as_of), 0)
    return {**record, "what_if": what_if(model, found.leads)[0].to_json()}


def what_if_frame(model: Model, frame: "pd.DataFrame", *, most: int = 3) -> tuple[WhatIf, ...]:
    """Return, for each row of a frame, the smallest changes that would raise it to the next tier.

    Parameters
    ----------
    model : Model
        The model.
    frame : pandas.DataFrame
        The leads.
    most : int
        How many alternatives for each.

    Raises
    ------
    BadInput
        With every fault of the leads.
    BadRequest
        If `most` is less than one.
    """
    from leadscore.leads.conform import conform  # noqa: PLC0415 - one lead needs no pandas

    found = conform(frame, model.schema)
    label = model.schema.label.field if model.schema.label else ""
    refuse_faults(tuple(fault for fault in found.faults if fault.field != label))
    return what_if(model, found.leads, most=most)


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else f"the value {value!r}"
