"""``leadscore import``: leads from a CRM's export or a database's query."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.memory import memory
from leadscore.cli.options import Json
from leadscore.cli.screen import Watch, print_json, print_warning, say
from leadscore.errors import BadRequest, UserError

if TYPE_CHECKING:
    from leadscore.flows.service.imports.report import ImportReport
    from leadscore.flows.service.imports.run import Rows

__all__ = ["import_leads"]

_MOST_FAULTS = 20
_MOST_COLUMNS = 20


def import_leads(
    source: Annotated[
        str,
        typer.Argument(help="A CSV or Parquet file, - for stdin, or an SQLAlchemy URL (--query)."),
    ],
    query: Annotated[
        str | None, typer.Option(help="What to ask the database.", show_default=False)
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="What a column is: a field, lead_id, name, email, phone, company, outcome, "
            "outcome_at, outcome_value, outcome_reason, said_at, or ignore; may be given again.",
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option("--id", help="The column with the leads' ids.", show_default=False),
    ] = None,
    dates: Annotated[
        str, typer.Option(help="How dates with slashes are written: d/m/y or m/d/y.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come in, and write nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring leads into the live service; HubSpot's and Salesforce's exports are understood.

    The same rows again change nothing, so that an import that was ended is simply run again. Rows
    with faults are left out and named; the others come in. Exit 2 where every row has faults.

    Example: leadscore import contacts.csv --dry-run

    Example: leadscore import postgresql://crm/sales --query "select * from leads" --id key
    """
    from leadscore.flows.service.imports.run import ImportWish, import_rows  # noqa: PLC0415

    wish = ImportWish(mapping=_mapping(column or [], id_column), dates=dates, dry_run=dry_run)
    with memory() as here, _rows(source, query) as rows, Watch("Importing") as watch:
        context = here.context(here.champion())
        report = import_rows(here.store, context, rows, wish=wish, progress=watch.count)
    _tell(report, as_json=as_json)


def _tell(report: "ImportReport", *, as_json: bool) -> None:
    """Say what came in; a run in which nothing could is a failure, which a cron job notices."""
    if as_json:
        print_json({**report.to_json()})
    else:
        _print(report)
    if report.rows and report.refused == report.rows:
        raise typer.Exit(UserError.exit_code)


def _mapping(columns: list[str], id_column: str | None) -> dict[str, str]:
    # a column's own name may have an equals sign in it, a field's has none
    pairs = [one.rpartition("=") for one in columns]
    wrong = [
        one for one, (name, _, field) in zip(columns, pairs, strict=True) if not (name and field)
    ]
    if wrong:
        raise BadRequest(f"Got --map {', '.join(map(repr, wrong))}.", allowed="--map COLUMN=FIELD")
    return {name: field for name, _, field in pairs} | ({id_column: "lead_id"} if id_column else {})


@contextmanager
def _rows(source: str, query: str | None) -> Iterator["Rows"]:
    from leadscore.flows.service.imports.tables import TableRows  # noqa: PLC0415
    from leadscore.wiring import files, query_rows  # noqa: PLC0415

    is_url = "://" in source
    if is_url != (query is not None):
        got = "a database without --query" if is_url else "--query with a file"
        raise BadRequest(f"Got {got}.", allowed="a file; or a database's URL and --query")
    if query is not None:
        with query_rows(source, query) as rows:
            yield rows
    else:
        with files().table(source) as table:
            yield TableRows(table)


def _print(report: "ImportReport") -> None:
    what = "would come in" if report.dry_run else "came in"
    say(
        f"{report.rows:,} rows: {report.new:,} new leads {what}, {report.updated:,} rows say "
        f"something new of known ones, {report.unchanged:,} say nothing new"
    )
    say(f"{report.outcomes:,} outcomes {what}")
    if report.erased:
        say(f"{report.erased:,} rows are of leads or addresses that were erased, and stay out")
    taken = ", ".join(f"{name} → {one}" for name, one in report.columns.items())
    say(f"Columns: {taken}")
    if report.ignored:
        more = len(report.ignored) - _MOST_COLUMNS
        names = ", ".join(report.ignored[:_MOST_COLUMNS])
        say(f"Ignored: {names}{f', … and {more} more' if more > 0 else ''}")
    if report.statuses:
        told = ", ".join(f"{text} ({n:,})" for text, n in report.statuses.items())
        say(f"Statuses that say nothing of what became of a lead: {told}")
    if report.refused:
        _print_faults(report)


def _print_faults(report: "ImportReport") -> None:
    told = [one.words() for one in report.faults]
    print_warning(f"{report.refused:,} rows have faults and were left out.", told[0])
    for line in told[1:_MOST_FAULTS]:
        say(f"  {line}")
    if len(told) > _MOST_FAULTS:
        say("  … and more; --json has up to 1,000")
