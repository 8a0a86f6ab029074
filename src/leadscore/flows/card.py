"""A model's card, from what training knows of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadscore.audit.findings import Audit, Finding
from leadscore.flows.card_words import (
    choice_words,
    figure_set_words,
    limits,
    misuses,
    simpler_warning,
    unknown,
    uses,
    waived,
)
from leadscore.flows.class_words import class_words
from leadscore.flows.fairness import told_held_out
from leadscore.flows.labelled import Labelled, top_class
from leadscore.leads.schema import Field, Schema
from leadscore.measure.card import Card, CardField, FigureSet, Suspect
from leadscore.measure.card_page import card_html, card_md
from leadscore.measure.charts.formats import compact, count, decimal
from leadscore.measure.coverage import Coverage
from leadscore.measure.curves import reliability, stated_confidence
from leadscore.measure.fairness.record import Fairness
from leadscore.measure.fairness.unequal import unequal
from leadscore.measure.figures import summary_figures
from leadscore.measure.metrics import Metrics, Number, ece_floor
from leadscore.measure.report import Comparison, lift_headline
from leadscore.measure.shapes import Importance
from leadscore.measure.simpler import Simpler, simpler_words
from leadscore.measure.tier_rates import TierRate, tier_rates
from leadscore.measure.warn import Warn
from leadscore.model.bundle import Model, dump_model

__all__ = [
    "CardParts",
    "DataFacts",
    "HeldOut",
    "Split",
    "card",
    "card_pages",
    "data_facts",
    "fold_split",
]

#: How leads were kept apart from the fits: later ones, other groups', or drawn at random.
Split = Literal["forward", "group", "random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """What the training leads are, in numbers.

    Parameters
    ----------
    rows : int
        Leads with a label.
    still_open : int
        Leads without one, left out.
    classes : tuple of (str, int)
        The label's classes and their leads, lowest first.
    span : str
        From when to when; empty where the leads have no date.
    fingerprint : str
        The fingerprint of leads and labels.
    """

    rows: int
    still_open: int
    classes: tuple[tuple[str, int], ...]
    span: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What was said of leads that were held out of the fits.

    Parameters
    ----------
    split : {"forward", "group", "random"}
        How they were kept apart.
    labels : ndarray of shape (n,)
        Their classes.
    probabilities : ndarray of shape (n, K)
        What was said of them.
    metrics : Metrics
        The figures.
    """

    split: Split
    labels: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    metrics: Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class CardParts:
    """All that a card is made from.

    Parameters
    ----------
    model : Model
        The model, with its name and its card as JSON values.
    facts : DataFacts
        What it learned from (see `data_facts`).
    held_out : tuple of HeldOut
        Figures, the most honest split first; at least one.
    comparison : tuple of Comparison
        Other recipes and baselines; where empty, what the recipe was chosen by.
    simpler : tuple of Simpler
        How what is simpler compares.
    audit : Audit, optional
        The audit of the training file; None where it was not audited.
    fairness : Fairness, optional
        How groups of people are treated; None without a protected field.
    warnings : tuple of Warn
        What could fool the reader.
    coverage : Coverage, optional
        How often the sets of classes held the true one, on leads that they were not made from.
    importance : tuple of Importance
        Which fields move scores most; empty where that was not measured.
    compared_on : int
        How many leads the comparison is on; 0 for not known.
    """

    model: Model
    facts: DataFacts
    held_out: tuple[HeldOut, ...]
    comparison: tuple[Comparison, ...] = ()
    simpler: tuple[Simpler, ...] = ()
    audit: Audit | None = None
    fairness: Fairness | None = None
    warnings: tuple[Warn, ...] = ()
    coverage: Coverage | None = None
    importance: tuple[Importance, ...] = ()
    compared_on: int = 0


def data_facts(data: Labelled, schema: Schema, *, fingerprint: str) -> DataFacts:
    """Return what the training leads are, in numbers.

    Parameters
    ----------
    data : Labelled
        The leads.
    schema : Schema
        Their schema.
    fingerprint : str
        Their fingerprint (see `leadscore.flows.fingerprint`).
    """
    names = class_words(schema)
    counts = np.bincount(data.labels, minlength=len(names))
    return DataFacts(
        rows=len(data.labels),
        still_open=data.still_open,
        classes=tuple((name, int(n)) for name, n in zip(names, counts, strict=True)),
        span=_span(data, schema),
        fingerprint=fingerprint,
    )


def card(parts: CardParts) -> Card:
    """Return the card; equal parts give equal cards, on every day and machine.

    Parameters
    ----------
    parts : CardParts
        What it is made from.
    """
    model, first = parts.model, parts.held_out[0]
    target = top_class(model.schema)
    hits, said = stated_confidence(first.labels, first.probabilities)
    return Card(
        title=f"{model.name}@{model.version}",
        headline=lift_headline(first.metrics["lift_10"]["value"] or 0.0, target=target),
        target=target,
        uses=uses(model.schema),
        misuses=misuses(model.schema),
        data=_data(parts.facts),
        classes=tuple((name, n, n / parts.facts.rows) for name, n in parts.facts.classes),
        fields=tuple(_field(one) for one in model.schema.fields if one.role != "label"),
        sets=tuple(_figures(one, target, model.outcome) for one in parts.held_out),
        reliability=reliability(hits, said),
        came="converted" if model.outcome else "were right",
        ece=first.metrics["ece"],
        ece_floor=ece_floor(first.probabilities),
        comparison=parts.comparison or _choice(model.card, model.recipe),
        simpler=_simpler(parts),
        audited=parts.audit is not None,
        suspects=_suspects(parts.audit, model.schema),
        quality=() if parts.audit is None else tuple(one.words for one in parts.audit.quality),
        fairness=parts.fairness,
        unknown=unknown(model, parts.coverage),
        limits=limits(parts.facts.classes, first.split),
        warnings=_warnings(parts),
        made=_made(model),
        tiers=_tiers(first, model),
        importance=parts.importance,
        compared_on=parts.compared_on,
    )


def card_pages(parts: CardParts) -> dict[str, str]:
    """Return the card as the texts that a bundle keeps, by the names of its parts."""
    made = card(parts)
    return {"card.html": card_html(made), "card.md": card_md(made)}


def fold_split(schema: Schema) -> Split:
    """Return how the folds of a fit keep leads apart: by group where the schema has one."""
    return "group" if schema.with_role("group") else "random"


def _simpler(parts: CardParts) -> str:
    recipe = parts.model.recipe
    said = (choice_words(parts.model.card), simpler_words(parts.simpler, shipped=recipe))
    return " ".join(one for one in said if one)


def _warnings(parts: CardParts) -> tuple[Warn, ...]:
    """Return what training warns of, and what the card itself knows; nothing twice."""
    found = (
        waived(_waived_leaks(parts.audit, parts.model.schema)),
        *parts.warnings,
        simpler_warning(parts.simpler),
        *unequal(parts.fairness),
    )
    return tuple(dict.fromkeys(one for one in found if one))


def _waived_leaks(audit: Audit | None, schema: Schema) -> list[str]:
    waivers = {one.name for one in schema.features if one.waiver}
    findings = () if audit is None else audit.findings
    return [one.field for one in findings if one.verdict == "leak" and one.field in waivers]


def _tiers(one: HeldOut, model: Model) -> tuple[TierRate, ...]:
    if not model.outcome:
        return ()
    told = told_held_out(model.schema, one.probabilities)
    return tier_rates(told.tier, one.labels == 1, tiers=model.schema.tiers)


def _span(data: Labelled, schema: Schema) -> str:
    dated = schema.with_role("time")
    if not dated:
        return "rows are in time order, without dates" if schema.order == "rows" else ""
    times = np.asarray(data.leads.columns[dated[0].name], np.float64)
    known = times[np.isfinite(times)]
    if not len(known):
        return ""
    return " to ".join(_moment(one, dated[0]) for one in (known.min(), known.max()))


def _moment(value: float, field: Field) -> str:
    return str(np.datetime64(int(value), "s"))[:10] if field.type == "time" else compact(value)


def _data(facts: DataFacts) -> tuple[tuple[str, str], ...]:
    return (
        ("Leads with a label", count(facts.rows)),
        ("Left out, label not known", count(facts.still_open)),
        ("From when to when", facts.span or "the leads have no date"),
        ("Fingerprint", facts.fingerprint),
    )


def _field(one: Field) -> CardField:
    return CardField(
        name=one.name,
        words=one.phrase if one.phrase != one.name.replace("_", " ") else "",
        type=one.type,
        role=one.role,
        direction=one.direction,
        span=_usual(one),
        scored=one.scored,
        waiver=one.waiver,
    )


def _usual(one: Field) -> str:
    if one.range is not None:
        unit = f" {one.unit}" if one.unit and one.type != "time" else ""
        return f"{compact(one.range[0])} to {compact(one.range[1])}{unit}"
    few = ", ".join(one.values[:6])
    return f"{few} and {len(one.values) - 6:,} more" if len(one.values) > 6 else few


def _figures(one: HeldOut, target: str, outcome: bool) -> FigureSet:  # noqa: FBT001 the model's own
    name, words = figure_set_words(one.split)
    return FigureSet(
        name=name,
        words=words,
        n=len(one.labels),
        figures=summary_figures(one.metrics, target=target, outcome=outcome),
    )


def _choice(card: Mapping[str, object], recipe: str) -> tuple[Comparison, ...]:
    """Return what the recipe was chosen by, where nothing else was compared."""
    choice = card.get("choice")
    if not isinstance(choice, Mapping):
        return ()
    how = {"forward": "forward in time", "groups": "on other groups"}.get(
        str(choice["validation"]), "on folds drawn at random"
    )
    rows = [
        Comparison(
            name=name,
            kind="recipe",
            metrics={"log_loss": Number(value=float(choice[name]), low=None, high=None)},
            shipped=name == recipe,
            reason=f"judged {how}, {count(choice['n'])} leads",
        )
        for name in ("logistic", "ordinal")
    ]
    return tuple(sorted(rows, key=lambda one: one.metrics["log_loss"]["value"] or 0.0))


def _suspects(audit: Audit | None, schema: Schema) -> tuple[Suspect, ...]:
    if audit is None:
        return ()
    scored = {one.name: one for one in schema.features}
    return tuple(
        Suspect(
            field=one.field,
            verdict=one.verdict,
            done=_done(scored.get(one.field)),
            why=one.why,
            worth=_worth(one),
        )
        for one in audit.findings
        if one.verdict != "clean"
    )


def _done(field: Field | None) -> str:
    if field is None:
        return "not scored"
    return "kept by a waiver" if field.waiver else "kept"


def _worth(one: Finding) -> str:
    if one.worth is None:
        return ""
    return f"AUC {decimal(one.worth.auc_with)} with, {decimal(one.worth.auc_without)} without"


def _made(model: Model) -> tuple[tuple[str, str], ...]:
    known = model.card
    asked = known.get("asked_for", model.recipe)
    recipe = model.recipe if asked == model.recipe else f"{model.recipe}, chosen by {asked}"
    facts = [("Recipe", recipe), ("Seed", str(known.get("seed", "not known")))]
    versions = known.get("versions")
    if isinstance(versions, Mapping):
        facts.append(("Versions", ", ".join(f"{name} {n}" for name, n in versions.items())))
    return (*facts, *_digests(model))


def _digests(model: Model) -> list[tuple[str, str]]:
    """Return the sha256 of the parts that a score depends on; the manifest has those of all."""
    parts = dump_model(model)
    named = {
        "Digest of the schema": ["schema.toml"],
        "Digest of the scorer": ["encoder.json", "engine.npz", *sorted(model.members)],
        "Digest of the calibration": ["calibration.json"],
        "Digest of the reference": ["reference.npz"],
    }
    found = []
    for words, names in named.items():
        digest = hashlib.sha256()
        for name in names:
            digest.update(parts.get(name, b""))
        found.append((words, digest.hexdigest()))
    return found
