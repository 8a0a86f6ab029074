"""The backtest on small files: nothing is known before its time."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from leadscore.errors import BadInput, BadRequest
from leadscore.flows.backtest.run import BacktestWish, backtest_frame
from leadscore.flows.schema import SchemaWish
from leadscore.leads.schema import Field, Label, Schema
from leadscore.measure.backtest.calls import NEVER
from leadscore.measure.backtest.page import backtest_html
from leadscore.measure.backtest.result import Backtest

N, DAYS, HORIZON = 1200, 360, 30


def _schema(*, dated: bool = True) -> Schema:
    time = (Field(name="created_at", type="time", role="time"),) if dated else ()
    return Schema(
        name="small",
        fields=(
            Field(name="lead_id", type="text", role="id"),
            *time,
            Field(name="visits", type="number"),
            Field(name="spend", type="number"),
            Field(name="won", type="flag", role="label"),
        ),
        label=Label(field="won", classes=("0", "1"), positive="1", horizon_days=HORIZON),
        order="" if dated else "rows",
    )


def _frame(*, seed: int = 0, signal: float = 1.5, move: float = 0.0) -> pd.DataFrame:
    """Return leads over a year; from its half on the base rate has moved."""
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, DAYS, N))
    x = rng.normal(size=(2, N))
    odds = -1.5 + signal * x[0] + 0.3 * x[1] + move * (day > DAYS // 2)
    return pd.DataFrame(
        {
            "lead_id": [f"L{i}" for i in range(N)],
            "created_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
            "visits": x[0],
            "spend": x[1],
            "won": np.where(rng.random(N) < 1 / (1 + np.exp(-odds)), "1", "0"),
        }
    )


def _wish(**changes: object) -> BacktestWish:
    given: dict[str, object] = {
        "calls_per_day": 1,
        "schema": SchemaWish(schema=_schema()),
        "recipe": "logistic",
        "retrain": "none",
        "alone": True,
        **changes,
    }
    return BacktestWish(**given)  # type: ignore[arg-type]  # the values are the test's own


@pytest.fixture(scope="module")
def moved() -> Backtest:
    return backtest_frame(_frame(move=1.2), _wish(retrain="quarterly", alone=False))


def _value(found: Backtest, key: str, figure: str) -> float:
    value = found.policy(key).figures[figure]["value"]
    assert value is not None
    return value


def test_the_model_beats_chance_and_newest_first(moved: Backtest) -> None:
    assert moved.headline.verdict == "better"
    lift = moved.policy("model").figures["lift"]
    assert lift["low"] is not None
    assert lift["low"] > 1.2
    assert {one.key for one in moved.policies} == {
        "model",
        "recalibrated",
        "retrained",
        "ordinal",
        "logistic",
        "seed",
        "newest_first",
        "points_rule",
        "random_forest",
        "random",
    }
    assert moved.policy("logistic").figures == moved.policy("model").figures


def test_recalibration_mends_the_probabilities_and_keeps_the_calls(moved: Backtest) -> None:
    assert _value(moved, "recalibrated", "ece") < _value(moved, "model", "ece")
    assert _value(moved, "recalibrated", "log_loss") < _value(moved, "model", "log_loss")
    assert (moved.called["recalibrated"] == moved.called["model"]).all()
    within = [_value(moved, key, "auc_within") for key in ("model", "recalibrated")]
    assert within[0] == pytest.approx(within[1], abs=1e-9)
    assert len(moved.recalibrations) == len(moved.periods)


def test_retraining_is_shown_beside_it(moved: Backtest) -> None:
    names = [one.name for one in moved.periods]
    assert moved.retrained == tuple(names[3::3])
    assert _value(moved, "retrained", "log_loss") < _value(moved, "model", "log_loss")


def test_counts_add_up(moved: Backtest) -> None:
    assert moved.leads == moved.replayed.sum() == sum(one.n for one in moved.periods)
    assert moved.conversions == sum(one.converted for one in moved.periods)
    for key, day in moved.called.items():
        called = day != NEVER
        assert not (called & ~moved.replayed).any()
        assert np.unique(day[called], return_counts=True)[1].max() <= 1
        assert sum(one.called[key] for one in moved.periods) == called.sum()


def test_json_and_page_say_the_same(moved: Backtest) -> None:
    said = json.loads(json.dumps(moved.to_json(), allow_nan=False))
    page = backtest_html(moved)
    assert said["headline"] in page
    assert set(said["policies"]["model"]) >= {"conversions", "lift", "auc", "ece", "log_loss"}
    assert all(one in page for one in ("2024-08", "random split", "retrained"))
    assert page == backtest_html(moved)


def test_what_is_not_ripe_yet_changes_no_call() -> None:
    """Outcomes from `now` on are turned round; what was called before must stay as it was."""
    frame = _frame(move=1.2)
    now = pd.Timestamp("2024-09-01")
    late = frame["created_at"] + pd.Timedelta(days=HORIZON) > now
    other = frame.assign(won=np.where(late, frame["won"].map({"0": "1", "1": "0"}), frame["won"]))
    found = [backtest_frame(one, _wish(retrain="monthly")) for one in (frame, other)]
    before = (now - pd.Timestamp("1970-01-01")).days
    for key in ("model", "recalibrated", "retrained", "logistic", "points_rule"):
        first, second = (
            np.where((one.called[key] < before), one.called[key], NEVER) for one in found
        )
        assert (first == second).all(), key
    place = [one.name for one in found[0].periods].index("2024-09")
    assert found[0].recalibrations[: place + 1] == found[1].recalibrations[: place + 1]


def test_the_rows_order_says_nothing_where_there_are_dates() -> None:
    frame = _frame()
    shuffled = frame.sample(frac=1.0, random_state=3)
    one, two = (backtest_frame(x, _wish()) for x in (frame, shuffled))
    # the audit draws its folds by row, and may ask about a column in one order alone
    one, two = (replace(found, warnings=()) for found in (one, two))
    assert one.to_json() == two.to_json()
    back = dict(zip(shuffled["lead_id"], two.called["model"], strict=True))
    assert [back[i] for i in frame["lead_id"]] == one.called["model"].tolist()


def test_alone_says_what_was_left_out() -> None:
    found = backtest_frame(_frame(), _wish())
    assert not found.policy("random_forest").figures
    assert "left out" in found.policy("ordinal").reason
    assert "left out, as asked" in backtest_html(found)


def test_noise_is_no_better_than_newest_first() -> None:
    found = backtest_frame(_frame(signal=0.0), _wish())
    assert found.headline.verdict == "no_better_than_newest_first"
    assert found.headline.sentence.startswith("No better than newest first")


def test_with_calls_for_everyone_no_order_helps() -> None:
    found = backtest_frame(_frame(), _wish(calls_per_day=50))
    assert found.headline.verdict == "all_called"
    assert _value(found, "model", "lift") == pytest.approx(1.0)


def test_rows_in_order_are_replayed_in_blocks() -> None:
    frame = _frame().drop(columns="created_at")
    found = backtest_frame(frame, _wish(schema=SchemaWish(schema=_schema(dated=False))))
    assert found.unit == "block"
    assert found.periods[0].name.startswith("rows 481–")
    assert any("5 rows count as a day" in one for one in found.assumptions)


def test_open_leads_are_left_out_and_counted() -> None:
    frame = _frame()
    young = frame["created_at"] > frame["created_at"].max() - pd.Timedelta(days=HORIZON)
    found = backtest_frame(frame.assign(won=frame["won"].where(~young, "")), _wish())
    assert not found.replayed[young].any()
    assert any(f"{young.sum():,} leads whose outcome" in one for one in found.assumptions)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"calls_per_day": 0}, "--calls-per-day is 0"),
        ({"start": 1.0}, "--start is 1.0"),
        ({"queue_days": 0}, "--queue-days is 0"),
        ({"retrain": "daily"}, "monthly, quarterly, none"),
        ({"recipe": "best"}, "There is no recipe 'best'"),
        ({"start": 0.05}, "The past is too short"),
        ({"horizon_days": 340}, "The past is too short"),
        ({"schema": SchemaWish(schema=_schema(), rows_in_order=True)}, "--rows-in-order"),
    ],
)
def test_a_wish_that_does_not_fit_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        backtest_frame(_frame(), _wish(**changes))


def test_no_time_at_all_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadRequest, match='role = "time"'):
        backtest_frame(_frame().drop(columns="created_at"), _wish(schema=SchemaWish(label="won")))


def test_no_ripe_lead_is_refused() -> None:
    with pytest.raises((BadRequest, BadInput), match="No lead is ripe"):
        backtest_frame(_frame().assign(won=""), _wish())
