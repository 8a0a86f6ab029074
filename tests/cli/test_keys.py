"""``leadscore keys``: made, listed, replaced and revoked at the server's machine."""

from pathlib import Path

import pytest

from leadscore.flows.service.access.keys import accepts, read_key
from leadscore.flows.service.ports import Store
from leadscore.leads.moment import DAY, read_moment
from tests.cli.conftest import Run


@pytest.fixture
def on(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set the environment to an empty database."""
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", database_url)
    return database_url


@pytest.mark.usefixtures("on")
def test_a_key_is_made_shown_once_and_opens(run: Run, store: Store) -> None:
    said = run("keys", "create", "--role", "admin", "--name", "Ann", "--expires", "90d", "--json")
    made = said.json
    read = read_key(str(made["key"]))
    assert read is not None
    with store.begin(write=False) as work:
        row = work.keys.find(read[0])
    assert row is not None
    assert accepts(row, read[1], now=row.created_at)
    assert (row.role, row.name, row.created_by) == ("admin", "Ann", "cli")
    assert row.expires_at == row.created_at + 90 * DAY == read_moment(str(made["expires_at"]))
    listed = run("keys", "list")
    assert read[0] in listed.out
    assert str(made["key"]) not in listed.out
    assert read[1] not in run("keys", "list", "--json").out


@pytest.mark.usefixtures("on")
def test_a_key_for_a_person_is_the_first_line(run: Run) -> None:
    assert "no keys yet" in run("keys", "list").out
    key, words = run("keys", "create", "--role", "rep").out.splitlines()
    assert read_key(key)
    assert "not shown again" in words


@pytest.mark.usefixtures("on")
def test_a_key_is_replaced_and_revoked(run: Run, store: Store) -> None:
    made = run("keys", "create", "--role", "service", "--per-minute", "5", "--json").json
    new = run("keys", "rotate", made["prefix"], "--overlap", "1h", "--json").json
    assert (new["role"], new["per_minute"]) == ("service", 5)
    assert new["prefix"] != made["prefix"]
    assert "not accepted" in run("keys", "revoke", new["prefix"]).out
    assert run("keys", "revoke", new["prefix"], "--json").json["state"] == "revoked"
    with store.begin(write=False) as work:
        assert [row.revoked_at is None for row in work.keys.all()] == [True, False]


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "--role", "boss"), "rep, manager, service, admin"),
        (("create", "--role", "rep", "--expires", "soon"), "90d"),
        (("create", "--role", "rep", "--per-minute", "0"), "per_minute"),
        (("rotate", "nobody"), "no key 'nobody'"),
        (("revoke", "nobody"), "no key 'nobody'"),
    ],
)
def test_a_mistake_is_told_in_words(run: Run, arguments: tuple[str, ...], words: str) -> None:
    said = run("keys", *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_the_first_key_makes_the_database(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    assert run("keys", "create", "--role", "admin").code == 0
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0
