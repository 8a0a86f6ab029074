"""Files as they come out of a CRM: placeholders, open leads, outcomes in words, time order."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leadscore.testing.makers import make_frame
from tests.cli.conftest import Run


def make_crm(n: int, *, seed: int) -> pd.DataFrame:
    """Return leads of a CRM: text values, `Select` where nobody chose, some still open."""
    rng = np.random.default_rng(seed)
    visits = rng.poisson(4, n)
    source = rng.choice(["Google", "Referral", "Direct", "Select"], n, p=[0.4, 0.2, 0.3, 0.1])
    chance = 1 / (1 + np.exp(-(visits - 5 + 2 * (source == "Referral"))))
    status = np.where(rng.random(n) < chance, "Won", "Lost").astype(object)
    status[rng.random(n) < 0.1] = ""
    return pd.DataFrame(
        {
            "Prospect ID": [f"p-{seed}-{at}" for at in range(n)],
            "Lead Source": source,
            "Total Visits": visits.astype(str),
            "Time Spent": np.char.replace(np.round(rng.gamma(2, 3, n), 1).astype(str), ".", ","),
            "Created": pd.date_range("2025-01-01", periods=n, freq="h").strftime("%Y-%m-%d %H:%M"),
            "Status": status,
        }
    )


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    folder = tmp_path_factory.mktemp("crm")
    make_crm(900, seed=1).to_csv(folder / "crm.csv", index=False, sep=";", encoding="cp1252")
    make_crm(100, seed=2).to_csv(folder / "new.csv", index=False, sep=";", encoding="cp1252")
    said = run("train", folder / "crm.csv", "--label", "Status", "--out", folder / "model")
    assert said.code == 0, said.err
    (folder / "said.txt").write_text(said.out, encoding="utf-8")
    return folder


def test_open_leads_are_left_out_and_counted(crm: Path) -> None:
    said = (crm / "said.txt").read_text(encoding="utf-8")
    still_open = int((make_crm(900, seed=1)["Status"] == "").sum())
    assert f"Learned from {900 - still_open:,} leads" in said
    assert f"Left out: {still_open:,} leads whose label is not known yet." in said
    assert "read off the file" in said


def test_a_placeholder_is_missing_and_not_a_value(crm: Path, run: Run) -> None:
    said = run("score", crm / "model", crm / "new.csv", crm / "scored.csv")
    assert said.code == 0, said.err
    scored = pd.read_csv(crm / "scored.csv")
    new = make_crm(100, seed=2)
    chose = scored["notes"].fillna("").str.contains("Lead Source not given")
    assert (chose == (new["Lead Source"] == "Select")).all()
    assert scored.columns[0] == "Prospect ID"
    assert {"probability", "expected_conversion"} <= set(scored)
    assert scored["confidence"].isna().all()


def test_an_explanation_tells_what_became_of_leads_like_it(crm: Path, run: Run) -> None:
    lead = '{"Lead Source": "Referral", "Total Visits": 9, "Time Spent": 4.5}'
    said = run("explain", crm / "model", "-", stdin=lead)
    assert "Of " in said.out
    assert "converted" in said.out


def test_a_time_column_judges_forward(crm: Path, run: Run) -> None:
    inferred = run("schema", "infer", crm / "crm.csv", "--label", "Status", "--time", "Created")
    (crm / "timed.toml").write_text(inferred.out, encoding="utf-8")
    files = (crm / "crm.csv", "--schema", crm / "timed.toml", "--out", crm / "timed")
    trained = run("train", *files, "--json")
    assert trained.code == 0, trained.err
    choice = trained.json["choice"]
    assert isinstance(choice, dict)
    assert choice["validation"] == "forward"
    rows = run("evaluate", crm / "timed", crm / "new.csv", "--json").json["comparison"]
    assert isinstance(rows, list)
    newest = next(row for row in rows if row["name"] == "newest first")
    assert newest["metrics"]["auc"]["value"] is not None


def test_rows_in_order_count_as_time(crm: Path, run: Run) -> None:
    said = run("schema", "infer", crm / "crm.csv", "--label", "Status", "--rows-in-order")
    assert 'order = "rows"' in said.out


def test_evaluating_on_the_training_leads_is_warned_of(crm: Path, run: Run) -> None:
    said = run("evaluate", crm / "model", crm / "crm.csv", "--json").json
    warnings = said["warnings"]
    assert isinstance(warnings, list)
    assert any("learned from" in one["words"] for one in warnings)
    assert said["still_open"] != 0


def test_the_report_says_what_it_could_not_show(crm: Path, run: Run) -> None:
    page = crm / "report.html"
    assert run("evaluate", crm / "model", crm / "new.csv", "--out", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert "they need the training file" in text
    assert "newest first" in text


def test_outcomes_whose_meaning_is_asked_for(crm: Path, run: Run) -> None:
    frame = make_crm(400, seed=3)
    frame["Status"] = np.where(frame["Status"] == "Won", "Signed", "Walked")
    frame.to_csv(crm / "words.csv", index=False)
    files = (crm / "words.csv", "--label", "Status", "--out", crm / "words")
    asked = run("train", *files)
    assert asked.code == 2
    assert "--positive" in asked.err
    assert "'Signed'" in asked.err
    assert run("train", *files, "--positive", "Signed").code == 0


def test_there_may_be_many_ways_to_lose(crm: Path, run: Run) -> None:
    frame = make_crm(900, seed=4)
    lost = np.where(np.arange(900) % 3, "Closed Lost", "Disqualified")
    frame["Status"] = np.where(frame["Status"] == "Won", "Closed Won", lost)
    frame.to_csv(crm / "three.csv", index=False)
    files = (crm / "three.csv", "--label", "Status", "--positive", "Closed Won")
    said = run("train", *files, "--out", crm / "three", "--json")
    assert said.code == 0, said.err
    metrics = said.json["metrics"]
    assert isinstance(metrics, dict)
    assert list(metrics["recall"]) == ["not Closed Won", "Closed Won"]
    assert run("score", crm / "three", crm / "new.csv", crm / "three-scored.csv").code == 0
    assert run("evaluate", crm / "three", crm / "three.csv", "--json").code == 0


def test_a_column_that_the_file_lacks_is_said_aloud(run: Run, tmp_path: Path) -> None:
    frame = make_frame(600, seed=3)
    frame.to_csv(tmp_path / "past.csv", index=False)
    frame.rename(columns={"income": "Income"}).to_csv(tmp_path / "today.csv", index=False)
    model = tmp_path / "model"
    trained = run("train", tmp_path / "past.csv", "--out", model, "--recipe", "logistic")
    assert "Label: tier: Low " in trained.out
    scored = run("score", model, tmp_path / "today.csv", tmp_path / "scored.csv")
    assert "no column 'income'" in scored.out + scored.err
    assert "Is it 'Income'?" in scored.out + scored.err
