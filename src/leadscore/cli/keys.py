"""``leadscore keys``: who may call the live service. The first admin's key is made here."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer

from leadscore.cli.memory import memory
from leadscore.cli.options import Json
from leadscore.cli.screen import print_json, say
from leadscore.errors import BadRequest
from leadscore.leads.moment import span_length

if TYPE_CHECKING:
    from leadscore.flows.service.access.keys import NewKey
    from leadscore.flows.service.context import Context
    from leadscore.flows.service.ports import Work
    from leadscore.flows.service.service_rows import Role

__all__ = ["app", "create", "list_", "revoke", "rotate"]

_HELP = "Make, list, replace and revoke keys to the live service (LEADSCORE_DATABASE_URL)."
_COLUMNS = ("prefix", "role", "state", "name", "expires_at", "last_used_at")
app = typer.Typer(help=_HELP, no_args_is_help=True)

Prefix = Annotated[
    str, typer.Argument(metavar="PREFIX", help="What stands between lsk_ and the second _.")
]


@app.callback()
def _keys() -> None:
    """Make, list, replace and revoke keys to the live service (LEADSCORE_DATABASE_URL)."""


@app.command()
def create(
    role: Annotated[str, typer.Option("--role", help="rep, manager, service or admin.")],
    name: Annotated[str, typer.Option("--name", help="What people call it.")] = "",
    expires: Annotated[
        str | None, typer.Option("--expires", help="After how long it ends: 12h, 90d, 52w.")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option("--per-minute", help="How many requests it may make in a minute.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a key and print it. It is shown this once and kept nowhere.

    Example: leadscore keys create --role admin --name "Ann"
    """
    from leadscore.flows.service.access.keys import (  # noqa: PLC0415
        SECRET_BYTES,
        KeyTerms,
        make_key,
    )

    life = None if expires is None else _span(expires, "--expires")
    with _begin(write=True) as (work, context):
        terms = KeyTerms(
            # what it may be is checked where the key is made
            role=cast("Role", role),
            name=name,
            expires_at=None if life is None else context.now + life,
            per_minute=per_minute,
        )
        made = make_key(work, context, terms, secret=secrets.token_bytes(SECRET_BYTES))
    _show(made, now=context.now, json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List all keys, without their secrets.

    Example: leadscore keys list
    """
    from leadscore.flows.service.access.keys import list_keys  # noqa: PLC0415

    with _begin(write=False) as (work, context):
        found = list_keys(work, now=context.now)
    if json:
        print_json({"keys": found})
        return
    if not found:
        say("There are no keys yet. Make one: leadscore keys create --role admin")
        return
    for line in _table(found):
        say(line)


@app.command()
def revoke(prefix: Prefix, json: Json = False) -> None:
    """Refuse a key from now on; services know it within two seconds.

    Example: leadscore keys revoke 0123456789abcdef
    """
    from leadscore.flows.service.access.keys import key_view, revoke_key  # noqa: PLC0415

    with _begin(write=True) as (work, context):
        row = revoke_key(work, context, prefix)
    if json:
        print_json(key_view(row, now=context.now))
    else:
        say(f"The key {prefix} is not accepted any more.")


@app.command()
def rotate(
    prefix: Prefix,
    overlap: Annotated[
        str | None,
        typer.Option("--overlap", help="How long the old key is still accepted: 1h, 7d."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a key like another one, which ends with it, and print it.

    Example: leadscore keys rotate 0123456789abcdef --overlap 1d
    """
    from leadscore.flows.service.access.keys import SECRET_BYTES, rotate_key  # noqa: PLC0415

    both = 0 if overlap is None else _span(overlap, "--overlap")
    with _begin(write=True) as (work, context):
        secret = secrets.token_bytes(SECRET_BYTES)
        made = rotate_key(work, context, prefix, secret=secret, overlap=both)
    _show(made, now=context.now, json=json)


@contextmanager
def _begin(*, write: bool) -> Iterator[tuple["Work", "Context"]]:
    """Begin a transaction, for who sits at the server."""
    with memory() as here, here.store.begin(write=write) as work:
        yield work, here.context()


def _show(made: "NewKey", *, now: int, json: bool) -> None:
    from leadscore.flows.service.access.keys import key_view  # noqa: PLC0415

    if json:
        print_json({"key": made.text, **key_view(made.row, now=now)})
        return
    say(made.text)
    say(f"Role {made.row.role}. Keep it now: it is not shown again.")


def _span(text: str, option: str) -> int:
    length = span_length(text)
    if length is None:
        raise BadRequest(
            f"{option} was {text!r}.", allowed="a number and h, d or w, such as 12h, 90d, 52w"
        )
    return length


def _table(found: list[dict[str, object]]) -> list[str]:
    rows = [_COLUMNS, *(tuple(_cell(row, name) for name in _COLUMNS) for row in found)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _cell(row: Mapping[str, object], name: str) -> str:
    return str(row[name] if row[name] not in (None, "") else "–")
