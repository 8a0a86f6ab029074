"""The scored file's columns."""

from dataclasses import replace

import numpy as np
import pytest

from leadscore.leads.schema import Field, Label, Schema, Tier
from leadscore.leads.table import Leads
from leadscore.score.record import score_record
from leadscore.score.scores import Scores, score_leads
from leadscore.score.table import FileLayout, is_coded, scored_columns
from leadscore.testing.models import make_leads, make_model, outcome_schema

TIER, OUTCOME = make_model(), make_model(schema=outcome_schema())


def scored(n: int = 30) -> tuple[Leads, Scores]:
    leads = make_leads(n, seed=4)
    return leads, score_leads(TIER, leads, as_of="2026-01-31")


def number(value: object) -> float:
    assert isinstance(value, float)
    return value


def test_a_tier_models_columns() -> None:
    leads, scores = scored()
    columns = scored_columns(TIER, leads, scores)
    assert " ".join(columns) == (
        "lead_id score tier confidence p_low p_medium p_high expected_conversion "
        "fit engagement intent reason_1 effect_1 reason_2 effect_2 reason_3 effect_3 "
        "notes model as_of"
    )
    assert {len(column) for column in columns.values()} == {leads.n}
    assert set(columns["model"]) == {"made@1"}
    assert set(columns["as_of"]) == {"2026-01-31"}


def test_an_outcome_models_columns() -> None:
    leads = make_leads(5, schema=outcome_schema())
    layout = FileLayout(reasons=1, words=True)
    columns = scored_columns(OUTCOME, leads, score_leads(OUTCOME, leads), layout=layout)
    assert " ".join(columns) == (
        "lead_id score tier confidence probability expected_conversion fit engagement intent other "
        "reason_1 effect_1 reason_1_words notes model as_of"
    )
    assert np.isnan(np.asarray(columns["confidence"], np.float32)).all()


def test_numbers_are_float32_and_texts_are_texts() -> None:
    columns = scored_columns(TIER, *scored(), layout=FileLayout(words=True))
    kinds = {name: column.dtype for name, column in columns.items()}
    texts = {name for name, kind in kinds.items() if kind.kind == "O"}
    assert texts == {
        *("lead_id", "tier", "notes", "model", "as_of"),
        *(f"reason_{rank}{end}" for rank in (1, 2, 3) for end in ("", "_words")),
    }
    assert {kind for name, kind in kinds.items() if name not in texts} == {np.dtype(np.float32)}


def test_the_columns_say_what_the_records_say() -> None:
    leads, scores = scored()
    columns = scored_columns(TIER, leads, scores, layout=FileLayout(reasons=2, words=True))
    for row in range(leads.n):
        record = score_record(TIER, leads, scores, row, reasons=2)
        for name in ("lead_id", "tier"):
            assert columns[name][row] == record[name]
        for name in ("score", "confidence", "expected_conversion"):
            assert columns[name][row] == np.float32(number(record[name]))
        reasons = record["reasons"]
        assert isinstance(reasons, list)
        for rank, reason in enumerate(reasons, start=1):
            assert isinstance(reason, dict)
            assert columns[f"reason_{rank}"][row] == reason["field"]
            assert columns[f"effect_{rank}"][row] == np.float32(number(reason["effect"]))
            assert columns[f"reason_{rank}_words"][row] == reason["phrase"]


def test_pieces_of_a_file_are_the_file() -> None:
    leads, scores = scored()
    whole = scored_columns(TIER, leads, scores)
    parts = [
        scored_columns(
            TIER, leads.take(part), score_leads(TIER, leads.take(part), as_of="2026-01-31")
        )
        for part in (slice(0, 7), slice(7, 30))
    ]
    for name, column in whole.items():
        joined = np.concatenate([part[name] for part in parts])
        assert joined.dtype == column.dtype
        assert joined.tolist() == pytest.approx(column.tolist(), nan_ok=True)


def test_without_ids_the_row_counts_from_the_files_first() -> None:
    leads = replace(make_leads(3), ids={})
    columns = scored_columns(TIER, leads, score_leads(TIER, leads), layout=FileLayout(first_row=50))
    assert next(iter(columns)) == "row"
    assert columns["row"].tolist() == [50, 51, 52]


def test_ids_come_first_and_never_take_the_name_of_a_score() -> None:
    texts = np.array(["a", "b"], dtype=object)
    leads = replace(make_leads(2), ids={"crm": texts, "score": texts, "input_score": texts})
    columns = scored_columns(TIER, leads, score_leads(TIER, leads))
    assert list(columns)[:4] == ["crm", "input_input_score", "input_score", "score"]
    assert columns["score"].dtype == np.float32
    assert sum(column.tolist() == ["a", "b"] for column in columns.values()) == 3


def test_an_unscored_lead_has_empty_cells_and_a_note() -> None:
    leads, _ = scored(2)
    scores = score_leads(TIER, leads, refused=np.array([False, True]))
    columns = scored_columns(TIER, leads, scores, layout=FileLayout(words=True))
    assert columns["tier"][1] == "Unscored"
    assert "not scored" in str(columns["notes"][1])
    assert {columns[f"reason_1{end}"][1] for end in ("", "_words")} == {None}
    for name in ("score", "p_low", "effect_1", "fit", "expected_conversion"):
        assert np.isnan(columns[name][1])
        assert not np.isnan(columns[name][0])


def test_more_reasons_than_fields_stay_empty() -> None:
    columns = scored_columns(TIER, *scored(), layout=FileLayout(reasons=12))
    assert set(columns["reason_12"]) == {None}
    assert np.isnan(np.asarray(columns["effect_12"], np.float32)).all()


def test_no_reasons_are_no_columns() -> None:
    columns = scored_columns(TIER, *scored(), layout=FileLayout(reasons=0))
    assert not [name for name in columns if name.startswith(("reason", "effect"))]


def test_class_names_become_column_names() -> None:
    classes = ("Not now", "HOT", "hot")
    schema = Schema(
        name="own",
        fields=(Field(name="a", type="number"), Field(name="b", type="number")),
        label=Label(field="t", classes=classes),
        tiers=tuple(Tier(name=name, share=1 / 3) for name in classes),
    )
    model, leads = make_model(schema=schema), make_leads(2, schema=schema)
    columns = scored_columns(model, leads, score_leads(model, leads))
    assert [name for name in columns if name.startswith("p_")] == ["p_not_now", "p_hot", "p_hot__2"]


def test_columns_of_few_texts_may_be_kept_as_codes() -> None:
    columns = scored_columns(TIER, *scored(), layout=FileLayout(words=True))
    coded = [name for name in columns if is_coded(name)]
    assert coded == ["tier", "reason_1", "reason_2", "reason_3", "model", "as_of"]


def test_no_leads_have_the_same_columns() -> None:
    some = scored_columns(TIER, *scored())
    none = scored_columns(TIER, *scored(0))
    assert [(name, column.dtype) for name, column in none.items()] == [
        (name, column.dtype) for name, column in some.items()
    ]
