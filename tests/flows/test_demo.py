"""The demo: from nothing to a list of whom to call."""

from pathlib import Path

import pandas as pd
import pytest

from leadscore.errors import Exists
from leadscore.flows.demo import run_demo
from leadscore.wiring import files


def test_the_demo_writes_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = run_demo(files=files(), leads=1200)
    folder = tmp_path / found.folder
    assert {one.name for one in folder.iterdir() if not one.name.startswith(".")} == {
        "lead.json",
        "leads.parquet",
        "model",
        "new-leads.parquet",
        "report.html",
        "scored.csv",
    }
    assert len(pd.read_csv(folder / "scored.csv")) == found.judged.test.leads.n == 240
    assert len(found.calls) == 10
    assert len(found.stories) == 9
    assert all(len(one.reasons) == 2 for one in found.calls)
    expected = [one.expected for one in found.calls]
    assert expected == pytest.approx(sorted(expected, reverse=True))


def test_a_persons_own_folder_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "leadscore-demo"
    mine.mkdir()
    (mine / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Exists, match="did not make it"):
        run_demo(files=files(), folder=str(mine), leads=1200)
    assert [one.name for one in mine.iterdir()] == ["precious.txt"]
