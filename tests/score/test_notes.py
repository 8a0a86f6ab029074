"""Notes: what was missing, unusual or unknown."""

from dataclasses import replace

import numpy as np
import pytest

from leadscore.leads.schema import Schema, investor
from leadscore.leads.values import conform_lead
from leadscore.score.notes import NoteKind, Notes, find_notes
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model, outcome_schema

Told = list[tuple[str, NoteKind, str]]


def notes_of(lead: dict[str, object], schema: Schema | None = None) -> Told:
    model = make_model(schema=schema)
    leads = conform_lead(lead, model.schema).leads
    found = find_notes(leads, model.schema, model.encoder)
    return [(one.field, one.kind, one.words) for one in found.of(0)]


def test_a_plain_lead_has_no_notes() -> None:
    assert notes_of(make_lead()) == []


def test_a_missing_value_is_noted() -> None:
    assert notes_of(make_lead(income=None)) == [("income", "missing", "annual income not given")]


def test_age_and_contact_attempts_need_never_be_sent() -> None:
    assert notes_of(make_lead(age=None, contact_attempts=None)) == []


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (
            {"income": 900_000},
            "income",
            "annual income 900,000 USD a year is unusual: most are 30,000 to 500,000 USD a year",
        ),
        (
            {"website_visits": 51},
            "website_visits",
            "website visits 51 is unusual: most are 0 to 50",
        ),
        ({"age": 80}, "age", "age 80 years is unusual: most are 22 to 70 years"),
    ],
)
def test_a_value_beyond_the_usual_span_is_noted(
    values: dict[str, object], field: str, words: str
) -> None:
    assert notes_of(make_lead(**values)) == [(field, "unusual", words)]


@pytest.mark.parametrize("income", [30_000, 500_000])
def test_the_ends_of_the_usual_span_are_usual(income: int) -> None:
    assert notes_of(make_lead(income=income)) == []


@pytest.mark.parametrize(
    ("span", "words"),
    [((10.0, np.inf), "most are at least 10"), ((-np.inf, 2.0), "most are at most 2")],
)
def test_an_open_span_is_told_by_its_end(span: tuple[float, float], words: str) -> None:
    schema = outcome_schema()
    fields = tuple(
        replace(one, range=span) if one.name == "visits" else one for one in schema.fields
    )
    leads = conform_lead({"visits": 5}, schema).leads
    changed = replace(schema, fields=fields)
    found = find_notes(leads, changed, make_model(schema=schema).encoder)
    assert [one.words for one in found.of(0) if one.kind == "unusual"] == [
        f"visits 5 is unusual: {words}"
    ]


def test_a_category_that_the_model_does_not_know_is_noted() -> None:
    lead = {"source": "Fax", "visits": 5, "spend": 1, "asked": 1, "last_seen": "2026-01-01"}
    assert notes_of(lead, outcome_schema()) == [
        ("source", "unseen", "source: Fax is not known to the model")
    ]


def test_a_lead_of_whom_nothing_is_known_has_the_note_that_says_so() -> None:
    told = notes_of({"age": 40, "name": "x"})
    assert told == [("", "empty", "not scored: none of the model's fields is given")]


def test_an_unknown_category_alone_is_something_known() -> None:
    assert "empty" not in {kind for _, kind, _ in notes_of({"source": "Fax"}, outcome_schema())}


def test_a_refused_lead_has_the_note_that_says_so_and_none_about_what_is_missing() -> None:
    model = make_model()
    leads = conform_lead({"income": 900_000}, model.schema).leads
    found = find_notes(leads, model.schema, model.encoder, refused=np.array([True]))
    assert [one.kind for one in found.of(0)] == ["faulty", "unusual"]
    assert found.short()[0] == "not scored: a value is not allowed; annual income unusual"


def many(schema: Schema) -> Notes:
    model = make_model(schema=schema)
    return find_notes(make_leads(200, schema=schema), schema, model.encoder)


@pytest.mark.parametrize("schema", [investor(), outcome_schema()], ids=["tier", "outcome"])
def test_the_short_form_says_each_note(schema: Schema) -> None:
    notes = many(schema)
    for row, text in enumerate(notes.short()):
        parts = text.split("; ") if text else []
        assert len(parts) == len(notes.of(row))


def test_each_short_text_is_put_together_once() -> None:
    notes = many(investor())
    texts, places = notes.coded()
    assert len(set(texts)) == len(texts) < notes.n
    assert set(places.tolist()) == set(range(len(texts)))
    assert [texts[place] for place in places] == notes.short().tolist()


def test_what_the_caller_has_read_already_makes_the_same_notes() -> None:
    schema = outcome_schema()
    leads, encoder = make_leads(200, schema=schema), make_model(schema=schema).encoder
    encoded, unseen = encoder.encode_noting(leads)
    found = find_notes(leads, schema, encoder, encoded=encoded, unseen=unseen)
    wanted = many(schema)
    assert [found.of(row) for row in range(200)] == [wanted.of(row) for row in range(200)]


def test_notes_of_chosen_leads_are_theirs() -> None:
    notes = many(investor())
    rows = np.array([7, 3, 3])
    taken = notes.take(rows)
    assert [taken.of(at) for at in range(3)] == [notes.of(row) for row in rows.tolist()]
    assert taken.short().tolist() == notes.short()[rows].tolist()


def test_no_leads_have_no_notes() -> None:
    schema = investor()
    notes = find_notes(make_leads(0), schema, make_model().encoder)
    assert notes.short().tolist() == []
