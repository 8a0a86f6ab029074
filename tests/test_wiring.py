"""The wiring opens what the settings say, or says what to install."""

from pathlib import Path

import pytest

from leadscore import wiring
from leadscore.errors import BadDatabase, MissingExtra
from leadscore.settings import Settings, read_settings
from leadscore.store.sql import engine
from leadscore.store.sql.engine import open_engine


def settings_for(url: str) -> Settings:
    return read_settings({"LEADSCORE_DATABASE_URL": url, "LEADSCORE_DATABASE_TIMEOUT": "5"})


def test_a_new_file_is_a_store_at_once(tmp_path: Path) -> None:
    store = wiring.store(settings_for(f"sqlite:///{tmp_path / 'leadscore.db'}"))
    store.prepare()
    store.prepare()
    store.ready()
    with store.begin(write=True) as work:
        assert work.leads.hold(["L1"], at=1)
    store.close()


def test_a_store_is_used_once_its_tables_are_there(database_kind: str, bare_url: str) -> None:
    store = wiring.store(settings_for(bare_url))
    if database_kind == "postgresql":
        with pytest.raises(BadDatabase, match="leadscore db upgrade"):
            store.prepare()
        database = wiring.database(settings_for(bare_url))
        database.upgrade()
        database.close()
    store.prepare()
    with store.begin(write=False) as work:
        assert work.leads.count() == 0
    store.close()


@pytest.mark.parametrize("open_it", [wiring.store, wiring.database])
def test_without_the_parts_of_the_service_it_says_what_to_install(
    open_it: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "find_spec", lambda _: None)
    assert callable(open_it)
    with pytest.raises(MissingExtra, match=r"pip install 'leadscore\[serve\]'"):
        open_it(Settings())


def test_without_postgresqls_driver_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pip install 'leadscore\[postgres\]'"):
        open_engine("postgresql://ann@host/leads", pool=1, timeout=1)


def test_what_an_operator_decides_reaches_the_use_cases() -> None:
    settings = read_settings({"LEADSCORE_LEASE_MINUTES": "5", "LEADSCORE_KEEP_EVENTS_DAYS": "30"})
    rules = wiring.rules(settings)
    assert (rules.lease, rules.keep_events_days) == (5 * 60 * 1_000_000, 30)
    assert rules.time_zone == settings.time_zone
