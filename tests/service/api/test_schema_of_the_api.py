"""What the OpenAPI document says is so: schemathesis calls every route in every way it allows."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import engine
from schemathesis.config import SchemathesisConfig

from leadscore.flows.service.service_rows import Role
from leadscore.model.bundle import dump_model
from leadscore.testing.models import make_model
from tests.house.source import ROOT
from tests.service.api.served import Served, open_service

#: What a lead is cannot be said by a schema alone: a moment in the past, a schema's own fields.
FINE = ["2xx", "401", "403", "404", "409", "410", "422"]
REFUSED = ["401", "403", "404", "405", "406", "409", "410", "413", "422", "429"]


def a_bundle() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, part in dump_model(make_model(seed=3)).items():
            packed.writestr(name, part)
    return content.getvalue()


schemathesis.openapi.media_type("application/zip", st.just(a_bundle()))


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    with open_service(database_url) as one:
        yield one


def findings(served: Served, role: Role, *, phases: dict[str, Any], examples: int) -> list[str]:
    """Return what is not as the document says."""
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {served.keys[role]}"},
            "seed": 1,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
            },
            "checks": {
                "positive_data_acceptance": {"expected-statuses": FINE},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
            "phases": phases,
        }
    )
    schema = schemathesis.openapi.from_asgi("/openapi.json", served.app, config=config)
    found, calls = [], 0
    for event in engine.from_schema(schema).execute():
        if isinstance(event, engine.events.ScenarioFinished):
            calls += len(event.recorder.interactions)
            found += [
                f"{event.recorder.label}: {check.failure_info.failure.title}: "
                f"{check.failure_info.failure.message[:400]} {check.failure_info.code_sample[:400]}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
        elif isinstance(event, engine.events.NonFatalError | engine.events.FatalError):
            found.append(str(getattr(event, "value", None) or getattr(event, "exception", "")))
    assert calls > 40
    return found


def test_all_that_the_document_says_is_so_for_an_admin(served: Served) -> None:
    found = findings(served, "admin", phases={}, examples=3)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", ["rep", "manager", "service"])
def test_all_that_the_document_says_is_so_for_every_other_role(served: Served, role: Role) -> None:
    off = {"enabled": False}
    phases = {"stateful": off, "coverage": off, "examples": off}
    found = findings(served, role, phases=phases, examples=3)
    assert not found, "\n".join(found)


def test_the_page_lists_every_route_with_its_roles(served: Served) -> None:
    page = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    paths = served.client.get("/openapi.json").json()["paths"]
    lines = [
        f"| `{method.upper()} {path}` | {one['summary']} | "
        f"{', '.join(one.get('x-roles', [])) or 'everybody'} |"
        for path, methods in paths.items()
        for method, one in methods.items()
    ]
    assert [line for line in page.splitlines() if line.startswith("| `") and "/" in line] == lines
