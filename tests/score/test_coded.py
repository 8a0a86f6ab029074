"""Texts as codes say what the texts say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.schema import Schema
from leadscore.leads.table import Leads
from leadscore.score import coded
from leadscore.score.coded import code_notes, code_texts
from leadscore.score.notes import Notes
from leadscore.score.scores import score_leads
from leadscore.testing.models import make_leads, make_model, outcome_schema

MODELS = {
    "tier": make_model(doubt=True),
    "outcome": make_model(schema=outcome_schema(), doubt=True),
}


def patchy(n: int, schema: Schema, *, seed: int) -> Leads:
    """Return leads with gaps, unusual values and unseen categories, some all but empty."""
    draws = np.random.default_rng(seed)
    leads = make_leads(n, schema=schema, seed=seed)
    gone = draws.random((len(leads.columns), n)) < draws.choice([0, 0.2, 0.9, 1.0], n)
    columns = {}
    for mask, (name, column) in zip(gone, leads.columns.items(), strict=True):
        new = column.copy()
        if column.dtype == object:
            new[draws.random(n) < 0.3] = "Nowhere"
        else:
            new[draws.random(n) < 0.2] *= 50
        new[mask] = None if column.dtype == object else np.nan
        columns[name] = new
    return replace(leads, columns=columns)


def notes_of(kind: str, n: int, *, seed: int, refused: bool = False) -> Notes:
    model = MODELS[kind]
    mask = np.random.default_rng(seed).random(n) < 0.2 if refused else None
    return score_leads(model, patchy(n, model.schema, seed=seed), refused=mask).notes


@given(st.lists(st.none() | st.sampled_from(["a", "b", ""])))
def test_texts_come_back_from_their_codes(texts: list[str | None]) -> None:
    found = code_texts(texts)
    assert found.texts().tolist() == texts
    assert len(set(found.words)) == len(found.words)


@pytest.mark.parametrize("kind", MODELS)
@given(st.integers(0, 40), st.integers(0, 2**32), st.booleans())
def test_coded_notes_are_the_short_notes(kind: str, n: int, seed: int, refused: bool) -> None:
    notes = notes_of(kind, n, seed=seed, refused=refused)
    assert code_notes(notes).texts().tolist() == notes.short().tolist()


def test_many_patterns_of_notes_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coded, "_FEW_PATTERNS", 3)
    notes = notes_of("tier", 300, seed=5)
    assert len(notes.found) > 5
    assert code_notes(notes).texts().tolist() == notes.short().tolist()


def test_leads_of_which_too_much_is_unknown_keep_their_own_words() -> None:
    notes = notes_of("tier", 300, seed=5)
    told = {text for text in code_notes(notes).texts() if text.startswith("not scored")}
    assert len(told) > 2


def test_leads_without_notes_have_one_empty_word() -> None:
    notes = replace(score_leads(make_model(), make_leads(5)).notes, found={})
    assert code_notes(notes).words == ("",)
