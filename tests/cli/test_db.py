"""``leadscore db`` on both databases."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def on(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set the environment to a database without tables."""
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", bare_url)
    return bare_url


@pytest.mark.usefixtures("on")
def test_tables_are_made_checked_and_removed(run: Run) -> None:
    assert run("db", "current").out == "base; this program's is 0001\n"
    assert run("db", "upgrade").out == "The tables went from version base to 0001.\n"
    assert run("db", "upgrade").out == "The tables are of version 0001 already.\n"
    assert run("db", "current").out == "0001, the newest\n"
    assert run("db", "check").out == "The database is as it should be.\n"
    said = run("db", "downgrade", "--to", "base", "--force")
    assert (said.code, said.out) == (0, "The tables went from version 0001 to base.\n")
    said = run("db", "check")
    assert (said.code, said.out) == (1, "The tables are of version base, not 0001.\n")


@pytest.mark.usefixtures("on")
def test_results_are_json_when_asked(run: Run) -> None:
    assert run("db", "current", "--json").json == {"version": "base", "newest": "0001"}
    assert run("db", "upgrade", "--json").json == {"before": "base", "after": "0001"}
    assert run("db", "check", "--json").json == {"findings": []}
    said = run("db", "downgrade", "--to", "base", "--force", "--json")
    assert said.json == {"before": "0001", "after": "base"}
    assert run("db", "check", "--json").code == 1


@pytest.mark.usefixtures("on")
def test_going_back_must_be_meant(run: Run) -> None:
    run("db", "upgrade")
    said = run("db", "downgrade", "--to", "base")
    assert (said.code, said.out) == (2, "")
    assert "add --force" in said.err
    assert run("db", "current").out == "0001, the newest\n"
    said = run("db", "downgrade", "--to", "9", "--force")
    assert said.code == 2
    assert "Allowed: base" in said.err


def test_a_database_that_is_away_is_said_with_the_drivers_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://ann:hunter2@/leads?host={tmp_path}"
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", url)
    said = run("db", "current")
    assert (said.code, said.out) == (1, "")
    assert "cannot be used now" in said.err
    assert str(tmp_path) in said.err
    assert "hunter2" not in said.err


def test_settings_that_cannot_be_used_are_the_users_mistake(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", "oracle://host")
    monkeypatch.setenv("LEADSCORE_PORT", "http")
    said = run("db", "current")
    assert (said.code, said.out) == (2, "")
    assert "LEADSCORE_DATABASE_URL" in said.err
    assert "LEADSCORE_PORT" in said.err


def test_without_settings_it_is_a_file_here(run: Run, here: Path) -> None:
    assert run("db", "upgrade").code == 0
    assert json.loads(run("db", "current", "--json").out)["version"] == "0001"
    assert (here / "leadscore.db").exists()
