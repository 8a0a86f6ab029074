"""A person's mistakes: exit code 2, one clear message with what to do, and no traceback."""

import json
from pathlib import Path

import pytest

from leadscore.testing.makers import make_frame
from tests.cli.conftest import Made, Run


def write(path: Path, **changes: list[str] | None) -> Path:
    frame = make_frame(60, seed=3)
    for column, values in changes.items():
        frame = frame.drop(columns=column, errors="ignore")
        if values is not None:
            frame[column] = values
    frame.to_csv(path, index=False)
    return path


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


#: The arguments, and what the message must say. {made} names are files that are there.
MISTAKES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("train nofile.csv --out m", ("'nofile.csv'", "not there", "Check the path")),
    ("train {train} --out {model}", ("is there already", "--force")),
    ("train {train} --out nofolder/m", ("'nofolder'", "not there")),
    ("train {train} --out -", ("stdout", "Allowed: a folder")),
    ("train {train} --out m --recipe best", ("'best'", "auto, ordinal, logistic, seed")),
    ("train {train} --out m --label prize", ("'prize'", "Allowed:", "lead_id")),
    ("train {train} --out m --label income", ("'income'", "different values")),
    ("train {train} --out m --schema no.toml", ("'no.toml'", "not there")),
    ("train {train} --out m --schema bad.toml", ("rnage", "did you mean range", "Mend")),
    ("train {train} --out m --schema nolabel.toml", ("[label]", "--label")),
    ("train nolabel.csv --out m", ("Which column", "--label", "--positive")),
    ("train faulty.csv --out m", ("2 faults", "line 3, income", "line 5, credit_score", "300 to")),
    ("train few.csv --out m", ("Too few leads", "at least 40 of each class")),
    ("train empty.csv --out m", ("'empty.csv'", "empty")),
    ("train ragged.csv --out m", ("not as long as its header", "line 3")),
    ("train {train} --out m --seed -1", ("--seed",)),
    ("train {train}", ("--out",)),
    ("evaluate nomodel {test}", ("'nomodel'", "leadscore train")),
    ("evaluate {train} {test}", ("no bundle",)),
    ("evaluate {model} unlabelled.csv", ("'tier'", "not in the file")),
    ("evaluate {model} {test} --train {test}", ("not the file", "fingerprints")),
    ("evaluate {model} {test} --out {train}", ("is there already", "--force")),
    ("score {model} nofile.csv out.csv", ("'nofile.csv'", "not there")),
    ("score {model} {test} {train}", ("is there already", "--force")),
    ("score {model} {test} out.xlsx", ("'out.xlsx'", ".csv", ".parquet")),
    ("score {model} {test} nofolder/out.csv", ("'nofolder'", "not there")),
    ("score {model} {test} out.csv --on-error ignore", ("'ignore'", "refuse, skip, unscored")),
    ("score {model} {test} out.csv --reasons -1", ("--reasons",)),
    (
        "score {model} faulty.csv out.csv",
        ("2 faults", "line 3, income: got 'plenty'", "--on-error"),
    ),
    ("score {model} foreign.csv out.csv", ("none of the model's fields", "colour", "income")),
    ("explain {model} nofile.json", ("'nofile.json'", "not there")),
    ("explain {model} list.json", ("a list", "leadscore score")),
    ("explain {model} broken.json", ("no JSON", "object")),
    ("explain {model} faulty.json", ("income: got 'plenty'", "whole number")),
    ("explain {model} foreign.json", ("none of the model's fields", "income")),
    ("world out.parquet --preset dream", ("'dream'", "seed, noisy")),
    ("world out.parquet --leads 0", ("0 leads", "1 lead or more")),
    ("world {train}", ("is there already", "--force")),
    ("world out.doc", ("'out.doc'", ".parquet")),
    ("schema infer nofile.csv", ("'nofile.csv'", "not there")),
    ("schema infer {train} --label prize", ("'prize'", "tier")),
    ("schema infer {train} --time tier", ("'tier'", "no date")),
    ("schema infer outcomes.csv --label result", ("'result'", "--positive")),
    ("claims --worlds 0", ("0 worlds", "1 or more")),
    ("claims --out claims.pdf", ("'claims.pdf'", ".md")),
    ("forecast", ("forecast",)),
)


@pytest.fixture
def mess(here: Path) -> Path:
    """Return a folder with files that have something wrong."""
    frame = make_frame(60, seed=3)
    faulty = frame.copy()
    faulty.loc[1, "income"] = "plenty"
    faulty.loc[3, "credit_score"] = "900"
    faulty.to_csv(here / "faulty.csv", index=False)
    write(here / "nolabel.csv", tier=None)
    write(here / "unlabelled.csv", tier=None)
    write(here / "few.csv")
    write(here / "outcomes.csv", tier=None, result=["bought", "left", "moved"] * 20)
    write_text(here / "empty.csv", "")
    write_text(here / "ragged.csv", "income,tier\n1,Low\n2\n")
    write_text(here / "foreign.csv", "colour,shape\nred,round\n")
    write_text(here / "list.json", "[1, 2]")
    write_text(here / "broken.json", "{income: 1}")
    write_text(here / "faulty.json", json.dumps({"income": "plenty"}))
    write_text(here / "foreign.json", json.dumps({"colour": "red"}))
    field = '[[field]]\nname = "income"\ntype = "integer"\n'
    write_text(here / "bad.toml", f'name = "bad"\n{field}rnage = 1\n')
    write_text(here / "nolabel.toml", f'name = "nolabel"\n{field}')
    return here


@pytest.mark.parametrize(("command", "words"), MISTAKES, ids=[one[0] for one in MISTAKES])
def test_a_mistake_is_told(
    command: str, words: tuple[str, ...], made: Made, mess: Path, run: Run
) -> None:
    before = {path.name for path in mess.iterdir()}
    names = {"train": made.train, "test": made.test, "model": made.model}
    said = run(*(part.format(**names) for part in command.split()))
    assert said.code == 2
    assert said.out == ""
    text = said.err if "│" not in said.err else " ".join(said.err.replace("│", " ").split())
    assert [one for one in words if one not in text] == [], said.err
    assert "Traceback" not in said.err
    assert {path.name for path in mess.iterdir()} == before


def test_all_faults_are_told_at_once(made: Made, here: Path, run: Run) -> None:
    write(here / "bad.csv", income=["much"] * 60)
    said = run("score", made.model, "bad.csv", "out.csv")
    assert "60 faults" in said.err
    assert said.err.count("income: got 'much'") == 20
    assert "and 40 more" in said.err


def test_a_file_that_may_not_be_read_is_told(made: Made, here: Path, run: Run) -> None:
    (here / "folder.csv").mkdir()
    said = run("score", made.model, "folder.csv", "out.csv")
    assert said.code == 2
    assert "is a folder" in said.err
