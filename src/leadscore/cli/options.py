"""The options that several verbs share."""

from typing import Annotated

import typer

__all__ = [
    "Force",
    "Group",
    "InOrder",
    "Json",
    "LabelName",
    "ModelPath",
    "Positive",
    "SchemaPath",
    "Seed",
    "Time",
]

Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON; everything else goes to stderr.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is at the output already.")]
Seed = Annotated[int, typer.Option(help="The seed of everything random.", min=0)]
LabelName = Annotated[
    str | None,
    typer.Option("--label", help="The column that says what became of a lead.", show_default=False),
]
Positive = Annotated[
    str | None,
    typer.Option(
        "--positive",
        help="The label's value that counts as converted; guessed for 0/1, no/yes, lost/won.",
        show_default=False,
    ),
]
Time = Annotated[
    str | None,
    typer.Option(
        "--time",
        help="The column that says when a lead came; without --schema.",
        show_default=False,
    ),
]
Group = Annotated[
    str | None,
    typer.Option(
        "--group",
        help="The column whose leads belong together; without --schema.",
        show_default=False,
    ),
]
InOrder = Annotated[
    bool, typer.Option("--rows-in-order", help="The rows are in time order; without --schema.")
]
SchemaPath = Annotated[
    str | None,
    typer.Option(
        "--schema",
        help="A schema.toml, or investor; else read off the file.",
        show_default=False,
    ),
]
ModelPath = Annotated[
    str, typer.Argument(metavar="MODEL", help="A saved model: its folder or .zip.")
]
