"""The score record: one lead's score as JSON has it."""

import hashlib
import json
import math

import numpy as np

from leadscore.leads.schema import Field
from leadscore.leads.table import Leads
from leadscore.model.bundle import Model
from leadscore.score.reasons import NO_REASON, top_reasons
from leadscore.score.scores import Scores
from leadscore.score.tiers import UNSCORED
from leadscore.score.words import Value, plain_value, reason_words

__all__ = ["Json", "ScoreRecord", "score_record"]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
ScoreRecord = dict[str, Json]


def score_record(
    model: Model,
    leads: Leads,
    scores: Scores,
    row: int,
    *,
    reasons: int | None = None,
) -> ScoreRecord:
    """Return the score of the lead at `row` as JSON values; null where there is nothing to say.

    Its ``lead_id`` is the input's, or else the first of its ids.

    Parameters
    ----------
    model : Model
        The model that gave the scores.
    leads : Leads
        The leads that were scored.
    scores : Scores
        Their scores.
    row : int
        Which lead.
    reasons : int, optional
        How many reasons; all of them, whose effects and the base add up to the margin, by default.
    """
    lead_id = _lead_id(leads, row)
    lead = leads.take(slice(row, row + 1))
    return {
        "lead_id": lead_id,
        **_stated(scores, row),
        **_explained(model, lead, scores, row, len(scores.fields) if reasons is None else reasons),
        "notes": [
            {"field": one.field or None, "kind": one.kind, "words": one.words}
            for one in scores.notes.of(row)
        ],
        "action": _action(model, int(scores.tier[row])),
        "model": {"name": model.name, "version": model.version, "digest": model.digest},
        "as_of": scores.as_of,
        "score_id": _score_id(model, lead, lead_id, scores.as_of),
    }


def _stated(scores: Scores, row: int) -> ScoreRecord:
    tier = UNSCORED if scores.unscored[row] else scores.tier_names[scores.tier[row]]
    scored = not scores.unscored[row]
    return {
        "score": _number(scores.score[row]),
        "tier": tier,
        "tier_set": _tier_set(scores, row, tier),
        "outcome_set": _class_set(scores, row) or None if scores.outcome else None,
        "confidence": _number(scores.confidence[row]),
        "probabilities": _probabilities(scores, row) if scored else None,
        "expected_conversion": _number(scores.expected_conversion[row]),
        "themes": {name: _number(sums[row]) for name, sums in scores.themes.items()}
        if scored
        else None,
        "base": _number(scores.base) if scored else None,
    }


def _tier_set(scores: Scores, row: int, tier: str) -> list[Json]:
    """Return the tiers that cannot be ruled out; an outcome model's tier is a decision instead."""
    return [tier] if scores.outcome else _class_set(scores, row) or [tier]


def _class_set(scores: Scores, row: int) -> list[Json]:
    return [name for name, held in zip(scores.class_names, scores.sets[row], strict=True) if held]


def _probabilities(scores: Scores, row: int) -> dict[str, Json]:
    told = [_number(one) for one in scores.probabilities[row]]
    return (
        {"converted": told[1]}
        if scores.outcome
        else dict(zip(scores.class_names, told, strict=True))
    )


def _explained(model: Model, lead: Leads, scores: Scores, row: int, most: int) -> ScoreRecord:
    if scores.unscored[row]:
        return {"reasons": None, "similar": None}
    top = top_reasons(scores.effects[row : row + 1], most)[0]
    features = model.schema.features
    return {
        "reasons": [
            _reason(features[place], lead, float(scores.effects[row, place]))
            | _observed(model, scores, row, int(place))
            for place in top
            if place != NO_REASON
        ],
        "similar": _similar(model, scores, row),
    }


def _reason(field: Field, lead: Leads, effect: float) -> ScoreRecord:
    value: Value = lead.columns[field.name][0]
    return {
        "field": field.name,
        "value": plain_value(field, value),
        "phrase": reason_words(field, value, effect),
        "effect": effect,
    }


def _observed(model: Model, scores: Scores, row: int, place: int) -> ScoreRecord:
    """Return what came of reference leads with such a value; null without outcomes."""
    if not model.reference.fields:
        return {"rate": None, "n": None}
    seen = model.reference.fields[place]
    cell = model.reference.cell_of(place, scores.encoded[row : row + 1, place])
    return {"rate": _number(seen.rates(cell)[0]), "n": int(seen.n[cell][0])}


def _similar(model: Model, scores: Scores, row: int) -> Json:
    """Return what came of reference leads with such a margin; null without outcomes."""
    reference = model.reference
    if reference.similar is None:
        return None
    group = reference.group_of(scores.margin[row : row + 1])[0]
    low, high = reference.intervals[group]
    return {
        "n": int(reference.similar.n[group]),
        "converted": int(reference.similar.converted[group]),
        "low": _number(low),
        "high": _number(high),
    }


def _action(model: Model, tier: int) -> Json:
    if tier < 0:
        return None
    found = model.schema.tiers[tier]
    return {"name": found.action, "due_hours": found.due_hours, "text": found.text}


def _lead_id(leads: Leads, row: int) -> str | None:
    names = sorted(leads.ids, key=lambda name: name != "lead_id")
    return (leads.ids[names[0]][row] or None) if names else None


def _score_id(model: Model, lead: Leads, lead_id: str | None, as_of: str) -> str:
    """Return a digest of the lead as it was given and of the model that scored it."""
    kept = [one for one in model.schema.fields if one.scored or one.role in ("audit", "sales")]
    values = {
        one.name: plain_value(one, lead.columns[one.name][0])
        for one in kept
        if one.name in lead.columns
    }
    said = {
        "lead_id": lead_id,
        "fields": {name: value for name, value in values.items() if value is not None},
        "model": model.digest,
        "as_of": as_of,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _number(value: float | np.floating) -> float | None:
    return None if math.isnan(value) else float(value)
