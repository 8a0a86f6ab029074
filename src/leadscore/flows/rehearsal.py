"""What training knows of its model before any lead is scored: honest figures, for the card."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.findings import Audit
from leadscore.flows.card import (
    CardParts,
    HeldOut,
    Split,
    card_pages,
    data_facts,
    fold_split,
)
from leadscore.flows.fairness import fairness_of, told_held_out
from leadscore.flows.labelled import Labelled, class_names
from leadscore.flows.ports import Teller, no_news
from leadscore.flows.rivals import Rival, baselines, compared
from leadscore.leads.schema import Schema
from leadscore.measure.coverage import Coverage, coverage
from leadscore.measure.metrics import draws_for, evaluate
from leadscore.measure.report import Comparison
from leadscore.measure.shapes import Importance, importance
from leadscore.measure.simpler import Simpler, simpler_ones
from leadscore.measure.warn import Warn
from leadscore.model.bundle import Model
from leadscore.model.conformal import fit_sets
from leadscore.model.rehearse import Rehearsal
from leadscore.model.train import Fitted, rehearse_model
from leadscore.model.trees import Trees

__all__ = ["Honest", "card_of", "honest_figures"]


#: The card's share of each field is measured on at most so many leads; of deep trees, so few.
_EXPLAINED, _FEW_EXPLAINED = 2_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Honest:
    """Figures of a model on leads that it had not seen, and of what else could be done.

    Parameters
    ----------
    held_out : tuple of HeldOut
        Figures by how the leads were kept apart, the most honest first.
    rows : ndarray of shape (m,)
        The leads that the first of these are on.
    compared_on : int
        How many leads the comparison is on.
    comparison : tuple of Comparison
        All recipes and baselines, on the same leads.
    simpler : tuple of Simpler
        How what is simpler compares.
    coverage : Coverage
        How often the sets of classes held the true one.
    """

    held_out: tuple[HeldOut, ...]
    rows: NDArray[np.intp]
    compared_on: int
    comparison: tuple[Comparison, ...]
    simpler: tuple[Simpler, ...]
    coverage: Coverage


def honest_figures(
    fitted: Fitted, data: Labelled, schema: Schema, *, seed: int, tell: Teller = no_news
) -> Honest:
    """Measure a fitted model, the other recipes and the baselines on leads that they had not seen.

    Parameters
    ----------
    fitted : Fitted
        The model as it was fitted to `data`.
    data : Labelled
        The leads.
    schema : Schema
        Their schema, as `fit_model` was given it.
    seed : int
        Seed of everything random.
    tell : Teller
        Who is told what is being done.
    """
    tell("Measuring beside the other recipes, on leads not seen")
    found = rehearse_model(fitted, data.leads, data.labels, schema, seed=seed)
    apart = data.take(found.split.ahead)
    rivals = _rivals(fitted.model, found, data, seed, tell)
    told = {one.name: one.probabilities for one in rivals if one.probabilities is not None}
    return Honest(
        held_out=_held_out(fitted, found, data, seed),
        rows=found.rows,
        compared_on=len(apart.labels),
        comparison=compared(rivals, apart, fitted.model),
        simpler=simpler_ones(
            apart.labels,
            told,
            shipped=fitted.model.recipe,
            boot=draws_for(len(apart.labels)),
            seed=seed,
        ),
        coverage=_coverage(fitted, seed),
    )


def card_of(
    model: Model,
    honest: Honest,
    data: Labelled,
    *,
    audit: Audit | None,
    warnings: tuple[Warn, ...],
) -> Model:
    """Return the model with its card as pages.

    Parameters
    ----------
    model : Model
        The model, named, with its figures.
    honest : Honest
        Its figures on leads that it had not seen.
    data : Labelled
        The leads that it learned from.
    audit : Audit, optional
        What the audit of their file found.
    warnings : tuple of Warn
        What could fool the reader.
    """
    first = honest.held_out[0]
    told = told_held_out(model.schema, first.probabilities)
    parts = CardParts(
        model=model,
        facts=data_facts(data, model.schema, fingerprint=str(model.card["fingerprint"])),
        held_out=honest.held_out,
        comparison=honest.comparison,
        simpler=honest.simpler,
        audit=audit,
        fairness=fairness_of(model, data.take(honest.rows), told),
        warnings=warnings,
        coverage=honest.coverage,
        importance=_importance(model, data),
        compared_on=honest.compared_on,
    )
    return replace(model, pages=card_pages(parts))


def _importance(model: Model, data: Labelled) -> tuple[Importance, ...]:
    """Return which fields move scores most, on some of the training leads."""
    engine, n = model.engine, len(data.labels)
    # deep trees take a hundred times longer
    most = _FEW_EXPLAINED if isinstance(engine, Trees) else _EXPLAINED
    rows = np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))
    effects = engine.effects(model.encoder.encode(data.leads.take(rows)))
    return importance(effects, model.schema.features)


def _held_out(fitted: Fitted, found: Rehearsal, data: Labelled, seed: int) -> tuple[HeldOut, ...]:
    kind, schema = found.split.kind, fitted.model.schema
    first = _figures(kind, data.labels[found.rows], found.probabilities, schema, seed=seed)
    if kind != "forward":
        return (first,)
    folds = fold_split(schema)
    return first, _figures(folds, fitted.labels, fitted.probabilities, schema, seed=seed)


def _figures(
    split: Split,
    labels: NDArray[np.integer],
    probabilities: NDArray[np.float64],
    schema: Schema,
    *,
    seed: int,
) -> HeldOut:
    return HeldOut(
        split=split,
        labels=labels.astype(np.intp),
        probabilities=probabilities,
        metrics=evaluate(
            labels,
            probabilities,
            classes=class_names(schema),
            boot=draws_for(len(labels)),
            seed=seed,
        ),
    )


def _rivals(
    model: Model, found: Rehearsal, data: Labelled, seed: int, tell: Teller
) -> tuple[Rival, ...]:
    most = len(found.split.past)
    recipes = (
        Rival(
            name=name,
            kind="recipe",
            scores=told[:, -1],
            probabilities=told,
            shipped=name == model.recipe,
            reason=""
            if found.learned_from[name] == most
            else _part(found.learned_from[name], most),
        )
        for name, told in found.told.items()
    )
    past, ahead = data.take(found.split.past), data.take(found.split.ahead)
    # a random forest takes longer than the rest together: evaluate asks it
    simple = baselines(model, ahead, past, seed=seed, tell=tell, forest=False)
    return (*recipes, *simple)


def _part(rows: int, most: int) -> str:
    return f"learned from {rows:,} of {most:,} leads"


def _coverage(fitted: Fitted, seed: int) -> Coverage:
    """Return how often sets made from one half of the held-out leads hold the other's class."""
    half = np.random.default_rng(seed).permutation(len(fitted.labels)) % 2 == 0
    sets = np.empty(fitted.probabilities.shape, bool)
    for one in (half, ~half):
        made = fit_sets(fitted.probabilities[~one], fitted.labels[~one])
        sets[one] = made.holding(fitted.probabilities[one])
    return coverage(
        fitted.labels,
        sets,
        classes=class_names(fitted.model.schema),
        boot=draws_for(len(sets)),
        seed=seed,
    )
