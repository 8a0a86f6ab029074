"""``leadscore replay``: a score given again, from what was kept with it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.memory import memory
from leadscore.cli.options import Json
from leadscore.cli.screen import print_json, say
from leadscore.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadscore.score.record import Json as JsonValue

__all__ = ["replay"]


def replay(
    score: Annotated[
        str,
        typer.Argument(
            metavar="SCORE",
            help="A score's id; or a .json file (- for stdin) with the answer of POST /v1/score.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Give a score again, and say whether it is the same; exit 1 if it is not, or cannot be.

    Example: leadscore replay 8d1f0c…

    Example: leadscore replay answer.json
    """
    from leadscore.flows.service.leads.replay import replay_score  # noqa: PLC0415
    from leadscore.flows.service.registry.champion import model_of  # noqa: PLC0415

    record = _record(score) if score == "-" or score.endswith(".json") else None
    with memory() as here, here.store.begin(write=False) as work:
        told = replay_score(
            work,
            score if record is None else "",
            record=record,
            model_of=lambda digest: model_of(work, digest),
        )
    if as_json:
        print_json({**told})
    else:
        _print(told)
    if not told["same"]:
        raise typer.Exit(1)


def _record(path: str) -> "dict[str, JsonValue]":
    from leadscore.wiring import files  # noqa: PLC0415

    try:
        found = json.loads(files().read_text(path))
    except json.JSONDecodeError as error:
        raise BadInput(f"The file {path!r} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise BadInput(
            f"The file {path!r} holds {type(found).__name__}.",
            allowed="a JSON object: the answer of POST /v1/score",
        )
    return found


def _print(told: "Mapping[str, JsonValue]") -> None:
    missing, differs = told["missing"], told["differs"]
    if told["same"]:
        say(f"The score {told['score_id']} is the same, to the last bit.")
    elif isinstance(missing, list) and missing:
        say(f"The score {told['score_id']} cannot be given again. Gone: {_joined(missing)}.")
    elif isinstance(differs, list):
        say(f"The score {told['score_id']} is another one now. It differs in: {_joined(differs)}.")


def _joined(names: "list[JsonValue]") -> str:
    return ", ".join(map(str, names))
