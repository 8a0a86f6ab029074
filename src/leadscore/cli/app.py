"""The command line's verbs and what they have in common."""

from typing import Annotated, Any  # Any: the group's own signature

import typer
from typer.core import TyperGroup

from leadscore import __version__
from leadscore.cli import (
    audit,
    backtest,
    bench,
    claims,
    db,
    demo,
    erase,
    evaluate,
    explain,
    imports,
    keys,
    models,
    replay,
    schema,
    score,
    serve,
    train,
    worker,
    world,
)
from leadscore.cli.screen import print_error
from leadscore.errors import LeadscoreError, UserError

__all__ = ["Verbs", "app"]


class Verbs(TyperGroup):
    """A group of verbs whose errors are words and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; exit 2 for the user's mistake, 1 for what is nobody's."""
        try:
            return super().invoke(ctx)
        except LeadscoreError as error:
            print_error(error)
            raise typer.Exit(error.exit_code) from error
        except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
            mistake = UserError(f"The file {error.filename!r} cannot be used: {error.strerror}.")
            print_error(mistake)
            raise typer.Exit(mistake.exit_code) from error


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: leadscore demo",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"leadscore {__version__}")
        raise typer.Exit


@app.callback()
def _leadscore(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Tells a sales team whom to call next, is right about it, and can show why."""


app.command("demo")(demo.demo)
app.command("world")(world.world)
app.add_typer(schema.app, name="schema")
app.command("audit")(audit.audit)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("backtest")(backtest.backtest)
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.command("claims")(claims.claims)
app.command("bench")(bench.bench)
app.add_typer(db.app, name="db")
app.add_typer(keys.app, name="keys")
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(models.app, name="models")
app.command("import")(imports.import_leads)
app.command("erase")(erase.erase)
app.command("replay")(replay.replay)
