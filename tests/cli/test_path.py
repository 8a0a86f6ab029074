"""The whole path: a world, a model, an evaluation, scores, an explanation."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Made, Run


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    folder = tmp_path_factory.mktemp("path")
    for name, leads, seed in (("train.parquet", 1500, 1), ("test.csv", 500, 2)):
        assert run("world", folder / name, "--leads", leads, "--seed", seed).code == 0
    said = run("train", folder / "train.parquet", "--out", folder / "model", "--name", "first")
    assert said.code == 0, said.err
    assert "Learned from 1,500 leads" in said.out
    assert "held out" in said.out
    return folder


def test_evaluate_writes_a_page_with_every_rival(path: Path, run: Run) -> None:
    page = path / "report.html"
    files = (path / "model", path / "test.csv", "--train", path / "train.parquet")
    said = run("evaluate", *files, "--out", page, "--json")
    assert said.code == 0, said.err
    rows = said.json["comparison"]
    assert isinstance(rows, list)
    assert {row["name"] for row in rows} == {
        "ordinal",
        "logistic",
        "seed",
        "random",
        "random forest",
        "points rule",
        "newest first",
    }
    losses = {row["name"]: row["metrics"].get("log_loss", {}).get("value") for row in rows}
    assert losses["ordinal"] < losses["seed"] < losses["random"]
    text = page.read_text(encoding="utf-8")
    assert "best possible" in text
    assert "random forest" in text


def test_evaluate_knows_the_truth_of_a_world(path: Path, run: Run) -> None:
    said = run("evaluate", path / "model", path / "test.csv", "--json").json
    tv, bayes = said["tv_to_truth"], said["bayes"]
    assert isinstance(tv, dict)
    assert isinstance(bayes, dict)
    assert 0 < tv["value"] < 0.15
    assert bayes["accuracy"]["value"] > 0.8


def test_scores_fit_their_leads(path: Path, run: Run) -> None:
    said = run("score", path / "model", path / "test.csv", path / "scored.parquet")
    assert said.code == 0, said.err
    assert "500 of 500 leads scored" in said.out
    scored, leads = pd.read_parquet(path / "scored.parquet"), pd.read_csv(path / "test.csv")
    assert scored["lead_id"].tolist() == leads["lead_id"].tolist()
    assert (scored["tier"].astype(str) == leads["tier"]).mean() > 0.75
    assert set(scored["model"]) == {"first@1"}
    assert str(scored["score"].dtype) == "float32"


def test_csv_and_parquet_say_the_same(path: Path, run: Run) -> None:
    for name in ("same.csv", "same.parquet"):
        assert run("score", path / "model", path / "test.csv", path / name).code == 0
    text, typed = pd.read_csv(path / "same.csv"), pd.read_parquet(path / "same.parquet")
    assert list(text) == list(typed)
    assert text["tier"].tolist() == typed["tier"].astype(str).tolist()
    assert text["p_high"].to_numpy() == pytest.approx(typed["p_high"].to_numpy(), rel=1e-6)


def test_explain_says_why(path: Path, made: Made, run: Run) -> None:
    said = run("explain", path / "model", made.lead)
    assert said.code == 0, said.err
    assert said.out.startswith("L7: High, score ")
    assert "Why:\n" in said.out
    assert "Call within 24 hours" in said.out
    record = run("explain", path / "model", made.lead, "--json").json
    assert record["lead_id"] == "L7"
    assert record["tier"] == "High"


def test_a_model_can_be_a_zip(path: Path, made: Made, run: Run) -> None:
    out = path / "model.zip"
    assert run("train", made.train, "--out", out, "--recipe", "logistic").code == 0
    assert run("explain", out, made.lead, "--json").json["tier"] == "High"


def test_the_same_leads_give_the_same_bytes(path: Path, made: Made, run: Run) -> None:
    for name in ("one.zip", "two.zip"):
        assert run("train", made.train, "--out", path / name, "--recipe", "logistic").code == 0
    assert (path / "one.zip").read_bytes() == (path / "two.zip").read_bytes()


def test_the_seed_recipe_uses_every_field(path: Path, run: Run) -> None:
    files = (path / "train.parquet", "--out", path / "seed-model")
    said = run("train", *files, "--recipe", "seed", "--json")
    assert said.code == 0, said.err
    assert said.json["unused"] == ["true_low", "true_medium", "true_high"]
    scored = run("score", path / "seed-model", path / "test.csv", path / "by-seed.csv", "--json")
    assert scored.json["scored"] == 500
