"""What scoring does with values that are not allowed: refuse, skip, leave unscored."""

from pathlib import Path

import pandas as pd
import pytest

from leadscore.testing.makers import make_frame
from tests.cli.conftest import Made, Run


@pytest.fixture
def faulty(here: Path) -> Path:
    """Return a file of 40 leads: the rows 3 and 17 have faults, 17 has two."""
    frame = make_frame(40, seed=4)
    frame.loc[3, "income"] = "plenty"
    frame.loc[17, "credit_score"] = "900"
    frame.loc[17, "inquiry_submitted"] = "perhaps"
    frame.to_csv("faulty.csv", index=False)
    return here


def test_refuse_leaves_nothing_behind(made: Made, faulty: Path, run: Run) -> None:
    before = sorted(faulty.iterdir())
    said = run("score", made.model, "faulty.csv", "out.csv")
    assert said.code == 2
    assert "3 faults" in said.err
    assert "line 5, income" in said.err
    assert "line 19, credit_score" in said.err
    assert sorted(faulty.iterdir()) == before


def test_refuse_writes_nothing_to_stdout(made: Made, faulty: Path, run: Run) -> None:
    said = run("score", made.model, faulty / "faulty.csv", "-")
    assert (said.code, said.out) == (2, "")


def test_refuse_does_not_touch_what_is_there(made: Made, faulty: Path, run: Run) -> None:
    (faulty / "out.csv").write_text("precious", encoding="utf-8")
    assert run("score", made.model, "faulty.csv", "out.csv", "--force").code == 2
    assert (faulty / "out.csv").read_text(encoding="utf-8") == "precious"


def test_skip_leaves_faulty_leads_out_and_lists_them(made: Made, faulty: Path, run: Run) -> None:
    said = run("score", made.model, "faulty.csv", "out.csv", "--on-error", "skip")
    assert said.code == 0, said.err
    assert "38 of 40 leads scored" in said.out
    scored, rejects = pd.read_csv("out.csv"), pd.read_csv("out.csv.rejects.csv")
    assert len(scored) == 38
    assert not {"L4", "L18"} & set(scored["lead_id"])
    assert list(rejects) == ["line", "row", "column", "value", "allowed"]
    assert rejects["line"].tolist() == [5, 19, 19]
    assert rejects["column"].tolist() == ["income", "credit_score", "inquiry_submitted"]
    assert rejects["value"][0] == "'plenty'"
    assert faulty / "out.csv.rejects.csv" in set(faulty.iterdir())


def test_unscored_keeps_every_lead(made: Made, faulty: Path, run: Run) -> None:
    arguments = ("score", made.model, "faulty.csv", "out.csv", "--on-error", "unscored", "--json")
    said = run(*arguments)
    assert said.code == 0, said.err
    assert (said.json["scored"], said.json["unscored"]) == (38, 2)
    scored = pd.read_csv("out.csv").set_index("lead_id")
    assert len(scored) == 40
    assert scored.loc[["L4", "L18"], "tier"].tolist() == ["Unscored", "Unscored"]
    assert scored.loc[["L4", "L18"], ["score", "p_high"]].isna().all(axis=None)
    assert "not allowed" in str(scored.loc["L4", "notes"])
    assert len(pd.read_csv(faulty / "out.csv.rejects.csv")) == 3


def test_faults_change_nothing_about_other_leads(made: Made, faulty: Path, run: Run) -> None:
    make_frame(40, seed=4).to_csv("clean.csv", index=False)
    assert run("score", made.model, "clean.csv", "clean-out.csv").code == 0
    for way in ("skip", "unscored"):
        assert run("score", made.model, "faulty.csv", f"{way}.csv", "--on-error", way).code == 0
        left = pd.read_csv(faulty / f"{way}.csv").query("tier != 'Unscored'")
        clean = pd.read_csv("clean-out.csv").set_index("lead_id").loc[left["lead_id"]]
        pd.testing.assert_frame_equal(left.set_index("lead_id"), clean, check_dtype=False)


def test_rows_keep_their_number_where_leads_are_skipped(made: Made, faulty: Path, run: Run) -> None:
    pd.read_csv("faulty.csv", dtype=str).drop(columns="lead_id").to_csv("noid.csv", index=False)
    assert run("score", made.model, "noid.csv", "out.csv", "--on-error", "skip").code == 0
    rows = pd.read_csv(faulty / "out.csv")["row"].tolist()
    assert rows == [row for row in range(40) if row not in (3, 17)]


def test_a_rejects_file_that_is_there_is_refused(made: Made, faulty: Path, run: Run) -> None:
    (faulty / "out.csv.rejects.csv").write_text("mine", encoding="utf-8")
    said = run("score", made.model, "faulty.csv", "out.csv", "--on-error", "skip")
    assert said.code == 2
    assert "out.csv.rejects.csv" in said.err
    assert not (faulty / "out.csv").exists()


def test_an_unusual_value_is_a_note_and_no_fault(made: Made, here: Path, run: Run) -> None:
    frame = make_frame(5, seed=5)
    frame.loc[2, "income"] = "9000000"
    frame.to_csv(here / "rich.csv", index=False)
    assert run("score", made.model, "rich.csv", "out.csv").code == 0
    assert "unusual" in pd.read_csv("out.csv")["notes"][2]


def test_a_lead_that_nothing_is_known_of_is_unscored(made: Made, here: Path, run: Run) -> None:
    frame = make_frame(3, seed=6)
    frame.loc[1, frame.columns.difference(["lead_id"])] = ""
    frame.to_csv(here / "blank.csv", index=False)
    assert run("score", made.model, "blank.csv", "out.csv").code == 0
    assert pd.read_csv("out.csv")["tier"][1] == "Unscored"


def test_what_became_of_a_lead_is_no_part_of_scoring_it(made: Made, here: Path, run: Run) -> None:
    frame = make_frame(5, seed=7)
    frame["tier"] = "Nonsense"
    frame.to_csv(here / "odd.csv", index=False)
    assert run("score", made.model, "odd.csv", "out.csv").code == 0


def test_a_parquet_fault_names_its_row(made: Made, here: Path, run: Run) -> None:
    frame = make_frame(5, seed=8)
    frame.loc[2, "income"] = "plenty"
    frame.to_parquet(here / "faulty.parquet")
    said = run("score", made.model, "faulty.parquet", "out.csv")
    assert "row 2, income: got 'plenty'" in said.err
