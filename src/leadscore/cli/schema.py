"""``leadscore schema``: what a file's columns mean."""

import sys
from typing import Annotated

import typer

from leadscore.cli.options import LabelName, Positive
from leadscore.cli.screen import Watch, say, stderr

__all__ = ["app", "infer"]

app = typer.Typer(help="Describe a file of leads.", no_args_is_help=True)


@app.callback()
def _schema() -> None:
    """Describe a file of leads."""


@app.command()
def infer(
    leads: Annotated[str, typer.Argument(help="A CSV or Parquet file, or - for stdin.")],
    label: LabelName = None,
    positive: Positive = None,
    time: Annotated[
        str | None,
        typer.Option(help="The column that says when a lead came in.", show_default=False),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(help="The column whose leads belong together.", show_default=False),
    ] = None,
    rows_in_order: Annotated[
        bool, typer.Option("--rows-in-order", help="The rows are in time order.")
    ] = False,
) -> None:
    """Read a schema off a file, audit it, and print it, for you to look at and change.

    Columns that give the outcome away are not scored, and the first lines name them.

    Example: leadscore schema infer leads.csv --label converted > schema.toml
    """
    from leadscore.flows.infer import infer_schema  # noqa: PLC0415
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    wish = SchemaWish(
        label=label, positive=positive, time=time, group=group, rows_in_order=rows_in_order
    )
    with Watch("Reading and judging the leads"), files().table(leads) as table:
        inferred = infer_schema(table, wish)
    for line in inferred.news:
        say(line, to=stderr())
    sys.stdout.write(inferred.toml())
