"""``leadscore claims``: a table for people, a file for the docs."""

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_the_verb_writes_json(here: Path, run: Run) -> None:
    said = run("claims", "--worlds", 1, "--leads", 1000, "--jobs", 1, "--out", "c.json")
    assert said.code == 0, said.err
    assert "does not" in said.out
    assert json.loads((here / "c.json").read_text(encoding="utf-8"))["worlds"] == 1
