"""The replay's laws: a team's calls, no lead twice, and figures that hold the truth."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.measure.backtest.calls import NEVER, Arrivals, Policy, Team, replay
from leadscore.measure.backtest.figures import Called, judge
from leadscore.measure.backtest.result import PolicyFigures, headline, not_beaten
from leadscore.measure.backtest.timeline import DAY, Timeline, dated_timeline, row_timeline
from leadscore.measure.metrics import Number

Floats = NDArray[np.float64]


def _seconds(date: str) -> float:
    return dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC).timestamp()


def _timeline(n: int, *, a_day: int = 10, start: float = 0.2) -> Timeline:
    return row_timeline(n, a_day=a_day, start=start)


def _calls(
    scores: Floats, timeline: Timeline, *, calls: int, queue_days: int, ties: Floats | None = None
) -> NDArray[np.int64]:
    policy = Policy(key="model", name="model", kind="model", scores=(scores,))
    return replay(
        policy,
        timeline,
        Team(calls=calls, queue_days=queue_days),
        candidates=timeline.period >= 0,
        ties=np.linspace(0, 1, len(scores)) if ties is None else ties,
    )


@given(
    n=st.integers(60, 300),
    a_day=st.integers(3, 20),
    calls=st.integers(1, 12),
    queue_days=st.integers(1, 5),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_a_team_calls_what_it_can_and_nobody_twice(
    n: int, a_day: int, calls: int, queue_days: int, seed: int
) -> None:
    timeline = _timeline(n, a_day=a_day)
    day = _calls(
        np.random.default_rng(seed).random(n), timeline, calls=calls, queue_days=queue_days
    )
    reached = day[day != NEVER]
    assert np.unique(reached, return_counts=True)[1].max() <= calls
    waited = (day - timeline.day)[day != NEVER]
    assert waited.min() >= 0
    assert waited.max() < queue_days
    assert (day[timeline.period < 0] == NEVER).all()


@given(seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_best_of_a_day_is_called_before_the_rest(seed: int) -> None:
    scores = np.random.default_rng(seed).random(200)
    timeline = _timeline(200)
    day = _calls(scores, timeline, calls=3, queue_days=1)
    for one in range(timeline.first, timeline.last + 1):
        here = timeline.day == one
        called = scores[here & (day == one)]
        assert called.min() >= np.delete(scores[here], np.argsort(-scores[here])[:3]).max()


def test_whoever_was_passed_over_waits_and_then_expires() -> None:
    timeline = _timeline(40, a_day=4, start=0.5)
    scores = np.where(np.arange(40) < 24, 0.5, 0.1)
    day = _calls(scores, timeline, calls=1, queue_days=3)
    first = timeline.day == 0
    assert (day[first] != NEVER).sum() == 3
    assert sorted(day[first][day[first] != NEVER]) == [0, 1, 2]


@given(seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_of_one_moment_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = _seconds("2024-01-01") + DAY * np.sort(rng.integers(0, 200, 400)).astype(float)
    scores, ties = rng.integers(0, 5, 400) / 5.0, rng.random(400)
    known = np.ones(400, dtype=bool)
    shuffled = rng.permutation(400)
    called = []
    for rows in (np.arange(400), shuffled):
        timeline = dated_timeline(times[rows], known, horizon=30, start=0.3)
        day = _calls(scores[rows], timeline, calls=1, queue_days=4, ties=ties[rows])
        back = np.empty(400, np.int64)
        back[rows] = day
        called.append(back)
    assert (called[0] == called[1]).all()


def test_months_begin_on_their_first_day() -> None:
    days = np.arange(400.0)
    times = _seconds("2024-01-15") + DAY * days
    timeline = dated_timeline(times, np.ones(400, dtype=bool), horizon=30, start=0.25)
    assert timeline.unit == "month"
    assert timeline.names[:2] == ("2024-05", "2024-06")
    assert timeline.first * DAY == _seconds("2024-05-01")
    assert (np.diff(timeline.starts) <= 31).all()


def test_an_outcome_is_ripe_only_when_the_horizon_has_passed() -> None:
    times = _seconds("2024-01-01") + DAY * np.array([0.0, 0.5, 100.0])
    timeline = dated_timeline(times, np.ones(3, dtype=bool), horizon=30, start=0.5)
    first = int(_seconds("2024-01-01") // DAY)
    assert timeline.ripe.tolist()[:2] == [first + 30, first + 31]


def test_where_leads_are_open_the_replay_ends_where_all_were_ripe() -> None:
    times = _seconds("2024-01-01") + DAY * np.arange(300.0)
    known = np.arange(300) < 200
    timeline = dated_timeline(times, known, horizon=60, start=0.3)
    assert timeline.last == int(_seconds("2024-01-01") // DAY) + 299 - 60
    assert dated_timeline(times, known | True, horizon=60, start=0.3).last > timeline.last


def test_short_replays_have_weeks() -> None:
    times = _seconds("2024-01-01") + DAY * np.arange(100.0)
    timeline = dated_timeline(times, np.ones(100, dtype=bool), horizon=5, start=0.5)
    assert timeline.unit == "week"
    assert set(np.diff(timeline.starts)) == {7}


def test_nothing_left_to_replay_is_said() -> None:
    times = _seconds("2024-01-01") + DAY * np.arange(100.0)
    with pytest.raises(BadRequest, match="Nothing is left to replay"):
        dated_timeline(times, np.arange(100) < 5, horizon=90, start=0.5)
    with pytest.raises(BadRequest, match="Nothing is left to replay"):
        row_timeline(100, a_day=200, start=0.5)


def test_blocks_of_rows_cover_the_replay_and_ripen_when_over() -> None:
    timeline = row_timeline(2000, a_day=10, start=0.4)
    assert len(timeline.starts) == 12
    assert timeline.names[0] == "rows 801–900"
    assert timeline.names[-1].endswith("2,000")
    assert (timeline.ripe[timeline.day < 0] == 0).all()
    later = timeline.period >= 0
    assert len(row_timeline(20_000, a_day=10, start=0.4).starts) == 24
    ends = np.append(timeline.starts[1:], timeline.last + 1)
    assert (timeline.ripe[later] == ends[timeline.period[later]]).all()


def _arrivals(truth: Floats, *, seed: int) -> Arrivals:
    rng = np.random.default_rng(seed)
    n = len(truth)
    return Arrivals(
        rows=np.arange(n),
        labels=(rng.random(n) < truth).astype(np.int64),
        period=(np.arange(n) * 6 // n).astype(np.intp),
        week=(np.arange(n) * 30 // n).astype(np.intp),
        classes=2,
    )


def _judged(seed: int) -> tuple[float, Number]:
    """Return the lift that the truth gives, and the one that was measured."""
    rng = np.random.default_rng(seed + 100)
    truth = rng.beta(1, 7, 1500)
    scores = truth + rng.normal(0, 0.08, 1500)
    called = scores > np.quantile(scores, 0.7)
    policy = Policy(key="model", name="model", kind="model", scores=(scores,))
    found = judge([Called(policy=policy, called=called)], _arrivals(truth, seed=seed), boot=200)
    return truth[called].mean() / truth.mean(), found.figures["model"]["lift"]


def test_the_interval_of_the_lift_holds_the_true_one() -> None:
    held = 0
    for seed in range(40):
        true, lift = _judged(seed)
        assert lift["low"] is not None
        assert lift["high"] is not None
        held += lift["low"] <= true <= lift["high"]
    # 95 % of 40 are 38; fewer than 34 have a chance of 1 in 70
    assert held >= 34


def test_figures_are_what_they_say() -> None:
    truth = np.full(400, 0.2)
    arrivals = _arrivals(truth, seed=0)
    everyone = Policy(
        key="model",
        name="model",
        kind="model",
        scores=(np.arange(400.0),),
        probabilities=np.tile([0.8, 0.2], (400, 1)),
    )
    newest = Policy(key="newest_first", name="newest", kind="baseline", scores=(np.arange(400.0),))
    half = np.arange(400) >= 200
    found = judge(
        [
            Called(policy=everyone, called=np.ones(400, dtype=bool)),
            Called(policy=newest, called=half),
        ],
        arrivals,
        boot=50,
    )
    model, other = found.figures["model"], found.figures["newest_first"]
    assert model["lift"]["value"] == pytest.approx(1.0)
    assert model["conversions"]["value"] == arrivals.hits.sum()
    assert model["auc"]["value"] == pytest.approx(0.5)
    assert other["log_loss"]["value"] is None
    assert other["conversions"]["value"] == arrivals.hits[half].sum()
    assert found.ahead["newest_first"]["value"] == arrivals.hits[~half].sum()
    assert found.drawn == "weeks"


def _figures(key: str, reached: float, lift: Number, ahead: Number | None) -> PolicyFigures:
    number: Number = {"value": reached, "low": reached - 10, "high": reached + 10}
    called: Number = {"value": 500.0, "low": 480.0, "high": 520.0}
    return PolicyFigures(
        key=key,
        name=key.replace("_", " "),
        kind="model" if key == "model" else "baseline",
        figures={"conversions": number, "lift": lift, "called": called},
        ahead=ahead,
    )


LIFT: Number = {"value": 1.9, "low": 1.62, "high": 2.2}
ZERO: Number = {"value": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize(
    ("ahead", "lift", "leads", "verdict", "words"),
    [
        (30.0, LIFT, 2000, "better", "At 40 calls a day the model would have reached 212 of 340"),
        (-1.0, LIFT, 2000, "no_better_than_newest_first", "No better than newest first"),
        (
            30.0,
            {"value": 1.05, "low": 0.97, "high": 1.1},
            2000,
            "no_better_than_random",
            "No better than a random order",
        ),
        (30.0, LIFT, 500, "all_called", "every lead is called"),
    ],
)
def test_the_headline_says_what_is_so(
    ahead: float, lift: Number, leads: int, verdict: str, words: str
) -> None:
    gap: Number = {"value": 20.0, "low": ahead, "high": 60.0}
    policies = [
        _figures("model", 212, lift, ZERO),
        _figures("newest_first", 190, {"value": 1.6, "low": 1.4, "high": 1.8}, gap),
    ]
    said = headline(policies, calls=40, conversions=340, leads=leads, target="converted leads")
    assert said.verdict == verdict
    assert words in said.sentence
    assert (len(not_beaten(policies)) == 1) is (ahead <= 0)


def test_the_headline_has_the_lift_with_its_interval() -> None:
    policies = [_figures("model", 212, LIFT, ZERO)]
    said = headline(policies, calls=40, conversions=340, leads=2000, target="converted leads")
    assert said.sentence == (
        "At 40 calls a day the model would have reached 212 of 340 converted leads, "
        "1.9 times (1.6–2.2) a random order."
    )
