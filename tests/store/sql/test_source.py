"""Rows of somebody else's database: read as a stream, and nothing there is changed."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from leadscore.errors import BadRequest, LeadscoreError, MissingExtra, NotFound, Unavailable
from leadscore.store.sql.source import open_source

QUERY = "SELECT id, income, at FROM people WHERE at > '2025-12-31 10:30' ORDER BY id"


@pytest.fixture
def crm(bare_url: str) -> str:
    """Return the URL of a database with people in it."""
    engine = create_engine(bare_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE people (id INTEGER, income NUMERIC, at TIMESTAMP)"))
        connection.execute(
            text("INSERT INTO people VALUES (:id, :income, :at)"),
            [{"id": n, "income": n / 2, "at": "2026-01-01 10:00:00"} for n in range(2_500)],
        )
    engine.dispose()
    return bare_url


def count(url: str) -> object:
    with open_source(url, "SELECT count(*) AS n FROM people") as rows:
        return next(rows.rows())["n"]


def test_rows_are_read_by_their_columns_names_as_often_as_asked(crm: str) -> None:
    with open_source(crm, QUERY) as rows:
        assert rows.names() == ("id", "income", "at")
        for _ in range(2):
            found = list(rows.rows())
            assert [row["id"] for row in found] == list(range(2_500))
        assert float(str(found[3]["income"])) == 1.5
        assert str(found[3]["at"]).startswith(str(dt.date(2026, 1, 1)))
        assert next(rows.rows())["id"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM people",
        "UPDATE people SET income = 1",
        "DROP TABLE people",
        "CREATE TABLE more (id INTEGER)",
        "SELECT nothing FROM people",
        "SELEC",
        "",
    ],
)
def test_what_would_write_or_is_no_query_is_refused_in_the_databases_words(
    crm: str, query: str
) -> None:
    with open_source(crm, query) as rows, pytest.raises(BadRequest):
        rows.names()
    with open_source(crm, query) as rows, pytest.raises(BadRequest):
        list(rows.rows())
    assert count(crm) == 2_500


def test_a_value_that_cannot_be_worked_out_ends_the_reading(crm: str) -> None:
    query = "SELECT abs(-9223372036854775807 - id) AS n FROM people ORDER BY id"
    with open_source(crm, query) as rows, pytest.raises(BadRequest, match="refused the query"):
        list(rows.rows())


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("not a url hunter2", BadRequest),
        ("sqlite:///{}/gone.db", NotFound),
        ("sqlite://", NotFound),
        ("nosuch://ann:hunter2@host/db", MissingExtra),
        ("oracle://ann:hunter2@host/db", MissingExtra),
        ("postgresql://ann:hunter2@/leads?host={}", Unavailable),
    ],
)
def test_a_database_that_cannot_be_asked_is_said_so_without_its_password(
    tmp_path: Path, url: str, kind: type[LeadscoreError]
) -> None:
    with pytest.raises(kind) as told, open_source(url.format(tmp_path), "SELECT 1"):
        pass
    assert "hunter2" not in f"{told.value} {getattr(told.value, 'detail', '')}"
    assert not list(tmp_path.iterdir())
