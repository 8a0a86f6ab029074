"""The bench as JSON, as Markdown, and as the rows of its tables."""

from dataclasses import asdict, dataclass

from leadscore.flows.bench.ratios import ratios, sentences
from leadscore.flows.bench.record import Bench
from leadscore.flows.bench.scene import SINGLE
from leadscore.flows.bench.timing import Part, Timed

__all__ = [
    "HEADINGS",
    "TITLES",
    "Row",
    "bench_json",
    "bench_markdown",
    "foot_words",
    "machine_words",
    "rows",
    "table_lines",
]

#: What a part is called.
TITLES: dict[Part, str] = {
    "one": "one lead at a time",
    "batch": "a batch, on one core",
    "file": "a file, on all cores",
}
HEADINGS = ("why", "a lead", "leads/s", "default", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A way's line in a table.

    Parameters
    ----------
    name : str
        What a person calls the way.
    ours : bool
        Whether it is the product's own.
    cells : tuple of str
        What stands under `HEADINGS`; the last two say how many times ours its cost is.
    """

    name: str
    ours: bool
    cells: tuple[str, ...]


def bench_json(bench: Bench) -> dict[str, object]:
    """Return the bench as JSON values; times are seconds for a lead."""
    return {
        "machine": asdict(bench.machine),
        "versions": dict(bench.versions),
        "leads": bench.wish.leads,
        "learned": bench.wish.learned,
        "rounds": bench.wish.rounds,
        "figures": [_figure(one) for one in bench.timed],
        "ratios": [asdict(one) for one in ratios(bench)],
        "words": list(sentences(bench)),
        "absent": dict(bench.absent),
        "broken": [asdict(one) for one in bench.broken],
    }


def bench_markdown(bench: Bench) -> str:
    """Return the bench as a page."""
    lines = ["# The product beside its peers", "", machine_words(bench), ""]
    lines += [f"- {one}" for one in sentences(bench)]
    lines += ["", *table_lines(bench), *(f"- {one}" for one in foot_words(bench))]
    return "\n".join(lines).rstrip() + "\n"


def table_lines(bench: Bench) -> list[str]:
    """Return the tables of all parts in Markdown, each with a blank line after it."""
    lines = []
    for part in bench.wish.parts:
        lines += [
            f"| {' | '.join((TITLES[part], *HEADINGS))} |",
            "|---" * (1 + len(HEADINGS)) + "|",
        ]
        lines += [f"| {' | '.join((row.name, *row.cells))} |" for row in rows(bench, part)]
        lines += [""]
    return lines


def machine_words(bench: Bench) -> str:
    """Return what everything was timed on, in one paragraph."""
    machine, wish = bench.machine, bench.wish
    versions = ", ".join(f"{name} {version}" for name, version in bench.versions.items())
    many = "" if wish.parts == ("one",) else f", and {wish.leads:,} together"
    saved = f" In the default recipe's place: {wish.model}." if wish.model else ""
    return (
        f"{machine.cpu}, {machine.cores} cores, {machine.system}, Python {machine.python}; "
        f"{versions}. Leads of the `seed` world, {SINGLE} one by one{many}; models of "
        f"{wish.learned:,} others. Medians of {wish.rounds} rounds in turns; single leads and "
        "batches on one thread. Peers that take a matrix have it ready, and scaled where they want "
        "that. Under default and seed: how many times it takes what that recipe takes, the latter "
        f"explained where the peer explains.{saved}"
    )


def rows(bench: Bench, part: Part) -> tuple[Row, ...]:
    """Return the lines of a part's table: ours, then who does not explain, then who does."""
    timed = bench.of(part)
    ours = {one.way.key: one.seconds for one in timed if one.way.ours}
    ordered = sorted(timed, key=lambda one: (not one.way.ours, one.way.explained))
    return tuple(_row(one, ours) for one in ordered)


def foot_words(bench: Bench) -> tuple[str, ...]:
    """Return what did not take part, and why, a line each."""
    return (
        *(f"Not installed: {name} ({line})" for name, line in bench.absent.items()),
        *(f"Did not work: {one.name}: {one.error}" for one in bench.broken),
    )


def _row(one: Timed, ours: dict[str, float]) -> Row:
    way = one.way
    beside = ("default", "seed explained" if way.explained else "seed")
    return Row(
        name=way.name,
        ours=way.ours,
        cells=(
            "yes" if way.explained else "no",
            _seconds_words(one.seconds),
            f"{1 / one.seconds:,.0f}",
            *(_times_words(one, ours.get(key)) for key in beside),
        ),
    )


def _times_words(one: Timed, seconds: float | None) -> str:
    if one.way.ours or seconds is None:
        return ""
    times = one.seconds / seconds
    return f"{times:,.0f}" if times >= 100 else f"{times:.3g}"


def _seconds_words(seconds: float) -> str:
    """Return a time with three digits.

    Examples
    --------
    >>> _seconds_words(0.00152), _seconds_words(1.1e-7)
    ('1.52 ms', '0.11 μs')
    """
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} μs"


def _figure(one: Timed) -> dict[str, object]:
    way = one.way
    return {
        "part": way.part,
        "key": way.key,
        "name": way.name,
        "explained": way.explained,
        "ours": way.ours,
        "leads": way.leads,
        "seconds": one.seconds,
        "fastest": min(one.rounds),
        "slowest": max(one.rounds),
    }
