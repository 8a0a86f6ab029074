"""``leadscore explain``: one lead's score, why, and what would raise it."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Json, ModelPath
from leadscore.cli.screen import print_json, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadscore.flows.explain import Explained
    from leadscore.score.record import ScoreRecord

__all__ = ["explain"]

#: An effect below this is ±0.000 in words.
_NO_EFFECT = 0.0005


def explain(
    model: ModelPath,
    lead: Annotated[str, typer.Argument(help="A JSON object of the lead's fields; - for stdin.")],
    as_of: Annotated[
        str, typer.Option(help="The moment the score is of, written down as it is.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Score one lead, say why, and what would raise it to the next tier.

    Example: leadscore explain model/ lead.json
    """
    from leadscore.flows.explain import explain_file  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    explained = explain_file(model, lead, files=files(), as_of=as_of)
    if as_json:
        print_json({**explained.record})
    else:
        _print(explained)


def _print(explained: "Explained") -> None:
    record = explained.record
    named = f"{record['lead_id']}: " if record["lead_id"] else ""
    score = record["score"]
    told = "" if not isinstance(score, float) else f", score {score:.1f} of 100"
    say(f"{named}{record['tier']}{told}", style="bold")
    parts = (_doubt, _figures, _similar, _action)
    for line in (line for part in parts for line in part(record)):
        say(line)
    for line in (*_why(record, explained.fields), *_raised(record), *_notes(record)):
        say(line)


def _doubt(record: "ScoreRecord") -> "Iterator[str]":
    from leadscore.score.doubt_words import tier_words  # noqa: PLC0415

    names = record["tier_set"] if isinstance(record["tier_set"], list) else []
    words = tier_words(str(record["tier"]), [str(one) for one in names])
    if words != record["tier"]:
        yield f"{words}, 90 % sure"


def _figures(record: "ScoreRecord") -> "Iterator[str]":
    probabilities = record["probabilities"]
    if isinstance(probabilities, dict):
        told = ", ".join(
            f"{name} {p:.1%}" for name, p in probabilities.items() if isinstance(p, float)
        )
        yield f"Probabilities: {told}"
    if isinstance(record["expected_conversion"], float):
        yield f"Expected conversion: {record['expected_conversion']:.1%}"


def _similar(record: "ScoreRecord") -> "Iterator[str]":
    from leadscore.score.doubt_words import similar_words  # noqa: PLC0415

    match record["similar"]:
        case {"n": int(n), "converted": int(won), "low": float(low), "high": float(high)}:
            words = similar_words(n, won, low, high)
            yield f"{words[:1].upper()}{words[1:]}"


def _action(record: "ScoreRecord") -> "Iterator[str]":
    match record["action"]:
        case {"text": str(text)} if text:
            yield f"Do: {text}"


def _why(record: "ScoreRecord", fields: int) -> "Iterator[str]":
    if not isinstance(record["reasons"], list):
        return
    told = 0
    yield "Why:"
    for reason in record["reasons"]:
        match reason:
            case {"phrase": str(phrase), "effect": float(effect)} if abs(effect) >= _NO_EFFECT:
                told += 1
                yield f"  {phrase}"
    if told < fields:
        rest = fields - told
        yield f"  {rest} {'other ' if told else ''}field{'s' if rest > 1 else ''}: no effect"


def _raised(record: "ScoreRecord") -> "Iterator[str]":
    match record["what_if"]:
        case {"advice": [_, *_] as advice}:
            yield "What would raise it:"
            for one in advice:
                match one:
                    case {"words": str(words), "score": float(score)}:
                        yield f"  {words} (score {score:.1f})"
        case {"reason": str(reason), "next_tier": next_tier, "best_score": best} if next_tier:
            at_best = f"; its score would be {best:.1f} at best" if isinstance(best, float) else ""
            yield f"What would raise it to {next_tier}: {reason}{at_best}"


def _notes(record: "ScoreRecord") -> "Iterator[str]":
    if isinstance(record["notes"], list):
        yield from (f"Note: {one['words']}" for one in record["notes"] if isinstance(one, dict))
