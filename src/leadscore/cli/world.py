"""``leadscore world``: made-up leads with known truth."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json
from leadscore.cli.screen import Watch, print_json, say

if TYPE_CHECKING:
    from leadscore.flows.world import WorldSummary

__all__ = ["world"]


def world(
    out: Annotated[str, typer.Argument(help="Where to: .parquet, .csv, .csv.gz, or - for stdout.")],
    preset: Annotated[str, typer.Option(help="seed or noisy.")] = "seed",
    leads: Annotated[int, typer.Option(help="How many leads.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Which world; the same seed, the same leads.")] = 42,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Make up leads whose true tier probabilities are known.

    Example: leadscore world leads.parquet --preset seed --leads 10000 --seed 42
    """
    from leadscore.flows.world import make_world  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    with Watch("Making leads", total=leads) as watch, files().writer(out, force=force) as writer:
        made = make_world(leads, preset=preset, seed=seed, writer=writer, progress=watch.count)
    if as_json and out != "-":
        print_json({"out": out, **asdict(made)})
    elif out != "-":
        _print(out, made)


def _print(out: str, made: "WorldSummary") -> None:
    mix = ", ".join(f"{tier} {n:,} ({n / made.leads:.1%})" for tier, n in made.tiers.items())
    say(f"{made.leads:,} leads of the world {made.preset}, seed {made.seed}: {mix}")
    say(
        f"The best that any model can reach here: accuracy {made.bayes.accuracy:.1%}, "
        f"log loss {made.bayes.log_loss:.4f}"
    )
    say(f"Written to {out}")
