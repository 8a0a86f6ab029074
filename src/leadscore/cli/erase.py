"""``leadscore erase``: a lead is forgotten, for good."""

import sys
from typing import Annotated

import typer

from leadscore.cli.memory import memory
from leadscore.cli.options import Json
from leadscore.cli.screen import print_json, print_warning, say
from leadscore.errors import BadRequest

__all__ = ["erase"]


def erase(
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be undone.")] = False,
    as_json: Json = False,
) -> None:
    """Remove all that is known of a lead, known or not; it is refused if it comes again.

    Example: leadscore erase L-1042
    """
    from leadscore.flows.service.rights.erase import erase_lead  # noqa: PLC0415

    if not yes:
        _ask(lead)
    with memory() as here, here.store.begin(write=True) as work:
        gone = erase_lead(work, here.context(), lead)
    if as_json:
        print_json({**gone})
        return
    erased, models = gone["erased"], gone["models"]
    told = (
        ", ".join(f"{n} {kind}" for kind, n in erased.items()) if isinstance(erased, dict) else ""
    )
    say(f"The lead {lead!r} is erased: {told or 'nothing was known of it'}. It cannot come back.")
    if isinstance(models, list) and models:
        say(f"{len(models)} of the models learned from it; they are marked: leadscore models list")
    others = gone["same_address"]
    if isinstance(others, list) and others:
        told = ", ".join(str(one) for one in others)
        print_warning(
            f"The same e-mail address is still known of: {told}.",
            "If that is the same person, erase it too.",
        )


def _ask(lead: str) -> None:
    if not _somebody_is_there():
        raise BadRequest(
            f"The lead {lead!r} was not erased: nobody was there to be asked.",
            next_step="Add --yes if it is meant: it cannot be undone.",
        )
    typer.confirm(f"Erase all that is known of {lead!r}? It cannot be undone.", abort=True)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()
