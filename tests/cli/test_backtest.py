"""The verb ``backtest``: words, JSON and a page."""

from pathlib import Path

import pytest

from leadscore.testing.makers import make_frame
from tests.cli.conftest import Run

FAST = ("--alone", "--recipe", "logistic", "--retrain", "none", "--calls-per-day", 2)


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backtest") / "leads.csv"
    make_frame(1500, seed=1).to_csv(path, index=False)
    return path


def test_it_answers_in_words_and_writes_the_page(leads: Path, here: Path, run: Run) -> None:
    said = run("backtest", leads, "--rows-in-order", *FAST, "--out", "page.html")
    assert said.code == 0, said.err
    assert said.out.startswith("At 2 calls a day the model would have reached ")
    assert "times (" in said.out.splitlines()[0]
    assert "Taken for granted:" in said.out
    assert "10 rows count as a day" in said.out
    page = (here / "page.html").read_text(encoding="utf-8")
    assert said.out.splitlines()[0] in page
    again = run("backtest", leads, "--rows-in-order", *FAST, "--out", "page.html")
    assert again.code == 2
    assert "--force" in again.err


def test_json_is_the_result_alone(leads: Path, run: Run) -> None:
    said = run("backtest", leads, "--rows-in-order", *FAST, "--json").json
    assert {"headline", "calls_per_day", "periods", "policies", "assumptions"} <= set(said)
    policies = said["policies"]
    assert isinstance(policies, dict)
    assert set(policies["model"]["lift"]) == {"value", "low", "high"}
    assert "newest_first" in policies


def test_without_time_it_says_what_to_do(leads: Path, run: Run) -> None:
    said = run("backtest", leads, *FAST)
    assert said.code == 2
    assert "--rows-in-order" in said.err
    assert "Traceback" not in said.err


def test_no_calls_are_refused(leads: Path, run: Run) -> None:
    said = run("backtest", leads, "--rows-in-order", "--calls-per-day", 0)
    assert said.code == 2
    assert "--calls-per-day is 0" in said.err
