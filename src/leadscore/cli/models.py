"""``leadscore models``: the models of the live service, and which of them is live."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.memory import memory
from leadscore.cli.options import Json, ModelPath
from leadscore.cli.screen import print_json, say
from leadscore.errors import BadRequest, Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscore.score.record import Json as JsonValue

__all__ = ["add", "app", "compare", "list_all", "promote", "rollback"]

_HELP = "Keep models for the live service, and say which of them is live."
app = typer.Typer(help=_HELP, no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="Why; it is kept with who did it and when.")]
_WHICH = "A digest, its first 6 or more characters, or name@version."
#: So much of a digest is shown to people.
_SHORT = 12
_TAKEN_UP = "Running services take it up within about a second; the worker scores the leads again."


@app.callback()
def _models() -> None:
    """Keep models for the live service, and say which of them is live."""


@app.command()
def add(
    model: ModelPath,
    promote_it: Annotated[bool, typer.Option("--promote", help="Make it live as well.")] = False,
    reason: Reason = "",
    taught_by: Annotated[
        str | None,
        typer.Option(
            help="The file it learned from: when one of its leads is erased, the model is marked.",
            show_default=False,
        ),
    ] = None,
    id_column: Annotated[
        str, typer.Option("--id", help="The column of that file with the leads' ids.")
    ] = "lead_id",
    json: Json = False,
) -> None:
    """Keep a model in the live service's database.

    Example: leadscore models add model/ --promote --reason "first model"
    """
    from leadscore.flows.service.registry import models, promotion  # noqa: PLC0415
    from leadscore.wiring import bundle_parts  # noqa: PLC0415

    parts = bundle_parts(model)
    ids = _ids(taught_by, id_column) if taught_by else frozenset[str]()
    with memory() as here, here.store.begin(write=True) as work:
        context = here.context()
        added = models.add_model(work, context, parts, note=reason, taught_by=ids)
        digest = str(added["digest"])
        if ids and not added["added"]:
            raise Conflict(
                "The model is there already; who taught it is said when it is added.",
                next_step="Train it anew and add that, or leave --taught-by out.",
            )
        told = promotion.promote(work, context, digest, reason=reason) if promote_it else None
    if json:
        print_json({**added, "promotion": told, "live": bool(added["live"] or told)})
        return
    say(f"{_named(added)} {'was added' if added['added'] else 'is there already'}: {digest}")
    if told is not None:
        _tell_live(told)


@app.command("list")
def list_all(json: Json = False) -> None:
    """List the models, the last one added first, and which one is live.

    Example: leadscore models list
    """
    from leadscore.flows.service.registry import models, promotion  # noqa: PLC0415

    with memory() as here, here.store.begin(write=False) as work:
        found, past = models.list_models(work), promotion.promotions(work)
    if json:
        print_json({"models": found, "promotions": past})
        return
    for one in found:
        live = "live" if one["live"] else ""
        erased = f", {one['erased']} of its leads erased since" if one["erased"] else ""
        added = f"added {one['added_at']} by {one['added_by']}"
        say(f"{_short(one['digest'])}  {live:<4}  {_named(one)}, {one['recipe']}, {added}{erased}")
    if not found:
        say("There is no model yet. Add one: leadscore models add model/ --promote")


@app.command()
def compare(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help=_WHICH)],
    json: Json = False,
) -> None:
    """Put the figures that models were measured with side by side.

    Example: leadscore models compare 3f2a91 live
    """
    from leadscore.flows.service.registry.models import compare_models  # noqa: PLC0415

    with memory() as here, here.store.begin(write=False) as work:
        found = compare_models(work, models)
    if json:
        print_json(found)
    else:
        _print_compared(found)


@app.command()
def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=_WHICH)],
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Make a model live; every service takes it up without dropping a request.

    Example: leadscore models promote 3f2a91 --reason "better on the last month"
    """
    from leadscore.flows.service.registry import promotion  # noqa: PLC0415

    with memory() as here, here.store.begin(write=True) as work:
        told = promotion.promote(work, here.context(), model, reason=reason)
    _tell(told, json=json)


@app.command()
def rollback(reason: Reason = "", json: Json = False) -> None:
    """Make the model live that was so before this one; again, the one before that.

    Example: leadscore models rollback --reason "it ranks referrals too low"
    """
    from leadscore.flows.service.registry import promotion  # noqa: PLC0415

    with memory() as here, here.store.begin(write=True) as work:
        told = promotion.rollback(work, here.context(), reason=reason)
    _tell(told, json=json)


def _ids(path: str, column: str) -> frozenset[str]:
    from leadscore.flows.service.imports.tables import column_texts  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    with files().table(path) as table:
        if column not in table.names():
            raise BadRequest(
                f"The file {path!r} has no column {column!r}.",
                allowed=", ".join(map(repr, table.names())),
                next_step="Say which column has the leads' ids: --id COLUMN.",
            )
        return frozenset(column_texts(table, column))


def _tell(told: "Mapping[str, JsonValue]", *, json: bool) -> None:
    if json:
        print_json({**told})
    else:
        _tell_live(told)


def _tell_live(told: "Mapping[str, JsonValue]") -> None:
    if not told["changed"]:
        say(f"{_named(told)} ({_short(told['digest'])}) is live already, since {told['at']}.")
        return
    instead = f" in place of {_short(told['replaced'])}" if told["replaced"] else ""
    say(f"{_named(told)} ({_short(told['digest'])}) is live{instead}. {_TAKEN_UP}")


def _print_compared(found: "Mapping[str, JsonValue]") -> None:
    models = [_table(one) for one in _list(found["models"])]
    rows = [["", *(f"{_named(one)} {_short(one['digest'])}" for one in models)]]
    for name, each in _table(found["figures"]).items():
        rows.append([name, *(_figure(_table(one)) for one in _list(each))])
    for name, each in _table(found["fields"]).items():
        rows.append([f"scores {name}", *("yes" if one else "no" for one in _list(each))])
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())
    if not found["same_data"]:
        say("They learned from different leads: their figures are not of the same ones.")


def _figure(figure: "Mapping[str, JsonValue]") -> str:
    value, low, high = (figure.get(name) for name in ("value", "low", "high"))
    if not isinstance(value, float):
        return "–" if value is None else str(value)
    interval = isinstance(low, int | float) and isinstance(high, int | float)
    return f"{value:.4f} ({low:.4f}–{high:.4f})" if interval else f"{value:.4f}"


def _named(model: "Mapping[str, JsonValue]") -> str:
    return f"{model['name']}@{model['version']}"


def _short(digest: "JsonValue") -> str:
    return str(digest)[:_SHORT]


def _list(value: "JsonValue") -> "list[JsonValue]":
    return value if isinstance(value, list) else []


def _table(value: "JsonValue") -> "dict[str, JsonValue]":
    return value if isinstance(value, dict) else {}
