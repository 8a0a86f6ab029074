"""``leadscore models``, ``import``, ``erase`` and ``replay``: the service's memory by hand."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from leadscore.score.one_record import RecordScorer
from leadscore.store.bundles import read_bundle, write_bundle
from leadscore.testing.makers import make_frame, make_lead
from leadscore.testing.models import make_model
from tests.cli.conftest import Run


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small model."""
    place = tmp_path_factory.mktemp("small") / "model"
    write_bundle(place, make_model())
    return place


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return another one."""
    place = tmp_path_factory.mktemp("other") / "model"
    unlike = replace(make_model(seed=5), card={"fingerprint": "another", "rows": 60})
    write_bundle(place, unlike)
    return place


@pytest.fixture
def leads(here: Path) -> Path:
    """Return a file of leads."""
    make_frame(60, seed=2).to_csv(here / "leads.csv", index=False)
    return here / "leads.csv"


@pytest.fixture
def live(run: Run, model: Path, here: Path) -> str:
    """Stand beside a service's database with a model that is live; return its digest."""
    assert here.is_dir()
    said = run("models", "add", model, "--promote", "--reason", "first", "--json")
    assert said.code == 0, said.err
    return str(said.json["digest"])


def test_a_model_is_added_promoted_replaced_and_taken_back(
    run: Run, live: str, other: Path
) -> None:
    said = run("models", "add", other)
    assert said.code == 0, said.err
    second = said.out.split()[-1]
    assert "was added" in said.out
    assert "is there already" in run("models", "add", other).out
    said = run("models", "promote", second[:10], "--reason", "better")
    assert f"is live in place of {live[:12]}" in said.out
    assert "is live already" in run("models", "promote", second).out
    lines = run("models", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == [second[:12], live[:12]]
    assert ["  live  " in line for line in lines] == [True, False]
    assert f"({live[:12]}) is live" in run("models", "rollback").out
    said = run("models", "rollback")
    assert (said.code, said.out) == (2, "")
    assert "no earlier champion" in said.err


def test_models_are_listed_and_compared_as_json(run: Run, live: str, other: Path) -> None:
    added = run("models", "add", other, "--json").json
    listed = run("models", "list", "--json").json
    assert isinstance(listed["models"], list)
    assert isinstance(listed["promotions"], list)
    assert [one["live"] for one in listed["models"]] == [False, True]
    assert [one["reason"] for one in listed["promotions"]] == ["first"]
    found = run("models", "compare", "live", added["digest"], "--json").json
    assert isinstance(found["figures"], dict)
    assert found["figures"]["accuracy"] == [{"value": 0.8, "low": 0.7, "high": 0.9}] * 2
    assert found["same_data"] is False
    shown = run("models", "compare", "live", added["digest"]).out
    assert live[:12] in shown.splitlines()[0]
    assert "different leads" in shown
    assert run("models", "rollback", "--json").code == 2


def test_what_is_no_model_is_refused_in_words(run: Run, here: Path) -> None:
    assert "no model yet" in run("models", "list").out
    said = run("models", "add", here / "nothing")
    assert (said.code, said.out) == (2, "")
    assert "There is no bundle" in said.err
    said = run("models", "promote", "abcdef")
    assert (said.code, said.out) == (2, "")
    assert "no model 'abcdef'" in said.err


def test_the_file_a_model_learned_from_must_have_the_ids(
    run: Run, leads: Path, model: Path
) -> None:
    told = ("models", "add", model, "--taught-by", leads)
    said = run(*told, "--id", "key")
    assert said.code == 2
    assert "no column 'key'" in said.err
    assert run(*told).code == 0
    assert run("erase", "L1", "--yes").code == 0
    assert ", 1 of its leads erased since" in run("models", "list").out


def test_an_export_is_tried_imported_and_nothing_new_the_second_time(
    run: Run, live: str, leads: Path
) -> None:
    assert live
    dry = run("import", leads, "--dry-run", "--json").json
    assert (dry["rows"], dry["new"], dry["refused"], dry["dry_run"]) == (60, 60, 0, True)
    said = run("import", leads)
    assert said.code == 0, said.err
    assert said.out.startswith("60 rows: 60 new leads came in")
    again = run("import", leads, "--json").json
    assert (again["new"], again["unchanged"]) == (0, 60)


def test_a_parquet_file_and_stdin_are_imported_as_well(run: Run, live: str, leads: Path) -> None:
    assert live
    assert run("world", "some.parquet", "--leads", 30).code == 0
    assert run("import", "some.parquet", "--json").json["new"] == 30
    assert run("import", "-", "--json", stdin=leads.read_bytes()).json["rows"] == 60


def test_faults_are_named_with_the_files_lines(run: Run, live: str, here: Path) -> None:
    assert live
    (here / "some.csv").write_text("key,income,shoe\nL1,much,43\nL2,5,44\n", encoding="utf-8")
    said = run("import", "some.csv", "--id", "key")
    assert said.code == 0, said.err
    assert "line 2, income: got 'much'" in said.out
    assert "Ignored: shoe" in said.out
    said = run("import", "some.csv")
    assert said.code == 2
    assert "--id COLUMN" in said.err
    assert run("import", "some.csv", "--id", "key", "--map", "income").code == 2
    assert run("import", "some.csv", "--id", "key", "--map", "shoe=size").code == 2
    assert run("import", "none.csv", "--id", "key").code == 2


def test_a_query_is_imported_and_nothing_is_changed_there(run: Run, live: str, here: Path) -> None:
    assert live
    with sqlite3.connect(here / "crm.db") as crm:
        crm.execute("CREATE TABLE people (k INTEGER, income REAL, seen TEXT)")
        rows = [(n, 1000.0 * n, "2026-01-01 10:00") for n in range(3)]
        crm.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)
    crm.close()
    url = f"sqlite:///{here / 'crm.db'}"
    query = "SELECT k AS id, income, seen FROM people WHERE seen > '2026-01-01 09:00'"
    told = run("import", url, "--query", query, "--map", "seen=said_at", "--json")
    assert told.code == 0, told.err
    assert (told.json["new"], told.json["refused"]) == (3, 0)
    for bad, words in (
        ("DELETE FROM people", "readonly"),
        ("SELECT", "refused the query"),
        ("CREATE TABLE x (y)", "readonly"),
    ):
        said = run("import", url, "--query", bad)
        assert said.code == 2, said.out
        assert words in said.err
    with sqlite3.connect(here / "crm.db") as crm:
        assert crm.execute("SELECT count(*) FROM people").fetchone() == (3,)
    crm.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sqlite:///x.db"], "a database without --query"),
        (["x.csv", "--query", "SELECT 1"], "--query with a file"),
        (["sqlite:///gone.db", "--query", "SELECT 1"], "'gone.db' is not there"),
        (["nosuch://host/db", "--query", "SELECT 1"], "driver for nosuch"),
        (["://hunter2@", "--query", "SELECT 1"], "cannot be read"),
    ],
)
def test_a_source_that_cannot_be_read_is_said_so(
    run: Run, live: str, arguments: list[str], words: str
) -> None:
    assert live
    said = run("import", *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert "hunter2" not in said.err


@pytest.mark.usefixtures("live")
def test_an_import_of_which_nothing_could_come_in_fails(run: Run, here: Path) -> None:
    (here / "bad.csv").write_text("lead_id,income\nL1,much\nL2,more\n", encoding="utf-8")
    said = run("import", "bad.csv", "--json")
    assert (said.code, said.json["refused"]) == (2, 2)
    (here / "half.csv").write_text("lead_id,income\nL1,much\nL2,90000\n", encoding="utf-8")
    assert run("import", "half.csv").code == 0


@pytest.mark.usefixtures("live")
def test_who_taught_a_model_is_said_when_it_is_added(run: Run, other: Path, leads: Path) -> None:
    taught = ("--taught-by", leads, "--id", "lead_id")
    assert run("models", "add", other, *taught).code == 0
    said = run("models", "add", other, *taught)
    assert said.code == 2
    assert "who taught it is said when it is added" in said.err


def test_without_a_live_model_nothing_is_imported(run: Run, leads: Path) -> None:
    said = run("import", leads)
    assert (said.code, said.out) == (2, "")
    assert "No model is live" in said.err


def test_an_erased_lead_does_not_come_back(run: Run, live: str, leads: Path) -> None:
    assert live
    run("import", leads)
    said = run("erase", "L7")
    assert said.code == 2
    assert "Add --yes" in said.err
    said = run("erase", "L7", "--yes")
    assert "The lead 'L7' is erased" in said.out
    gone = run("erase", "L7", "--yes", "--json").json
    assert gone["lead_id"] == "L7"
    assert run("import", leads, "--json").json["erased"] == 1


def test_who_is_there_is_asked_before_a_lead_is_erased(
    run: Run, live: str, leads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live
    run("import", leads)
    monkeypatch.setattr("leadscore.cli.erase._somebody_is_there", lambda: True)
    said = run("erase", "L7", stdin="n\n")
    assert said.code == 1
    assert "It cannot be undone" in said.out
    assert run("import", leads, "--json").json["erased"] == 0
    assert "nothing was known" not in run("erase", "L7", stdin="y\n").out
    assert run("import", leads, "--json").json["erased"] == 1


def test_all_of_it_works_on_both_databases(
    run: Run, model: Path, leads: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", database_url)
    assert run("models", "add", model, "--promote").code == 0
    assert run("import", leads, "--json").json["new"] == 60
    assert run("import", leads, "--json").json["unchanged"] == 60
    assert run("erase", "L7", "--yes").code == 0
    assert "  live  " in run("models", "list").out


def test_a_kept_score_is_given_again_bit_by_bit(run: Run, live: str, here: Path) -> None:
    assert live
    row = ",".join(map(str, make_lead().values()))
    (here / "one.csv").write_text(f"lead_id,{','.join(make_lead())}\nL1,{row}\n", encoding="utf-8")
    run("import", "one.csv")
    with sqlite3.connect(here / "leadscore.db") as database:
        [score_id] = database.execute("SELECT score_id FROM scores").fetchone()
    database.close()
    said = run("replay", score_id)
    assert said.code == 0, said.err
    assert "the same, to the last bit" in said.out
    told = run("replay", score_id, "--json").json
    assert told["same"] is True
    said = run("replay", "0" * 64)
    assert (said.code, said.out) == (2, "")


def test_an_answer_is_replayed_from_its_file(run: Run, live: str, model: Path, here: Path) -> None:
    scorer = RecordScorer(read_bundle(model))
    answer = {**scorer.record(make_lead()), "input": scorer.input(make_lead())}
    (here / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    said = run("replay", "answer.json")
    assert (said.code, said.err) == (0, "")
    changed = {**answer, "score": 1.5}
    said = run("replay", "-", "--json", stdin=json.dumps(changed))
    assert said.code == 1
    assert (said.json["same"], said.json["differs"]) == (False, ["score"])
    assert "It differs in: score" in run("replay", "-", stdin=json.dumps(changed)).out
    gone = {**answer, "model": {"name": "made", "version": "1", "digest": live[::-1]}}
    said = run("replay", "-", stdin=json.dumps(gone))
    assert said.code == 1
    assert f"Gone: the model {live[::-1]}" in said.out


@pytest.mark.parametrize(("text", "words"), [("[]", "a JSON object"), ("{", "is not JSON")])
def test_what_is_no_answer_is_refused(run: Run, live: str, text: str, words: str) -> None:
    assert live
    said = run("replay", "-", stdin=text)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
