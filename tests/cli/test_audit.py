"""``leadscore audit`` and what it makes of ``schema infer``: calm, exact, and never an error."""

from pathlib import Path

import pytest

from tests.cli.conftest import Made, Run
from tests.flows.test_audit import make_leads


@pytest.fixture
def leads(here: Path) -> Path:
    make_leads().to_csv(here / "leads.csv", index=False)
    return here


@pytest.mark.usefixtures("leads")
def test_the_first_lines_name_the_suspects_with_their_worth(run: Run) -> None:
    said = run("audit", "leads.csv", "--label", "won")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "2 columns give the outcome away."
    assert lines[1].strip().split(": ")[0] in ("lost_reason — leak", "contract_no — leak")
    assert "AUC 0." in lines[1]
    assert lines[3].strip() == 'in the schema: role = "ignore"'
    assert said.out.endswith("4 columns are clean.\n")


@pytest.mark.usefixtures("leads")
def test_as_json_stdout_is_the_audit_alone(run: Run) -> None:
    said = run("audit", "leads.csv", "--label", "won", "--json").json
    assert said["verdict"] == "leak"
    findings = said["findings"]
    assert isinstance(findings, list)
    assert {"field", "verdict", "role", "evidence", "worth"} <= set(findings[0])
    assert isinstance(said["quality"], list)


def test_the_page_goes_where_it_is_wished(leads: Path, run: Run) -> None:
    said = run("audit", "leads.csv", "--label", "won", "--out", "audit.html")
    assert "Page: audit.html" in said.out
    page = (leads / "audit.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert run("audit", "leads.csv", "--label", "won", "--out", "audit.html").code == 2
    streamed = run("audit", "leads.csv", "--label", "won", "--out", "-")
    assert streamed.out == page


@pytest.mark.usefixtures("here")
def test_a_file_without_a_label_is_no_mistake(run: Run) -> None:
    make_leads(leaks=False).drop(columns="won").to_csv("open.csv", index=False)
    said = run("audit", "open.csv")
    assert said.code == 0
    assert said.out.startswith("No label is known: only the data were checked.")


def test_faults_are_named_with_their_lines(made: Made, here: Path, run: Run) -> None:
    text = made.train.read_text("utf-8").splitlines()
    cells = text[3].split(",")
    cells[text[0].split(",").index("credit_score")] = "900"
    (here / "bad.csv").write_text("\n".join([*text[:3], ",".join(cells), *text[4:]]), "utf-8")
    said = run("audit", "bad.csv", "--schema", "investor")
    assert said.code == 0
    assert "1 value is not what the schema allows, for example line 4, credit_score" in said.out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("audit nofile.csv", "'nofile.csv'"),
        ("audit leads.csv --label prize", "'prize'"),
        ("audit leads.csv --schema no.toml", "'no.toml'"),
        ("audit leads.csv --out nofolder/a.html", "'nofolder'"),
        ("audit foreign.csv --schema investor", "none of the model's fields"),
    ],
)
def test_a_mistake_is_told(command: str, words: str, leads: Path, run: Run) -> None:
    (leads / "foreign.csv").write_text("colour,shape\nred,round\n", "utf-8")
    said = run(*command.split())
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_waiver_is_shown_with_its_reason(leads: Path, run: Run) -> None:
    text = run("schema", "infer", "leads.csv", "--label", "won").out
    head, tail = text.split('name = "lost_reason"')
    kept = tail.replace('role = "ignore"', 'role = "feature"\nwaiver = "asked in the form"', 1)
    (leads / "kept.toml").write_text(f'{head}name = "lost_reason"{kept}', "utf-8")
    said = run("audit", "leads.csv", "--schema", "kept.toml").out
    assert said.startswith("1 column gives the outcome away and is kept by waiver.")
    assert "kept by waiver: asked in the form" in said


def test_an_inferred_schema_trains(leads: Path, run: Run) -> None:
    said = run("schema", "infer", "leads.csv", "--label", "won")
    assert said.out.startswith("# Leaks, not scored: ")
    assert said.err.splitlines()[0] == said.out.splitlines()[0].removeprefix("# ")
    (leads / "schema.toml").write_text(said.out, "utf-8")
    files = ("leads.csv", "--schema", "schema.toml", "--out", "model", "--recipe", "logistic")
    trained = run("train", *files, "--json")
    assert trained.code == 0, trained.err
    unused = trained.json["unused"]
    assert isinstance(unused, list)
    assert {"lost_reason", "contract_no"} <= set(unused)


def test_a_schema_that_scores_a_leak_does_not_train_until_it_is_waived(
    leads: Path, run: Run
) -> None:
    text = run("schema", "infer", "leads.csv", "--label", "won").out
    (leads / "kept.toml").write_text(text.replace('role = "ignore"', 'role = "feature"'), "utf-8")
    files = ("leads.csv", "--out", "model", "--recipe", "logistic", "--schema")
    said = run("train", *files, "kept.toml")
    assert (said.code, said.out) == (2, "")
    assert "lost_reason" in said.err
    assert "contract_no" in said.err
    assert not (leads / "model").exists()
    kept = text.replace('role = "ignore"', 'role = "feature"\nwaiver = "asked in the form"')
    (leads / "waived.toml").write_text(kept, "utf-8")
    assert run("train", *files, "waived.toml").code == 0
    card = (leads / "model" / "card.md").read_text("utf-8")
    assert "asked in the form" in card
