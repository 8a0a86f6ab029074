"""The public face: few names, each there, none loaded before it is asked for."""

import ast
import subprocess
import sys

import pytest

import leadscore
from tests.house.source import PACKAGE

SQL = ("alembic", "psycopg", "sqlalchemy", "sqlite3")
HEAVY = ("imblearn", "numpy", "pandas", "pyarrow", "scipy", "sklearn", "xgboost", *SQL)
TABLES = tuple(name for name in HEAVY if name != "numpy")


@pytest.mark.parametrize("name", leadscore.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(leadscore, name) is not None


def test_the_face_has_at_most_twenty_names() -> None:
    assert len(leadscore.__all__) == len(set(leadscore.__all__)) <= 20


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lead_score'"):
        _ = getattr(leadscore, "lead_score")  # noqa: B009 -- mypy knows that it is not there


def test_dir_lists_the_face() -> None:
    assert dir(leadscore) == sorted(leadscore.__all__)


def test_the_stub_names_what_the_package_gives() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    typed = {
        alias.asname: f"{node.module}"
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == vars(leadscore)["_HOMES"]
    assert {*typed, "__version__"} == set(leadscore.__all__)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("leadscore", HEAVY),
        ("leadscore.errors", HEAVY),
        ("leadscore.settings", HEAVY),
        ("leadscore.cli.app", TABLES),
        ("leadscore.leads.schema", TABLES),
        ("leadscore.model.bundle", TABLES),
        ("leadscore.flows.service.ports", TABLES),
        ("leadscore.store.bundles", TABLES),
        ("leadscore.wiring", SQL),
        ("leadscore.score.record", TABLES),
    ],
)
def test_importing_loads_no_more_than_it_needs(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sorted(set({absent!r}) & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("", "")
