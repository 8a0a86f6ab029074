"""``leadscore explain``: one lead's score, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Json, ModelPath
from leadscore.cli.screen import print_json, say

if TYPE_CHECKING:
    from leadscore.score.record import ScoreRecord

__all__ = ["explain"]


def explain(
    model: ModelPath,
    lead: Annotated[str, typer.Argument(help="A JSON object of the lead's fields; - for stdin.")],
    as_of: Annotated[
        str, typer.Option(help="The moment the score is of, written down as it is.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Score one lead and say why.

    Example: leadscore explain model/ lead.json
    """
    from leadscore.flows.explain import explain_file  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    record = explain_file(model, lead, files=files(), as_of=as_of)
    if as_json:
        print_json({**record})
    else:
        _print(record)


def _print(record: "ScoreRecord") -> None:
    named = f"{record['lead_id']}: " if record["lead_id"] else ""
    score = record["score"]
    told = "" if not isinstance(score, float) else f", score {score:.1f} of 100"
    say(f"{named}{record['tier']}{told}", style="bold")
    for line in _lines(record):
        say(line)


def _lines(record: "ScoreRecord") -> list[str]:
    lines = []
    probabilities, action = record["probabilities"], record["action"]
    if isinstance(probabilities, dict):
        told = ", ".join(f"{name} {p:.1%}" for name, p in probabilities.items() if _is(p))
        lines.append(f"Probabilities: {told}")
    if isinstance(record["expected_conversion"], float):
        lines.append(f"Expected conversion: {record['expected_conversion']:.1%}")
    if isinstance(action, dict) and action["text"]:
        lines.append(f"Do: {action['text']}")
    if isinstance(record["reasons"], list):
        lines.append("Why:")
        lines += [f"  {one['phrase']}" for one in record["reasons"] if isinstance(one, dict)]
    if isinstance(record["similar"], dict):
        alike = record["similar"]
        lines.append(f"Of {alike['n']:,} leads like this one, {alike['converted']:,} converted")
    if isinstance(record["notes"], list):
        lines += [f"Note: {one['words']}" for one in record["notes"] if isinstance(one, dict)]
    return lines


def _is(value: object) -> bool:
    return isinstance(value, float)
