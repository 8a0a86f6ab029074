"""The tables go forward and back with what is in them, and others' are never touched."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import produce_migrations, render_python_code
from sqlalchemy import inspect, text

from leadscore.errors import BadDatabase, BadRequest, Unavailable
from leadscore.store.sql import migrations
from leadscore.store.sql.database import SqlDatabase
from leadscore.store.sql.engine import open_engine
from leadscore.store.sql.opening import open_database, open_store
from leadscore.store.sql.tables import metadata
from leadscore.store.sql.versions import BASE, look_at
from tests.store.sql.makers import make_event, make_outcome, make_score, make_work

#: A version that might come: it makes the table anew that everything points to.
NEXT = """
from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "next"
down_revision = "0001"


def upgrade():
    with op.batch_alter_table("leads", recreate=RECREATE) as batch:
        batch.add_column(Column("tempo", BigInteger, nullable=False, server_default="1"))
    op.create_table("in_the_way", Column("lead_id", Text))


def downgrade():
    op.drop_table("in_the_way")
    with op.batch_alter_table("leads", recreate=RECREATE) as batch:
        batch.drop_column("tempo")
"""


@pytest.fixture
def later(database_kind: str, bare_url: str, tmp_path: Path) -> Iterator[SqlDatabase]:
    """Return the same database as a newer program sees it."""
    scripts = tmp_path / "scripts"
    shutil.copytree(Path(migrations.__file__).parent, scripts)
    recreate = "'always'" if database_kind == "sqlite" else "'never'"
    step = NEXT.replace("RECREATE", recreate)
    (scripts / "versions" / "next.py").write_text(step, encoding="utf-8")
    opened = SqlDatabase(open_engine(bare_url, pool=1, timeout=10), scripts=str(scripts))
    yield opened
    opened.close()


@pytest.fixture
def database(bare_url: str) -> Iterator[SqlDatabase]:
    """Return a database without tables."""
    opened = open_database(bare_url, timeout=10)
    yield opened
    opened.close()


def run(database: SqlDatabase, *statements: str) -> None:
    with database.engine.execution_options(leadscore_writes=True).begin() as connection:
        for one in statements:
            connection.execute(text(one))


def tables(database: SqlDatabase) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def fill(url: str) -> None:
    """Put a lead with all that points to it into a database."""
    store = open_store(url, pool=2, timeout=10)
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
        work.events.add([make_event()])
        work.scores.add([make_score()])
        work.outcomes.add([make_outcome()])
        work.tasks.add([make_work()])
    store.close()


def known(url: str) -> list[object]:
    store = open_store(url, pool=2, timeout=10)
    with store.begin(write=False) as work:
        rows: list[object] = [work.leads.get("L1"), work.scores.latest("L1"), work.tasks.get("t1")]
        rows += [*work.events.of("L1"), *work.outcomes.of("L1")]
    store.close()
    return rows


def test_the_migrations_make_the_tables_that_the_program_expects(database: SqlDatabase) -> None:
    database.upgrade()
    with database.engine.connect() as connection:
        missing = produce_migrations(look_at(connection), metadata).upgrade_ops
    assert missing is not None
    # what to write into the next migration, if this fails
    assert render_python_code(missing, render_as_batch=True).count("op.") == 0
    assert database.check() == []


def test_all_tables_are_made_and_removed_again(database: SqlDatabase) -> None:
    assert database.current() == BASE
    assert database.upgrade() == (BASE, database.newest)
    assert tables(database) == {*metadata.tables, "leadscore_version"}
    assert database.upgrade() == (database.newest, database.newest)
    assert database.downgrade(BASE) == (database.newest, BASE)
    assert tables(database) == {"leadscore_version"}
    assert database.upgrade() == (BASE, database.newest)


def test_a_step_forward_and_back_keeps_what_is_there(
    bare_url: str, database: SqlDatabase, later: SqlDatabase
) -> None:
    database.upgrade()
    fill(bare_url)
    before = known(bare_url)
    assert later.upgrade() == (database.newest, "next")
    assert known(bare_url) == before
    run(later, "UPDATE leads SET tempo = 5")
    assert later.downgrade(database.newest) == ("next", database.newest)
    assert known(bare_url) == before
    assert database.check() == []


def test_a_step_that_fails_changes_nothing(
    bare_url: str, database: SqlDatabase, later: SqlDatabase
) -> None:
    database.upgrade()
    fill(bare_url)
    run(database, "CREATE TABLE in_the_way (lead_id TEXT)")
    with pytest.raises(Exception, match="in_the_way"):
        later.upgrade()
    assert later.current() == database.newest
    assert database.check() == []
    assert known(bare_url)


def test_a_database_of_a_newer_program_is_refused(
    database: SqlDatabase, later: SqlDatabase
) -> None:
    later.upgrade()
    with pytest.raises(BadDatabase, match="'next', which this program, of version '0001', does"):
        database.prepare()
    for action in (database.upgrade, lambda: database.downgrade("0001")):
        with pytest.raises(BadDatabase, match="newer one has made them"):
            action()
    assert database.check() == ["The tables are of version next, not 0001."]


def test_an_older_sqlite_goes_forward_by_itself_and_postgresql_asks(
    database_kind: str, database: SqlDatabase, later: SqlDatabase
) -> None:
    if database_kind == "sqlite":
        database.prepare()
        assert database.current() == database.newest
        later.prepare()
        assert later.current() == "next"
    else:
        with pytest.raises(BadDatabase, match="no tables of leadscore yet") as refusal:
            database.prepare()
        assert "leadscore db upgrade" in str(refusal.value)
        database.upgrade()
        database.prepare()
        with pytest.raises(BadDatabase, match="tables of version 0001"):
            later.prepare()


@pytest.mark.parametrize("to", ["0001", "tomorrow", ""])
def test_one_can_only_go_back_to_an_older_version(database: SqlDatabase, to: str) -> None:
    database.upgrade()
    with pytest.raises(BadRequest, match=r"go back to version .* Allowed: base"):
        database.downgrade(to)
    database.downgrade(BASE)
    with pytest.raises(BadRequest, match="nothing, there is no older one"):
        database.downgrade(BASE)


def test_tables_of_other_programs_are_left_alone(database: SqlDatabase) -> None:
    run(
        database,
        "CREATE TABLE procrastinate_jobs (id INTEGER PRIMARY KEY)",
        "INSERT INTO procrastinate_jobs VALUES (1)",
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('theirs')",
    )
    database.upgrade()
    assert database.check() == []
    database.downgrade(BASE)
    assert tables(database) == {"procrastinate_jobs", "alembic_version", "leadscore_version"}


def test_tables_of_our_names_that_we_did_not_make_are_refused(database: SqlDatabase) -> None:
    run(database, "CREATE TABLE leads (id INTEGER PRIMARY KEY)")
    with pytest.raises(BadDatabase, match="has tables leads that leadscore did not make"):
        database.upgrade()
    assert tables(database) == {"leads"}


def test_what_was_changed_by_hand_is_found(database: SqlDatabase) -> None:
    database.upgrade()
    run(database, "DROP INDEX ix_tasks_gain", "ALTER TABLE leads ADD COLUMN colour TEXT")
    found = "\n".join(database.check())
    assert "ix_tasks_gain" in found
    assert "colour" in found


def test_rows_that_point_nowhere_are_found_in_sqlite(tmp_path: Path) -> None:
    """PostgreSQL never lets that happen."""
    database = open_database(f"sqlite:///{tmp_path / 'leadscore.db'}", timeout=1)
    database.upgrade()
    with database.engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA query_only=OFF")
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO contacts (lead_id) VALUES ('nobody')")
        connection.detach()
    assert database.check() == ["Rows of contacts point to rows of leads that are gone."]
    database.close()


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    place = tmp_path / "leads.csv"
    place.write_text("lead_id,income\n" * 999, encoding="utf-8")
    database = open_database(f"sqlite:///{place}", timeout=1)
    with pytest.raises(Unavailable, match="its file is no SQLite database"):
        database.prepare()
    database.close()
