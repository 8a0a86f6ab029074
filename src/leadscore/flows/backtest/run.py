"""Replay a file's later months at the team's own calls, with what was known at each moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.flows.audit import ask_warning, leak_news, settle
from leadscore.flows.backtest.past import Past, read_past
from leadscore.flows.backtest.policies import EVERY, Played, Player
from leadscore.flows.labelled import class_names, top_class
from leadscore.flows.ports import Files, Table, Teller, no_news, short_name
from leadscore.flows.schema import SchemaWish, choose_schema
from leadscore.flows.train import RECIPES, refuse_two_schemas
from leadscore.measure.backtest.calls import NEVER, Arrivals, Policy, Team, replay
from leadscore.measure.backtest.figures import Called, Judged, judge
from leadscore.measure.backtest.page import backtest_html
from leadscore.measure.backtest.result import Backtest, PolicyFigures, headline, periods
from leadscore.measure.report import calibration_warning, leak_note
from leadscore.measure.warn import Warn
from leadscore.model.train import RecipeName

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BacktestWish", "backtest_file", "backtest_frame"]

_DRAWS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestWish:
    """What to replay.

    Parameters
    ----------
    calls_per_day : int
        How many leads the team calls a day.
    schema : SchemaWish
        What was said about the schema.
    recipe : str
        One of `leadscore.flows.train.RECIPES`.
    start : float
        The share of the leads, in time order, before the replay begins; between 0 and 1.
    queue_days : int
        How many days a lead waits to be called, the first included.
    horizon_days : int, optional
        How long an outcome may take, in place of the schema's.
    leads_per_day : int, optional
        How many rows a day has, where the file has no dates.
    retrain : {"monthly", "quarterly", "none"}
        How often a model is trained anew beside the frozen one; in files without dates at each
        block, at every third, or not at all.
    alone : bool
        Whether the other recipes and the random forest are left out, which is faster.
    seed : int
        Seed of everything random.
    out : str, optional
        Where the page goes.
    force : bool
        Whether what is there may be replaced.
    jobs : int
        How many fits to run at once.
    """

    calls_per_day: int
    schema: SchemaWish = field(default_factory=SchemaWish)
    recipe: str = "auto"
    start: float = 0.4
    queue_days: int = 7
    horizon_days: int | None = None
    leads_per_day: int | None = None
    retrain: str = "monthly"
    alone: bool = False
    seed: int = 0
    out: str | None = None
    force: bool = False
    jobs: int = 1


def backtest_file(
    path: str, wish: BacktestWish, *, files: Files, tell: Teller = no_news
) -> Backtest:
    """Replay the file at `path`, and write the page.

    Parameters
    ----------
    path : str
        The leads; ``-`` is stdin.
    wish : BacktestWish
        What to replay, and where the page goes.
    files : Files
        Who reads and writes.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    UserError
        If the file has faults, has no time, or too short a past; nothing is written then.
    """
    _check(wish)
    if wish.out is not None:
        files.refuse_existing(wish.out, force=wish.force)
    tell("Reading the leads")
    with files.table(path) as table:
        found = backtest_frame(table.frame(), wish, files=files, table=table, tell=tell)
    if wish.out is not None:
        tell("Writing the page")
        files.write_text(wish.out, backtest_html(found), force=wish.force)
    return found


def backtest_frame(
    frame: "pd.DataFrame",
    wish: BacktestWish,
    *,
    files: Files | None = None,
    table: Table | None = None,
    tell: Teller = no_news,
) -> Backtest:
    """Replay the rows of `frame`; see `backtest_file`."""
    recipe = _check(wish)
    chosen = choose_schema(frame, wish.schema, files)
    tell(f"Judging {frame.shape[1]:,} columns")
    schema, audit = settle(
        frame, chosen.schema, inferred=chosen.source == "inferred", table=table, seed=wish.seed
    )
    past = read_past(
        frame,
        schema,
        start=wish.start,
        calls=wish.calls_per_day,
        horizon_days=wish.horizon_days,
        leads_per_day=wish.leads_per_day,
        table=table,
    )
    past = replace(past, assumptions=(*leak_news(audit, schema), *past.assumptions))
    player = Player(
        past=past,
        schema=schema,
        recipe=recipe,
        retrain=wish.retrain,
        alone=wish.alone,
        seed=wish.seed,
        jobs=wish.jobs,
        tell=tell,
    )
    played = player.play()
    tell("Replaying day by day")
    name = short_name(table.name) if table else "the leads given"
    found = _backtest(past, played, wish, name=name, rows=len(frame))
    asked = ask_warning(audit, schema)
    return replace(found, warnings=(asked, *found.warnings)) if asked else found


def _check(wish: BacktestWish) -> RecipeName:
    refuse_two_schemas(wish.schema)
    limits: tuple[tuple[str, float | None, float, str], ...] = (
        ("--calls-per-day", wish.calls_per_day, 1, "1 or more"),
        ("--queue-days", wish.queue_days, 1, "1 or more"),
        ("--horizon-days", wish.horizon_days, 1, "1 or more"),
        ("--leads-per-day", wish.leads_per_day, 1, "1 or more"),
        ("--seed", wish.seed, 0, "0 or more"),
    )
    broken = [f"{name} is {value!r}" for name, value, *_ in limits if not _whole(value)]
    if broken:
        raise BadRequest(f"{'; '.join(broken)}.", allowed="a whole number")
    for name, value, least, allowed in limits:
        if value is not None and value < least:
            raise BadRequest(f"{name} is {value}.", allowed=allowed)
    if not 0 < wish.start < 1:
        raise BadRequest(f"--start is {wish.start}.", allowed="between 0 and 1, for example 0.4")
    if wish.retrain not in EVERY:
        raise BadRequest(f"--retrain is {wish.retrain!r}.", allowed=", ".join(EVERY))
    for recipe in RECIPES:
        if wish.recipe == recipe:
            return recipe
    raise BadRequest(f"There is no recipe {wish.recipe!r}.", allowed=", ".join(RECIPES))


def _whole(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replayed:
    """What was called: by policy the day of each lead; and which leads were replayed."""

    shown: tuple[Policy, ...]
    days: Mapping[str, NDArray[np.int64]]
    arrivals: Arrivals

    @property
    def called(self) -> Mapping[str, NDArray[np.bool_]]:
        return {key: day[self.arrivals.rows] != NEVER for key, day in self.days.items()}


def _replayed(past: Past, played: Played, wish: BacktestWish) -> _Replayed:
    timeline = past.timeline
    candidates = timeline.period >= 0
    here = np.flatnonzero(candidates)
    arrivals = Arrivals(
        rows=here,
        labels=past.labels[here],
        period=timeline.period[here],
        week=timeline.week[here],
        classes=len(class_names(played.model.schema)),
    )
    _refuse_all_alike(arrivals, top_class(played.model.schema))
    team = Team(calls=wish.calls_per_day, queue_days=wish.queue_days)
    shown = tuple(one for one in played.policies if one.scores)
    days = {
        one.key: replay(one, timeline, team, candidates=candidates, ties=past.ties) for one in shown
    }
    return _Replayed(shown=shown, days=days, arrivals=arrivals)


def _refuse_all_alike(arrivals: Arrivals, target: str) -> None:
    hits = int(arrivals.hits.sum())
    if not 0 < hits < len(arrivals.hits):
        raise BadRequest(
            f"Of the {len(arrivals.hits):,} replayed leads {hits:,} are {target}, so nothing can "
            "be told apart.",
            next_step="Let the replay begin earlier (--start), or give a file that reaches "
            "further.",
        )


def _backtest(past: Past, played: Played, wish: BacktestWish, *, name: str, rows: int) -> Backtest:
    done = _replayed(past, played, wish)
    timeline, arrivals, target = past.timeline, done.arrivals, top_class(played.model.schema)
    judged = judge(
        [Called(policy=one, called=done.called[one.key]) for one in done.shown],
        arrivals,
        boot=_DRAWS,
        seed=wish.seed,
    )
    policies = _policies(played, judged)
    sizes = {"conversions": int(arrivals.hits.sum()), "leads": len(arrivals.rows)}
    return Backtest(
        name=name,
        recipe=played.model.recipe,
        target=target,
        calls_per_day=wish.calls_per_day,
        queue_days=wish.queue_days,
        days=timeline.last - timeline.first + 1,
        **sizes,
        trained_on=played.trained_on,
        unit=timeline.unit,
        drawn=judged.drawn,
        headline=headline(policies, calls=wish.calls_per_day, target=target, **sizes),
        policies=policies,
        periods=periods(done.shown, done.called, arrivals, names=timeline.names),
        random_split=played.random_split,
        recalibrations=tuple(one.to_json() for one in played.recalibrations),
        retrained=tuple(timeline.names[one] for one in played.retrained),
        assumptions=(*past.assumptions, *_assumptions(wish)),
        warnings=_warnings(played, policies[0], arrivals),
        called={key: _in_file(day, past.rows, rows) for key, day in done.days.items()},
        replayed=np.isin(np.arange(rows), past.rows[arrivals.rows]),
    )


def _policies(played: Played, judged: Judged) -> tuple[PolicyFigures, ...]:
    return tuple(
        PolicyFigures(
            key=one.key,
            name=one.name,
            kind=one.kind,
            figures=judged.figures.get(one.key, {}),
            ahead=judged.ahead.get(one.key),
            reason=one.reason,
        )
        for one in played.policies
    )


def _warnings(played: Played, model: PolicyFigures, arrivals: Arrivals) -> tuple[Warn, ...]:
    said = next(one.probabilities for one in played.policies if one.key == model.key)
    off = None if said is None else calibration_warning(arrivals.labels, said[arrivals.rows])
    return tuple(one for one in (off, leak_note(model.figures["auc"])) if one)


def _assumptions(wish: BacktestWish) -> tuple[str, ...]:
    wait = f"{wish.queue_days:,} days" if wish.queue_days > 1 else "a day"
    return (
        f"Each day the {wish.calls_per_day:,} best of the leads that came that day and of those "
        f"that still wait are called; a lead waits {wait} and is called once at most.",
        "A call changes nothing: what became of a lead is what the file says.",
        "A lead's fields are those in the file: if they were written down later than the lead is "
        "called, the figures are too good.",
    )


def _in_file(day: NDArray[np.int64], places: NDArray[np.intp], rows: int) -> NDArray[np.int64]:
    found = np.full(rows, NEVER, np.int64)
    found[places] = day
    return found
