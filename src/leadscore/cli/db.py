"""``leadscore db``: the live service's database, its version, and whether it is fine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Json
from leadscore.cli.screen import print_json, say
from leadscore.errors import BadRequest

if TYPE_CHECKING:
    from leadscore.flows.service.ports import Database

__all__ = ["app", "check", "current", "downgrade", "upgrade"]

_HELP = "Look after the live service's database (LEADSCORE_DATABASE_URL)."
app = typer.Typer(help=_HELP, no_args_is_help=True)


@app.callback()
def _db() -> None:
    """Look after the live service's database (LEADSCORE_DATABASE_URL)."""


@app.command()
def upgrade(json: Json = False) -> None:
    """Bring the tables to this program's version: whole, or not at all.

    Example: leadscore db upgrade
    """
    with _database() as database:
        before, after = database.upgrade()
    _tell(before, after, json=json)


@app.command()
def downgrade(
    to: Annotated[str, typer.Option("--to", help="The version to go back to, or base.")],
    force: Annotated[
        bool, typer.Option("--force", help="Lose what the older tables have no room for.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring the tables back to an older version, before an older program is installed.

    Example: leadscore db downgrade --to 0001 --force
    """
    if not force:
        raise BadRequest(
            f"Going back to version {to!r} loses what its tables have no room for.",
            next_step="Make a copy of the database first, then add --force.",
        )
    with _database() as database:
        before, after = database.downgrade(to)
    _tell(before, after, json=json)


@app.command()
def current(json: Json = False) -> None:
    """Print the version of the tables, and this program's.

    Example: leadscore db current
    """
    with _database() as database:
        version, newest = database.current(), database.newest
    if json:
        print_json({"version": version, "newest": newest})
    elif version == newest:
        say(f"{version}, the newest")
    else:
        say(f"{version}; this program's is {newest}")


@app.command()
def check(json: Json = False) -> None:
    """Compare the tables with what this program expects; exit 1 if they differ.

    Of SQLite, look for damage as well.

    Example: leadscore db check
    """
    with _database() as database:
        found = database.check()
    if json:
        print_json({"findings": [*found]})
    else:
        for line in found or ["The database is as it should be."]:
            say(line)
    if found:
        raise typer.Exit(1)


@contextmanager
def _database() -> Iterator["Database"]:
    from leadscore.settings import environment_settings  # noqa: PLC0415
    from leadscore.wiring import database  # noqa: PLC0415

    opened = database(environment_settings())
    try:
        yield opened
    finally:
        opened.close()


def _tell(before: str, after: str, *, json: bool) -> None:
    if json:
        print_json({"before": before, "after": after})
    elif before == after:
        say(f"The tables are of version {after} already.")
    else:
        say(f"The tables went from version {before} to {after}.")
