"""``leadscore score``: a file of leads in, a file of scores out."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json, ModelPath
from leadscore.cli.screen import Watch, print_json, print_note, print_warning, say, stderr, stdout
from leadscore.errors import BadRequest

if TYPE_CHECKING:
    from rich.console import Console

    from leadscore.flows.score import ScoredFile

__all__ = ["score"]


def score(
    model: ModelPath,
    leads: Annotated[str, typer.Argument(help="A CSV or Parquet file, or - for stdin.")],
    out: Annotated[str, typer.Argument(help="Where to: .csv, .csv.gz, .parquet, or - for stdout.")],
    reasons: Annotated[int, typer.Option(help="How many reasons a lead gets.", min=0)] = 3,
    on_error: Annotated[
        str,
        typer.Option(
            help="What faults do: refuse the file, skip their leads, or leave them unscored; the "
            "last two list the faults in OUT.rejects.csv."
        ),
    ] = "refuse",
    words: Annotated[bool, typer.Option("--words", help="Add reasons as sentences.")] = False,
    as_of: Annotated[
        str, typer.Option(help="The moment the scores are of, written down as it is.")
    ] = "",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Score a file of leads; every fault is named, and nothing half-written stays.

    A run that was killed goes on where it was when it is run again.

    Example: leadscore score model/ leads.csv scored.csv --reasons 3
    """
    from leadscore.flows.score import ScoreWish, score_file  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    if as_json and out == "-":
        raise BadRequest(
            "The scores and the JSON would both go to stdout.",
            next_step="Give the scores a file, or leave --json out.",
        )
    wish = ScoreWish(reasons=reasons, on_error=on_error, words=words, as_of=as_of, force=force)
    with Watch("Scoring") as watch:
        done = score_file(
            model, leads, out, wish, files=files(), headway=watch.count, tell=print_note
        )
    if as_json:
        print_json(_json(out, done))
    else:
        _print(stderr() if out == "-" else stdout(), out, done)


def _json(out: str, done: "ScoredFile") -> dict[str, object]:
    faults = [asdict(fault) for fault in done.faults]
    return {**asdict(done), "out": out, "faults": faults}


def _print(console: "Console", out: str, done: "ScoredFile") -> None:
    say(f"{done.scored:,} of {done.leads:,} leads scored", to=console)
    for name, n in reversed(done.tiers.items()):
        say(f"  {name:<10} {n:>10,}", to=console)
    for field, near in done.absent.items():
        print_warning(
            f"The file has no column {field!r}: every lead was scored without it.",
            f"Is it {near!r}? Give the column the field's name and score again."
            if near
            else "Where the export can hold it, score again with it: the model learned from it.",
            to=console,
        )
    if done.unscored:
        say(f"  {'Unscored':<10} {done.unscored:>10,} (the notes say why)", to=console)
    if done.skipped:
        say(f"{done.skipped:,} leads were skipped for their faults", to=console)
    if done.rejects:
        say(f"{len(done.faults):,} faults are listed in {done.rejects}", to=console)
    if out != "-":
        say(f"Written to {out}", to=console)
