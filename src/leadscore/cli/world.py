"""``leadscore world``: made-up leads with known truth."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from leadscore.cli.options import Force, Json
from leadscore.cli.screen import Watch, print_json, say
from leadscore.errors import BadRequest

if TYPE_CHECKING:
    from leadscore.flows.world import MarketWish, WorldSummary
    from leadscore.world.market import MarketSummary

__all__ = ["world"]


def world(
    out: Annotated[
        str,
        typer.Argument(
            help="Where to: .parquet, .csv, .csv.gz, or - for stdout; for market a folder."
        ),
    ],
    preset: Annotated[str, typer.Option(help="seed, noisy or market.")] = "seed",
    leads: Annotated[int, typer.Option(help="How many leads.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Which world; the same seed, the same leads.")] = 42,
    leaks: Annotated[
        int,
        typer.Option(help="market: how many kinds of leaks to draw and plant, 0 to 4."),
    ] = 0,
    leak: Annotated[
        list[str] | None,
        typer.Option(help="market: a kind of leak to plant; may be given again.", metavar="KIND"),
    ] = None,
    no_drift: Annotated[
        bool, typer.Option("--no-drift", help="market: nothing changes half way.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Make up leads whose true probabilities are known.

    Example: leadscore world leads.parquet --preset seed --leads 10000 --seed 42

    Two years of leads with events, outcomes and planted leaks, as a folder:

    leadscore world market/ --preset market --leads 10000 --leaks 2
    """
    from leadscore.flows.world import MarketWish, refuse_preset  # noqa: PLC0415

    refuse_preset(preset)
    kinds = leak or []
    if leaks and kinds:
        raise BadRequest("Both --leaks and --leak were given.", allowed="one of them")
    if preset == "market":
        wish = MarketWish(seed=seed, leaks=kinds or leaks, drift=not no_drift, force=force)
        _market(out, leads, wish=wish, as_json=as_json)
        return
    if leaks or kinds or no_drift:
        raise BadRequest(
            f"The world {preset!r} has no leaks and no drift.",
            allowed="--leaks, --leak and --no-drift with --preset market",
        )
    _one_file(out, leads, kind=(preset, seed), force=force, as_json=as_json)


def _one_file(out: str, leads: int, *, kind: tuple[str, int], force: bool, as_json: bool) -> None:
    from leadscore.flows.world import make_world  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    preset, seed = kind
    with Watch("Making leads", total=leads) as watch, files().writer(out, force=force) as writer:
        made = make_world(leads, preset=preset, seed=seed, writer=writer, progress=watch.count)
    if as_json and out != "-":
        print_json({"out": out, **asdict(made)})
    elif out != "-":
        _print(out, made)


def _market(out: str, leads: int, *, wish: "MarketWish", as_json: bool) -> None:
    from leadscore.flows.world import make_market  # noqa: PLC0415
    from leadscore.wiring import files  # noqa: PLC0415

    folder = out.rstrip("/") or out
    with Watch("Making leads") as watch:
        made = make_market(leads, out=folder, files=files(), wish=wish, tell=watch.tell)
    if as_json:
        print_json({"out": folder, "preset": "market", **asdict(made)})
    else:
        _print_market(folder, made)


def _print(out: str, made: "WorldSummary") -> None:
    mix = ", ".join(f"{tier} {n:,} ({n / made.leads:.1%})" for tier, n in made.tiers.items())
    say(f"{made.leads:,} leads of the world {made.preset}, seed {made.seed}: {mix}")
    say(
        f"The best that any model can reach here: accuracy {made.bayes.accuracy:.1%}, "
        f"log loss {made.bayes.log_loss:.4f}"
    )
    say(f"Written to {out}")


def _print_market(out: str, made: "MarketSummary") -> None:
    rate = f", {made.converted / made.ripe:.1%} converted" if made.ripe else ""
    drift = f"a drift on {made.drift_at}" if made.drift_at else "no drift"
    say(
        f"{made.leads:,} leads of the world market, seed {made.seed}, {made.start} to {made.end}: "
        f"{made.ripe:,} are ripe{rate}; {made.events:,} events; {drift}"
    )
    say(f"The best that any model can reach here: {_best(made)}")
    for one in made.leaks:
        say(f"Planted leak: {one.field} ({one.kind})")
    say(f"Written to {out}: leads, events, outcomes, truth (.parquet), schema.toml, truth.json")


def _best(made: "MarketSummary") -> str:
    auc, loss = made.bayes["auc"], made.bayes["log_loss"]
    return f"AUC {auc:.4f}, log loss {loss:.4f}" if auc is not None else f"log loss {loss:.4f}"
