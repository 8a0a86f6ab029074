"""``leadscore world --preset market``: a folder, its summary, and mistakes."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_market_world_is_made_and_summed_up(run: Run, here: Path) -> None:
    said = run("world", "w/", "--preset", "market", "--leads", 300, "--leak", "ordered_id")
    assert said.code == 0
    assert "300 leads of the world market, seed 42, 2024-01-02 to 2026-01-01" in said.out
    assert "(ordered_id)" in said.out
    assert "AUC 0." in said.out
    assert (here / "w" / "leads.parquet").is_file()
    assert (here / "w" / "schema.toml").is_file()


def test_its_summary_is_json(run: Run, here: Path) -> None:
    arguments = ("--preset", "market", "--leads", 300, "--leaks", 3, "--no-drift", "--json")
    said = run("world", "w", *arguments)
    assert said.json["drift_at"] is None
    assert said.json["out"] == "w"
    leaks = said.json["leaks"]
    assert isinstance(leaks, list)
    assert len(leaks) == 3
    kept = json.loads((here / "w" / "truth.json").read_text(encoding="utf-8"))
    assert {"out": "w", **kept} == said.json


def test_a_world_of_one_lead_is_told_too(run: Run, here: Path) -> None:
    said = run("world", "w", "--preset", "market", "--leads", 1, "--no-drift")
    assert said.code == 0
    assert "log loss" in said.out
    assert "AUC" not in said.out
    assert (here / "w" / "events.parquet").is_file()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("world - --preset market", "a folder's name"),
        ("world w.csv --preset market", "a folder's name"),
        ("world nofolder/w --preset market", "'nofolder'"),
        ("world w --preset market --leads 0", "1 lead or more"),
        ("world w --preset market --leaks 5", "0 to 4"),
        ("world w --preset market --leak drip", "filled_after, near_copy"),
        ("world w --preset market --leaks 1 --leak near_copy", "one of them"),
        ("world w.csv --leaks 1", "--preset market"),
        ("world w.csv --leak near_copy", "--preset market"),
        ("world w.csv --no-drift", "--preset market"),
    ],
)
def test_a_mistake_exits_2_with_what_is_allowed(
    line: str, words: str, run: Run, here: Path
) -> None:
    said = run(*line.split())
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err
    assert list(here.iterdir()) == []
