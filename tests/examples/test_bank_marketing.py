"""The bank example on a tenth of its file; the full run is `make example-bank`."""

from pathlib import Path

import pytest

from examples.bank_marketing import run

#: Every tenth row, still in time order.
EVERY = 10

needs_the_file = pytest.mark.skipif(
    not run.USUAL.is_file(),
    reason=f"the bank marketing file is not at {run.USUAL}; examples/bank_marketing/README.md "
    "says where to get it",
)


@needs_the_file
def test_the_past_ranks_the_future_and_the_page_says_what_is_off(tmp_path: Path) -> None:
    leads = run.read(run.USUAL).iloc[::EVERY]
    model, found = run.judge(leads, tmp_path / "report.html")
    assert "duration" not in model.encoder.fields
    assert model.schema.order == "rows"
    assert model.card["choice"]["validation"] == "forward"
    assert found["auc"]["value"] > 0.5
    page = run.page(model, found, leads)
    assert "The probabilities are off" in page
    assert "base rate moved" in page
    assert "The probabilities are off" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_missing_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["run.py", str(tmp_path / "no.csv")])
    assert run.main() == 2
    assert "Where to get it" in capsys.readouterr().err
