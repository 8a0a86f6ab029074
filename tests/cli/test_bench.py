"""``leadscore bench``: sentences and tables for people, JSON and a page for others."""

import json
from pathlib import Path

from tests.cli.conftest import Made, Run


def test_the_verb_says_what_was_compared_and_writes_a_page(
    here: Path, run: Run, made: Made
) -> None:
    said = run(
        *("bench", "--leads", 400, "--rounds", 1, "--learn", 1000, "--model", made.model),
        *("--only", "one", "--only", "file", "--out", "bench.md"),
    )
    assert said.code == 0, said.err
    assert "One lead, explained, takes" in said.out
    assert "reading it and writing a ready table" in said.out
    assert "a batch" not in said.out
    assert "numpy" in said.out
    page = (here / "bench.md").read_text(encoding="utf-8")
    assert "| the usual way | no |" in page
    assert [one.name for one in here.iterdir()] == ["bench.md"]


def test_the_verb_prints_json_alone(here: Path, run: Run, made: Made) -> None:
    said = run(
        *("bench", "--leads", 100, "--rounds", 1, "--learn", 1000, "--model", made.model),
        *("--only", "file", "--out", "bench.json", "--json"),
    )
    assert said.code == 0, said.err
    told = json.loads((here / "bench.json").read_text(encoding="utf-8"))
    assert said.json == told
    assert {one["part"] for one in told["figures"]} == {"file"}
    assert {"ours", "peer", "times", "part"} == set(told["ratios"][0])
    assert told["machine"]["cpu"]


def test_a_part_that_is_none_is_refused(run: Run) -> None:
    said = run("bench", "--only", "stream")
    assert said.code == 2
    assert "'stream'" in said.err
    assert "one, batch, file" in said.err


def test_a_page_of_another_kind_is_refused(run: Run) -> None:
    said = run("bench", "--out", "bench.html")
    assert said.code == 2
    assert ".md or .json" in said.err
