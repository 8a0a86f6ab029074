"""The sentences of a model card that hold for every model of a kind."""

from collections.abc import Mapping, Sequence
from typing import Literal

from leadscore.flows.class_words import coverage_in_words
from leadscore.leads.schema import Schema
from leadscore.measure.charts.formats import count, decimal, percent
from leadscore.measure.coverage import Coverage
from leadscore.measure.coverage_words import coverage_words
from leadscore.measure.simpler import Simpler, simpler_does
from leadscore.measure.warn import Warn
from leadscore.model.bundle import Model

__all__ = [
    "choice_words",
    "figure_set_words",
    "limits",
    "misuses",
    "simpler_warning",
    "unknown",
    "uses",
    "waived",
]

#: With fewer leads of its smallest class a model's figures are rough.
_FEW = 200

_SETS = {
    "forward": (
        "Forward in time",
        "The model learned from earlier leads and was judged on later ones, as it will be used.",
    ),
    "group": (
        "On other groups",
        "The leads were judged by fits that had seen none of their group. They did not come "
        "later, so what changes with time is not in these figures.",
    ),
    "random": (
        "At random",
        "The leads were drawn at random and judged by fits that had not seen them. That flatters: "
        "in use a model meets later leads, and the world moves on.",
    ),
}


def uses(schema: Schema) -> tuple[str, ...]:
    """Return what a model of this schema is for."""
    label = schema.label
    if label is not None and label.outcome:
        within = f" within {count(label.horizon_days)} days" if label.horizon_days else ""
        says = f"Saying how likely a lead is to convert{within}: {label.field} is {label.positive}."
    else:
        names = ", ".join(tier.name for tier in schema.tiers)
        says = f"Saying which tier a lead belongs to, as triage would have put it: {names}."
    return (
        says,
        "Ordering leads, so that a team calls the best first, and showing why.",
        "Leads of the kind and from the sources that it learned from.",
    )


def misuses(schema: Schema) -> tuple[str, ...]:
    """Return what a model of this schema is not for."""
    kept = [one.name for one in schema.fields if one.role == "audit" and not one.scored]
    more = f", or inferring {', '.join(kept)}" if kept else ""
    return (
        "Deciding who gets credit, housing, work or insurance, or at which terms; it orders a "
        "team's own calls.",
        f"Treating people differently by what laws protect{more}.",
        "Saying what would happen if a field were changed: reasons tell what moved a score and "
        "not what causes an outcome.",
        "Leads of another market, product or source, before it was judged on them.",
    )


def figure_set_words(split: Literal["forward", "group", "random"]) -> tuple[str, str]:
    """Return how such a split is called, and what it means."""
    return _SETS[split]


def unknown(model: Model, measured: Coverage | None = None) -> tuple[str, ...]:
    """Return what the model does not know, and how it says so."""
    if model.doubt is None:
        return (
            "It states no sets of tiers and leaves no lead unscored but those with none of its "
            "fields: it was saved before models kept what they do not know.",
        )
    what, level = "outcomes" if model.outcome else "tiers", model.doubt.sets.level
    sets = (
        f"Each lead gets the {what} that cannot be ruled out. These sets are made to hold the "
        f"truth for {percent(level, digits=0)} of the leads of every class; how often they did on "
        "other leads is in the report of leadscore evaluate.",
    )
    said = coverage_in_words(measured, model.schema) if measured else None
    return (
        *(coverage_words(said, level=level, what=what) if said else sets),
        "A lead is Unscored, with the reason, when more than half of what could move its score "
        "rests on fields that are missing, of an unseen category or far outside of what was "
        "learned from, and that is unusual for these leads; or when more than half of all fields "
        "are far outside or unseen.",
        "A value beyond its field's usual span, a missing value and an unseen category are noted "
        "beside the score.",
    )


def waived(leaks: Sequence[str]) -> Warn | None:
    """Return a warning where fields that the audit calls leaks are scored all the same."""
    if not leaks:
        return None
    many = "them leaks" if len(leaks) > 1 else "it a leak"
    return Warn(
        words=f"Scored by waiver although the audit calls {many}: {', '.join(leaks)}.",
        advice="If they were not known when the lead came in, no figure here holds in use.",
    )


def choice_words(card: Mapping[str, object]) -> str:
    """Say why the simpler recipe was chosen; empty where it was not, or nothing was to choose.

    Parameters
    ----------
    card : mapping of str to object
        The model's card as JSON values.
    """
    choice = card.get("choice")
    if not isinstance(choice, Mapping) or choice["chosen"] != "logistic":
        return ""
    mine, other = (decimal(float(choice[name]), digits=4) for name in ("logistic", "ordinal"))
    return (
        "Logistic does as well as ordinal, which is less simple, so it was chosen: log loss "
        f"{mine} against {other} on {count(choice['n'])} leads not seen. It stays unless ordinal "
        "is better by more than one standard error and half a per cent."
    )


def simpler_warning(found: tuple[Simpler, ...]) -> Warn | None:
    """Return a warning where something simpler than the model would have done."""
    does = simpler_does(found)
    if not does:
        return None
    return Warn(
        words=does, advice="The figures are in the card, under \u201cWhat stands beside it?\u201d."
    )


def limits(
    classes: tuple[tuple[str, int], ...], split: Literal["forward", "group", "random"]
) -> tuple[str, ...]:
    """Return where the model may fail without saying so."""
    found = []
    smallest = min(classes, key=lambda one: one[1])
    if smallest[1] < _FEW:
        found.append(
            f"It learned from {count(smallest[1])} leads of the class {smallest[0]}: that is "
            "little, and its figures are rough."
        )
    if split != "forward":
        found.append(
            "It was not judged on later leads. Expect less in use, above all from the "
            "probabilities: run leadscore backtest where the leads have dates."
        )
    return (
        *found,
        "Probabilities go stale before the order does: compare them with what comes true every "
        "month, and calibrate anew.",
        "It knows only leads whose outcome is known. If the team called some leads and not others, "
        "it has learned who was called as well.",
        "A column that tells the outcome can pass an audit: ask who wrote each field, and when.",
    )
