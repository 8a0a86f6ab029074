"""Whether a model treats groups of people alike, on leads whose label is known."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadscore.flows.labelled import Labelled, class_names, top_class
from leadscore.leads.guess.names import protected
from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Column, Leads
from leadscore.measure.fairness.assess import Protected, assess
from leadscore.measure.fairness.groups import Groups, groups_of
from leadscore.measure.fairness.quick import Inputs
from leadscore.measure.fairness.rates import Treated
from leadscore.measure.fairness.record import Fairness, Flips
from leadscore.model.bundle import Model
from leadscore.model.trees import Trees
from leadscore.score.scores import Scores
from leadscore.score.tiers import stated_tiers

__all__ = ["Told", "fairness_of", "protected_fields", "told_held_out", "told_scores"]

#: At most so many leads are scored anew with changed values.
_MOST_FLIPPED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a model said of leads.

    Parameters
    ----------
    tier : ndarray of int, shape (n,)
        The stated tier's place, lowest first.
    probabilities : ndarray of shape (n, K)
        The probability of each class.
    """

    tier: NDArray[np.intp]
    probabilities: NDArray[np.float64]


def told_scores(scores: Scores) -> Told:
    """Return what was said where leads were scored; each must have a score."""
    return Told(tier=scores.tier, probabilities=scores.probabilities)


def told_held_out(schema: Schema, probabilities: NDArray[np.float64]) -> Told:
    """Return what was said of leads that were held out of fits.

    Parameters
    ----------
    schema : Schema
        The schema, for its tiers.
    probabilities : ndarray of shape (n, K)
        The probability of each class.

    Returns
    -------
    Told
        With the most probable class as tier; outcome models have as yet no thresholds on held-out
        probabilities, so the leads are parted by the schema's shares of tiers.
    """
    if schema.label is None or not schema.label.outcome:
        return Told(tier=probabilities.argmax(axis=1), probabilities=probabilities)
    chance = probabilities[:, -1]
    shares = np.cumsum([tier.share for tier in schema.tiers])[:-1]
    cuts = np.quantile(chance, np.clip(shares, 0, 1), method="higher")
    return Told(
        tier=np.searchsorted(cuts, chance, side="right").astype(np.intp),
        probabilities=probabilities,
    )


def protected_fields(schema: Schema) -> tuple[Field, ...]:
    """Return the fields to judge: those of the role audit, and scored ones with a telling name."""
    return tuple(
        one for one in schema.fields if one.role == "audit" or (one.scored and protected(one.name))
    )


def fairness_of(model: Model, data: Labelled, told: Told, *, seed: int = 0) -> Fairness | None:
    """Judge how a model treats the groups of each protected field.

    Parameters
    ----------
    model : Model
        The model.
    data : Labelled
        Leads with a label.
    told : Told
        What the model said of them; for a card, without having seen them.
    seed : int
        Seed of the folds and draws.

    Returns
    -------
    Fairness or None
        None where the schema has no protected field.
    """
    asked = protected_fields(model.schema)
    if not asked:
        return None
    there = [one for one in asked if _known(data.leads.columns[one.name])]
    inputs = _inputs(model, data.leads)
    treated = Treated(
        tier=told.tier,
        tiers=tuple(tier.name for tier in model.schema.tiers),
        said=told.probabilities[:, -1],
        hits=data.labels == len(class_names(model.schema)) - 1,
    )
    return assess(
        tuple(_protected(one, model, data.leads, inputs) for one in there),
        treated,
        target=top_class(model.schema),
        absent=tuple(one.name for one in asked if one not in there),
        seed=seed,
    )


def _known(column: Column) -> bool:
    if column.dtype == object:
        return any(value is not None for value in column.tolist())
    return bool(np.isfinite(np.asarray(column, np.float64)).any())


def _inputs(model: Model, leads: Leads) -> Inputs:
    encoder = model.encoder
    words = {one.name: one.words for one in model.schema.features}
    return Inputs(
        x=encoder.encode(leads),
        fields=tuple((name, words[name]) for name in encoder.fields),
        categorical=encoder.categorical,
    )


def _protected(field: Field, model: Model, leads: Leads, inputs: Inputs) -> Protected:
    column = leads.columns[field.name]
    groups = groups_of(field, column)
    number = column.dtype != object and field.type != "flag"
    return Protected(
        field=field,
        groups=groups,
        numbers=np.asarray(column, np.float64) if number else None,
        flips=_flips(field.name, model, leads, groups),
        others=_without(inputs, field.name),
        itself=_itself(field, column),
    )


def _without(inputs: Inputs, name: str) -> Inputs:
    kept = [at for at, (field, _) in enumerate(inputs.fields) if field != name]
    return Inputs(
        x=np.ascontiguousarray(inputs.x[:, kept]),
        fields=tuple(inputs.fields[at] for at in kept),
        categorical=tuple(new for new, old in enumerate(kept) if old in inputs.categorical),
    )


def _itself(field: Field, column: Column) -> Inputs:
    if column.dtype != object:
        values = np.asarray(column, np.float32)
    else:
        known = sorted({str(value) for value in column.tolist() if value is not None})
        code = {value: float(at) for at, value in enumerate(known)}
        values = np.array(
            [np.nan if one is None else code[str(one)] for one in column.tolist()], np.float32
        )
    return Inputs(
        x=values[:, None],
        fields=((field.name, field.words),),
        categorical=(0,) if column.dtype == object else (),
    )


def _flips(name: str, model: Model, leads: Leads, groups: Groups) -> Flips:
    """Score leads anew with each group's usual value in the field's place, and count changes."""
    rows = np.unique(np.linspace(0, leads.n - 1, min(leads.n, _MOST_FLIPPED)).astype(np.intp))
    few = leads.take(rows)
    before = _tiers(model, few)
    changed = np.zeros(few.n, bool)
    for value in _usual(leads.columns[name], groups):
        changed |= _tiers(model, _with(few, name, value)) != before
    return Flips(n=few.n, changed=int(changed.sum()))


def _tiers(model: Model, leads: Leads) -> NDArray[np.intp]:
    x, engine = model.encoder.encode(leads), model.engine
    # effects of deep trees take a hundred times longer, and no tier needs them
    margin = (
        engine.margin(x)
        if isinstance(engine, Trees)
        else engine.base + engine.effects(x).sum(axis=1)
    )
    return stated_tiers(model, margin, model.probabilities(x, margin))


def _usual(column: Column, groups: Groups) -> tuple[float | str | None, ...]:
    """Return each group's usual value: a number's middle one, a category's most frequent one."""
    found: list[float | str | None] = []
    for at in range(len(groups.names)):
        here = column[groups.member == at]
        if column.dtype == object:
            values, counts = np.unique([str(one) for one in here.tolist()], return_counts=True)
            found.append(None if here[0] is None else str(values[np.argmax(counts)]))
        else:
            found.append(float(np.quantile(here, 0.5, method="lower")))
    return tuple(found)


def _with(leads: Leads, name: str, value: float | str | None) -> Leads:
    objects = leads.columns[name].dtype == object
    column: Column = np.full(leads.n, value, dtype=object if objects else np.float64)
    return replace(leads, columns={**leads.columns, name: column})
