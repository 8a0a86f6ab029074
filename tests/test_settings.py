"""Settings: read in one place, refused with words, all on the page."""

import re
from dataclasses import fields
from zoneinfo import ZoneInfo

import pytest

from leadscore.errors import BadSettings
from leadscore.settings import Secret, Settings, environment_settings, read_settings
from tests.house.source import MODULES, ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
VARIABLES = [f"LEADSCORE_{one.name.upper()}" for one in fields(Settings)]


def test_nothing_needs_to_be_set() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({}).database_url == Secret("sqlite:///./leadscore.db")
    assert read_settings({}).port == 8000


def test_a_setting_that_is_empty_is_not_set() -> None:
    assert read_settings({"LEADSCORE_PORT": "", "LEADSCORE_DATABASE_URL": ""}) == Settings()


def test_every_setting_is_read() -> None:
    said = {
        "LEADSCORE_DATABASE_URL": "postgresql://ann:hunter2@host/leads",
        "LEADSCORE_DATABASE_POOL": "7",
        "LEADSCORE_DATABASE_TIMEOUT": "0.5",
        "LEADSCORE_HOST": "0.0.0.0",  # noqa: S104 -- it is only read
        "LEADSCORE_PORT": "0",
        "LEADSCORE_TIME_ZONE": "Europe/Berlin",
        "LEADSCORE_KEEP_SCORES_DAYS": "400",
        "LEADSCORE_KEEP_EVENTS_DAYS": "800",
        "LEADSCORE_PROCESSES": "4",
        "LEADSCORE_RATE_PER_MINUTE": "120",
        "LEADSCORE_BODY_MEGABYTES": "8",
        "LEADSCORE_METRICS_KEY": "let-me-see-metrics",
        "LEADSCORE_LEASE_MINUTES": "15",
        "LEADSCORE_EXPLORE_SHARE": "0.1",
        "LEADSCORE_TYPICAL_VALUE": "9000",
        "LEADSCORE_WEBHOOK_HOSTS": "CRM.internal, 10.1.0.0/16,",
        "LEADSCORE_WORKER_SECONDS": "0.25",
        "LEADSCORE_LOG_LEVEL": "WARNING",
        "LEADSCORE_OTLP_ENDPOINT": "http://localhost:4318",
    }
    assert set(said) == set(VARIABLES)
    assert read_settings(said) == Settings(
        database_url=Secret("postgresql://ann:hunter2@host/leads"),
        database_pool=7,
        database_timeout=0.5,
        host="0.0.0.0",  # noqa: S104 -- it is only read
        port=0,
        time_zone=ZoneInfo("Europe/Berlin"),
        keep_scores_days=400,
        keep_events_days=800,
        processes=4,
        rate_per_minute=120,
        body_megabytes=8,
        metrics_key=Secret("let-me-see-metrics"),
        lease_minutes=15,
        explore_share=0.1,
        typical_value=9000.0,
        webhook_hosts=("crm.internal", "10.1.0.0/16"),
        worker_seconds=0.25,
        log_level="warning",
        otlp_endpoint="http://localhost:4318",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABASE_URL", "mysql://host/leads"),
        ("DATABASE_URL", "leads.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://ann:ChangeMe@host/leads"),
        ("DATABASE_POOL", "0"),
        ("DATABASE_TIMEOUT", "nan"),
        ("DATABASE_TIMEOUT", "soon"),
        ("HOST", "http://host"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "80.5"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../etc/passwd"),
        ("KEEP_SCORES_DAYS", "0"),
        ("KEEP_EVENTS_DAYS", "forever"),
        ("PROCESSES", "0"),
        ("RATE_PER_MINUTE", "0"),
        ("BODY_MEGABYTES", "0"),
        ("METRICS_KEY", "short"),
        ("LEASE_MINUTES", "1441"),
        ("EXPLORE_SHARE", "1.5"),
        ("EXPLORE_SHARE", "nan"),
        ("TYPICAL_VALUE", "-1"),
        ("WEBHOOK_HOSTS", "http://crm.internal"),
        ("WEBHOOK_HOSTS", "10.1.2.3/16"),
        ("WORKER_SECONDS", "0"),
        ("LOG_LEVEL", "loud"),
        ("OTLP_ENDPOINT", "localhost:4318"),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(BadSettings) as error:
        read_settings({f"LEADSCORE_{name}": text})
    (fault,) = error.value.faults
    assert fault.field == f"LEADSCORE_{name}"
    assert fault.allowed
    assert error.value.exit_code == 2


def test_all_faults_are_named_at_once_and_no_secret_is_shown() -> None:
    said = {
        "LEADSCORE_DATABASE_URL": "mysql://ann:hunter2@host/leads",
        "LEADSCORE_PORT": "http",
        "LEADSCORE_DATABSE_POOL": "3",
    }
    with pytest.raises(BadSettings) as error:
        read_settings(said)
    assert {one.field for one in error.value.faults} == set(said)
    assert "hunter2" not in str(error.value)
    assert "LEADSCORE_DATABASE_POOL, if you mean it" in str(error.value)
    assert "hunter2" not in repr(read_settings({VARIABLES[0]: "postgresql://ann:hunter2@host/a"}))


def test_what_kubernetes_sets_beside_a_service_of_our_name_is_told_apart() -> None:
    linked = {"LEADSCORE_SERVICE_HOST": "10.0.0.1", "LEADSCORE_PORT_8000_TCP_PORT": "8000"}
    assert read_settings(linked) == Settings()
    with pytest.raises(BadSettings, match="enableServiceLinks"):
        read_settings({**linked, "LEADSCORE_PORT": "tcp://10.0.0.1:8000"})


def test_what_is_not_ours_is_not_read() -> None:
    assert read_settings({"PORT": "x", "DATABASE_URL": "y", "leadscore_port": "z"}) == Settings()


def test_the_environment_is_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEADSCORE_PORT", "8123")
    assert environment_settings() == Settings(port=8123)


def test_the_page_has_a_line_for_each_setting_with_its_default() -> None:
    lines = re.findall(r"^\| `(LEADSCORE_\w+)` \| (.+?) \|", PAGE, re.M)
    assert [name for name, _ in lines] == VARIABLES
    for (_, said), one in zip(lines, fields(Settings), strict=True):
        default = getattr(Settings(), one.name)
        text = default.text if isinstance(default, Secret) else default
        assert said in (("never", "none") if text in (None, ()) else (f"`{text}`",))


def test_the_environment_is_read_in_one_place() -> None:
    readers = {one.name for one in MODULES if {"environ", "getenv"} & _attributes(one.text)}
    assert readers == {"settings.py"}


def _attributes(text: str) -> set[str]:
    return set(re.findall(r"\bos\.(\w+)", text))
