"""A card is made from what training knows, is the same every time, and hides nothing."""

from dataclasses import replace

import numpy as np
import pytest

from leadscore.audit.findings import Audit, Finding, Quality, Worth
from leadscore.flows.card import CardParts, HeldOut, Split, card, card_pages, data_facts, fold_split
from leadscore.flows.fairness import fairness_of, told_held_out
from leadscore.flows.labelled import class_names, labelled
from leadscore.leads.schema import Field
from leadscore.measure.card_page import card_md
from leadscore.measure.metrics import evaluate
from leadscore.measure.report import Comparison
from leadscore.measure.shapes import Importance
from leadscore.measure.simpler import Simpler
from leadscore.score.scores import score_leads
from tests.flows.known_leads import make_frame, make_model, schema_of


def make_audit() -> Audit:
    def finding(field: str, verdict: str) -> Finding:
        assert verdict in ("clean", "ask", "leak")
        return Finding(
            field=field,
            verdict=verdict,  # type: ignore[arg-type]  # one of the three, as asserted
            role="feature",
            evidence=(),
            worth=Worth(auc_with=0.98, auc_without=0.87),
            line="",
            why=f"Because of {field}.",
        )

    return Audit(
        verdict="leak",
        findings=(finding("stage", "leak"), finding("budget", "ask"), finding("visits", "clean")),
        quality=(Quality(kind="duplicates", fields=(), value=3, words="3 leads are twice there."),),
        auc_all=0.98,
        auc_kept=0.87,
    )


def make_parts(*, split: Split = "random", n: int = 400, waiver: str = "") -> CardParts:
    model = make_model(waiver=waiver)
    data = labelled(make_frame(n, seed=2), schema_of())
    probabilities = score_leads(model, data.leads).probabilities
    metrics = evaluate(data.labels, probabilities, classes=class_names(model.schema), boot=50)
    held_out = HeldOut(
        split=split, labels=data.labels, probabilities=probabilities, metrics=metrics
    )
    return CardParts(
        model=model,
        facts=data_facts(data, model.schema, fingerprint="abc"),
        held_out=(held_out,),
        audit=make_audit(),
        fairness=fairness_of(model, data, told_held_out(model.schema, probabilities)),
    )


@pytest.fixture(scope="module")
def parts() -> CardParts:
    return make_parts()


def test_two_cards_of_the_same_are_the_same_bytes(parts: CardParts) -> None:
    pages = card_pages(parts)
    assert set(pages) == {"card.html", "card.md"}
    assert pages == card_pages(make_parts())


def test_folds_are_by_group_where_there_are_groups() -> None:
    schema = schema_of()
    assert fold_split(schema) == "random"
    grouped = replace(schema, fields=(*schema.fields, Field(name="g", type="text", role="group")))
    assert fold_split(grouped) == "group"


def test_a_split_at_random_is_labelled_as_flattering(parts: CardParts) -> None:
    found = card(parts)
    assert found.sets[0].name == "At random"
    assert "flatters" in found.sets[0].words
    assert any("not judged on later leads" in one for one in found.limits)


def test_forward_in_time_comes_first_and_flatters_not(parts: CardParts) -> None:
    later = replace(parts.held_out[0], split="forward")
    found = card(replace(parts, held_out=(later, *parts.held_out)))
    assert [one.name for one in found.sets] == ["Forward in time", "At random"]
    assert not any("not judged on later leads" in one for one in found.limits)


def test_the_data_are_told_with_their_span(parts: CardParts) -> None:
    facts = dict(card(parts).data)
    assert facts["Leads with a label"] == "400"
    assert facts["From when to when"].startswith("2024-01-0")
    assert facts["Fingerprint"] == "abc"


def test_leads_without_dates_say_so() -> None:
    data = labelled(make_frame(50, seed=1), schema_of())
    bare = replace(
        schema_of(), fields=tuple(one for one in schema_of().fields if one.role != "time")
    )
    assert data_facts(data, bare, fingerprint="").span == ""
    rows = replace(bare, order="rows")
    assert "without dates" in data_facts(data, rows, fingerprint="").span
    empty = replace(data.leads, columns={**data.leads.columns, "created_at": np.full(50, np.nan)})
    assert data_facts(replace(data, leads=empty), schema_of(), fingerprint="").span == ""


def test_leaks_and_asks_are_printed_with_what_was_done(parts: CardParts) -> None:
    found = {one.field: one for one in card(parts).suspects}
    assert set(found) == {"stage", "budget"}
    assert (found["stage"].verdict, found["stage"].done) == ("leak", "not scored")
    assert (found["budget"].verdict, found["budget"].done) == ("ask", "kept")
    assert found["stage"].worth == "AUC 0.980 with, 0.870 without"
    assert card(parts).quality == ("3 leads are twice there.",)


def test_a_waiver_is_printed() -> None:
    text = card_md(card(make_parts(waiver="the board decided")))
    assert "- **age** (audit): the board decided" in text


def test_a_waived_leak_is_the_first_warning(parts: CardParts) -> None:
    fields = tuple(
        replace(one, waiver="known at first call") if one.name == "budget" else one
        for one in parts.model.schema.fields
    )
    model = replace(parts.model, schema=replace(parts.model.schema, fields=fields))
    audit = make_audit()
    leaked = tuple(replace(one, verdict="leak") for one in audit.findings)
    found = card(replace(parts, model=model, audit=replace(audit, findings=leaked)))
    assert found.warnings[0].words == (
        "Scored by waiver although the audit calls it a leak: budget."
    )
    assert not any("by waiver" in one.words for one in card(parts).warnings)


def test_tiers_are_told_with_what_converts(parts: CardParts) -> None:
    found = card(parts).tiers
    assert sum(one.n for one in found) == 400
    assert sum(one.converted for one in found) == int(parts.held_out[0].labels.sum())
    assert found[0].expected == (0.02, 0.05)
    text = card_md(card(parts))
    assert "What converts in each tier" in text
    assert "| not converted |" in text


def test_all_versions_are_printed(parts: CardParts) -> None:
    versions = {"leadscore": "9.9", "python": "3.99", "numpy": "2"}
    model = replace(parts.model, card={**parts.model.card, "versions": versions})
    made = dict(card(replace(parts, model=model)).made)
    assert made["Versions"] == "leadscore 9.9, python 3.99, numpy 2"


def test_what_is_looked_at_and_compared_on_is_told(parts: CardParts) -> None:
    looked = (Importance(field="budget", words="budget", share=0.75),)
    row = Comparison(name="logistic", kind="recipe", metrics={}, shipped=True)
    full = replace(parts, importance=looked, compared_on=822, comparison=(row,))
    text = card_md(card(full))
    assert "| budget | 75.0\u00a0% |" in text
    assert "on the same 822 leads" in text
    assert "smooth curve" in text


def test_without_an_audit_the_card_says_so(parts: CardParts) -> None:
    assert "was not audited" in card_md(card(replace(parts, audit=None)))


def test_where_the_simpler_one_wins_it_is_said(parts: CardParts) -> None:
    better = Simpler(
        name="points rule",
        verdict="better",
        difference={"value": -0.02, "low": -0.03, "high": -0.01},
    )
    found = card(replace(parts, simpler=(better,)))
    assert "is better" in found.simpler
    assert "Simpler and better: points rule." in [one.words for one in found.warnings]


def test_what_the_recipe_was_chosen_by_stands_in_for_a_comparison(parts: CardParts) -> None:
    choice = {"chosen": "logistic", "validation": "forward", "ordinal": 0.4, "logistic": 0.5,
              "error": 0.1, "n": 300}  # fmt: skip
    model = replace(parts.model, card={**parts.model.card, "choice": choice})
    found = card(replace(parts, model=model)).comparison
    assert [(one.name, one.shipped) for one in found] == [("ordinal", False), ("logistic", True)]
    assert "forward in time" in found[0].reason
    assert "does as well as ordinal" in card(replace(parts, model=model)).simpler


def test_few_leads_of_a_class_are_a_limit(parts: CardParts) -> None:
    few = replace(parts.facts, classes=(("0", 360), ("1", 40)))
    assert any("40 leads of the class 1" in one for one in card(replace(parts, facts=few)).limits)


def test_digests_tell_models_apart_and_names_do_not(parts: CardParts) -> None:
    def digests(made: CardParts) -> list[tuple[str, str]]:
        return [one for one in card(made).made if one[0].startswith("Digest")]

    renamed = replace(parts, model=replace(parts.model, name="other"))
    assert digests(parts) == digests(renamed)
    other = replace(parts, model=make_model(waiver="for the test"))
    assert digests(parts) != digests(other)


def test_a_model_without_doubt_says_what_it_lacks(parts: CardParts) -> None:
    old = card(replace(parts, model=replace(parts.model, doubt=None)))
    assert "states no sets" in old.unknown[0]
