"""What runs together on one machine: the file is right, and its settings are ours."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any  # Any: a YAML file's own shape

import pytest
from ruamel.yaml import YAML

from leadscore.errors import BadSettings
from leadscore.settings import read_settings
from tests.house.source import ROOT

FOLDER = ROOT / "deploy"
TEXT = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
PASSWORD = re.compile(r"\$\{POSTGRES_PASSWORD[^}]*\}")
VARIABLE = re.compile(r"\$\{(\w+)(?P<default>:-[^}]*)?")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(TEXT)
    return loaded


def example() -> dict[str, str]:
    lines = (FOLDER / ".env.example").read_text(encoding="utf-8").splitlines()
    pairs = (
        line.removeprefix("# ").partition("=") for line in lines if re.match(r"(# )?[A-Z_]+=", line)
    )
    return {name: value for name, _, value in pairs}


def test_it_is_what_compose_understands() -> None:
    checker = str(Path(sys.executable).parent / "check-jsonschema")
    told = ["--builtin-schema", "vendor.compose-spec", str(FOLDER / "compose.yaml")]
    run = subprocess.run([checker, *told], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_it_has_a_service_a_worker_and_a_database_made_ready_in_order() -> None:
    services = compose()["services"]
    assert set(services) == {"database", "upgrade", "service", "worker"}
    assert services["upgrade"]["command"] == ["db", "upgrade"]
    for name in ("service", "worker"):
        needs = services[name]["depends_on"]
        assert needs["upgrade"]["condition"] == "service_completed_successfully"
        assert needs["database"]["condition"] == "service_healthy"
        assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["upgrade", "service", "worker"])
def test_our_containers_may_do_no_more_than_they_need(name: str) -> None:
    one = compose()["services"][name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]


def test_nothing_is_open_to_other_machines_unless_the_operator_says_so() -> None:
    services = compose()["services"]
    assert services["service"]["ports"] == ["${PUBLISH:-127.0.0.1:8000}:8000"]
    assert example()["PUBLISH"] == "127.0.0.1:8000"
    assert not any("ports" in one for name, one in services.items() if name != "service")


def test_every_variable_has_a_default_or_a_line_in_the_example() -> None:
    asked = {found[1]: found["default"] for found in VARIABLE.finditer(TEXT)}
    assert {name for name, default in asked.items() if not default} <= set(example())


def test_the_examples_settings_are_settings() -> None:
    ours = {name: value for name, value in example().items() if name.startswith("LEADSCORE_")}
    assert ours
    read_settings(ours)
    settings = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in settings for name in ours)


def test_the_examples_password_is_refused() -> None:
    services = compose()["services"]
    url = services["service"]["environment"]["LEADSCORE_DATABASE_URL"]
    ours = [services[name]["environment"] for name in ("upgrade", "service", "worker")]
    assert {one["LEADSCORE_DATABASE_URL"] for one in ours} == {url}
    with pytest.raises(BadSettings):
        read_settings({"LEADSCORE_DATABASE_URL": PASSWORD.sub(example()["POSTGRES_PASSWORD"], url)})
    set_up = read_settings({"LEADSCORE_DATABASE_URL": PASSWORD.sub("0123456789abcdef", url)})
    assert set_up.database_url.text == "postgresql://leadscore:0123456789abcdef@database/leadscore"
