import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.audit.court import Trial, hear, judge
from leadscore.leads.infer import infer
from leadscore.leads.schema import Field, Label, Schema, investor
from leadscore.world.market import market
from leadscore.world.seed import blocks
from tests.audit.exports import EXPORTS
from tests.audit.trials import as_texts, codes_of, hear_inferred, kinds, plain_schema, verdicts

BANK = Path(__file__).parents[3] / "shared/data/bank_marketing/bank-additional-full.csv.gz"


def make_leads(n: int, *, seed: int, base: float = 0.3) -> dict[str, object]:
    """Return honest columns of most kinds, and the label: 0 and 1."""
    rng = np.random.default_rng(seed)
    keen = rng.normal(size=n)
    odds = keen + rng.logistic(size=n)
    won = np.zeros(n, dtype=np.int64)
    won[np.argsort(-odds)[: int(base * n)]] = 1
    came = 1.7e9 + np.sort(rng.random(n)) * 3e7
    before = came - rng.exponential(1e6, size=n)
    return {
        "created_at": [str(one) for one in pd.to_datetime(came.astype(np.int64), unit="s")],
        "born_on": [str(one) for one in pd.to_datetime(before.astype(np.int64), unit="s")],
        "score_x": np.round(keen + rng.normal(size=n), 3),
        "income": rng.integers(30_000, 500_000, size=n),
        "visits": rng.poisson(np.exp(0.5 + 0.3 * keen)),
        "channel": rng.choice(list("abcdef"), size=n),
        "town": rng.choice([f"t{one}" for one in range(max(n // 10, 5))], size=n),
        "budget": np.where(rng.random(n) < 0.4, np.nan, rng.integers(0, 9, size=n)),
        "seldom": np.where(rng.random(n) < 0.98, np.nan, rng.integers(0, 9, size=n)),
        "ref": [f"K{one:06d}" for one in rng.permutation(n).tolist()],
        "row": np.arange(n),
        "nothing": [""] * n,
        "always": ["x"] * n,
        "y": won,
    }


def suspects(trial: Trial) -> set[str]:
    return {one.field for one in trial.findings if one.verdict != "clean"}


@pytest.mark.parametrize("dialect", EXPORTS)
@pytest.mark.parametrize("seed", [0, 1])
def test_an_export_of_a_crm_is_seen_through(dialect: str, seed: int) -> None:
    export = EXPORTS[dialect](seed=seed)
    trial = hear_inferred(export.frame, export.label, export.positive)
    assert suspects(trial) == export.suspects
    assert {one.field for one in trial.findings if one.verdict == "leak"} >= export.leaks


def test_every_planted_leak_is_named_and_what_is_honest_is_left_alone() -> None:
    planted, clean, asked, called = 0, 0, 0, 0
    for seed in range(100, 108):
        world = market(2_500, seed=seed, leaks=seed % 5)
        frame = pd.DataFrame({name: pd.Series(column) for name, column in world.leads.items()})
        label = frame["converted"]
        frame["converted"] = label.astype("Int64").astype("str").where(label.notna(), "")
        found = verdicts(hear_inferred(frame, "converted", "1"))
        leaks = {leak.field for leak in world.summary.leaks}
        assert {name for name in leaks if found[name] == "clean"} == set(), seed
        honest = [verdict for name, verdict in found.items() if name not in leaks]
        planted, clean = planted + len(leaks), clean + len(honest)
        asked, called = asked + honest.count("ask"), called + honest.count("leak")
    assert planted >= 10
    assert called <= 0.01 * clean
    assert asked <= 0.05 * clean


@pytest.mark.skipif(not BANK.exists(), reason="the bank's file is not here")
def test_the_banks_call_duration_is_a_leak_and_nothing_else_is() -> None:
    with gzip.open(BANK, "rt", encoding="ascii") as file:
        frame = pd.read_csv(file, sep=";", dtype="str", keep_default_na=False)
    trial = hear_inferred(frame, "y", "yes")
    assert suspects(trial) == {"duration"}
    (worst, *_) = trial.findings
    assert worst.verdict == "leak"
    assert worst.worth is not None
    assert worst.worth.auc_with == pytest.approx(0.94, abs=0.015)
    assert worst.worth.auc_without == pytest.approx(0.79, abs=0.015)
    assert worst.line.startswith('role = "ignore"  # ')


@pytest.mark.parametrize("preset", ["seed", "noisy"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_strong_honest_column_is_clean(preset: str, seed: int) -> None:
    block = next(iter(blocks(4_000, preset=preset, seed=seed)))
    trial = judge(pd.DataFrame({**block.columns}), investor(), block.tier.astype(np.int64))
    assert {one.field for one in trial if one.verdict != "clean"} == set()


@pytest.mark.parametrize(("n", "base"), [(80, 0.5), (400, 0.1), (2_000, 0.3), (2_000, 0.8)])
def test_noise_is_hardly_ever_called_anything(n: int, base: float) -> None:
    judged, named = 0, 0
    for seed in range(12):
        trial = hear_inferred(as_texts(make_leads(n, seed=seed, base=base)), "y", "1")
        judged += len(trial.findings)
        named += len(suspects(trial))
    assert named <= 0.015 * judged


def test_a_tiny_file_is_judged_as_well() -> None:
    columns = make_leads(80, seed=5, base=0.5)
    won = np.asarray(columns["y"])
    columns["signed"] = np.where(won == 1, "2026-01-05", "")
    columns["word"] = np.where(won == 1, "B", "A")
    found = verdicts(hear_inferred(as_texts(columns), "y", "1"))
    assert found["signed"] == found["word"] == "leak"


def test_without_outcomes_names_alone_are_asked_about() -> None:
    frame = as_texts(make_leads(60, seed=0) | {"close_date": ["2026-01-01", ""] * 30})
    schema = plain_schema(frame)
    trial = hear(frame, schema, np.full(60, -1))
    assert suspects(trial) == {"close_date"}
    assert (trial.auc_all, trial.auc_kept) == (None, None)
    assert trial.findings[0].worth is None


def test_twins_are_dropped_together() -> None:
    columns = make_leads(3_000, seed=2)
    won, rng = np.asarray(columns["y"]), np.random.default_rng(0)
    for name, wrong in (("one", 0.02), ("other", 0.05)):
        columns[name] = np.where(rng.random(3_000) < wrong, 1 - won, won) + 4
    trial = hear_inferred(as_texts(columns), "y", "1")
    twins = [one for one in trial.findings if one.verdict == "leak"]
    assert {one.field for one in twins} == {"one", "other"}
    for one in twins:
        assert one.worth is not None
        assert one.worth.auc_with > 0.95
        assert one.worth.auc_without < 0.8
        assert "joint" in kinds(trial, one.field)
    assert trial.auc_kept == pytest.approx(twins[0].worth.auc_without if twins[0].worth else 0)


def test_a_leak_is_named_whatever_its_role_but_only_a_scored_one_has_a_line() -> None:
    columns = make_leads(1_000, seed=3)
    columns["copy"] = np.asarray(columns["y"]) + 1
    frame = as_texts(columns)
    for role, line in (("feature", True), ("ignore", False), ("id", False)):
        schema = plain_schema(frame, copy=role)
        found = judge(frame, schema, codes_of(frame, schema))
        (copy,) = [one for one in found if one.field == "copy"]
        assert (copy.verdict, copy.role, bool(copy.line)) == ("leak", role, line)


def test_what_the_schema_knows_to_be_the_sellers_is_not_asked_about_again() -> None:
    columns = make_leads(2_000, seed=4)
    won, rng = np.asarray(columns["y"]), np.random.default_rng(0)
    columns["contact_attempts"] = rng.poisson(2 + won)
    frame = as_texts(columns)
    for role, verdict in (("feature", "ask"), ("sales", "clean")):
        schema = plain_schema(frame, contact_attempts=role)
        found = {one.field: one for one in judge(frame, schema, codes_of(frame, schema))}
        assert found["contact_attempts"].verdict == verdict
    assert judge(frame, plain_schema(frame), codes_of(frame, plain_schema(frame)))


def test_equal_seeds_give_equal_findings() -> None:
    frame = as_texts(make_leads(500, seed=6))
    schema = plain_schema(frame)
    labels = codes_of(frame, schema)
    assert hear(frame, schema, labels, seed=3) == hear(frame, schema, labels, seed=3)


def test_text_and_typed_files_are_judged_alike() -> None:
    columns = make_leads(1_500, seed=7)
    columns["copy"] = np.where(np.asarray(columns["y"]) == 1, 2.5, np.nan)
    texts, typed = as_texts(columns), pd.DataFrame(columns)
    typed["created_at"] = pd.to_datetime(typed["created_at"])
    schema = infer(texts, label="y", positive="1").schema
    labels = codes_of(texts, schema)
    assert verdicts(hear(texts, schema, labels)) == verdicts(hear(typed, schema, labels))


def test_a_group_is_not_learned_by_heart() -> None:
    rng = np.random.default_rng(0)
    person = rng.integers(300, size=3_000)
    won = (rng.random(300) < 0.3).astype(np.int64)[person]
    frame = as_texts(
        {
            "person": [f"p{one}" for one in person],
            "weight": 50 + person / 7,
            "y": won,
        }
    )
    schema = Schema(
        name="test",
        fields=(
            Field(name="person", type="category", role="group"),
            Field(name="weight", type="number"),
        ),
        label=Label(field="y", classes=("0", "1"), positive="1"),
    )
    assert {one.verdict for one in judge(frame, schema, won)} == {"clean"}
