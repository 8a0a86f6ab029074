"""The market world: what a row shows is what was known, and the truth about it is exact."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.conform import conform
from leadscore.leads.schema import Field
from leadscore.world.funnel.chance import TIERS, bayes_figures, true_chance
from leadscore.world.funnel.tracks import COUNTERS, FLAGS
from leadscore.world.market import Columns, Market, market, market_schema

#: Worlds that the tests only read.
WORLDS = [market(6_000, seed=seed) for seed in (1, 2, 3, 4, 5)]
ONE = WORLDS[0]
DAY = np.timedelta64(1, "D")

#: SPEC S2: what each tier converts.
S2 = {"Low": (0.02, 0.05), "Medium": (0.15, 0.20), "High": (0.35, 0.40)}

every_world = pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.summary.seed)


def frame(columns: Columns) -> pd.DataFrame:
    return pd.DataFrame(dict(columns))


def chance_of(world: Market) -> NDArray[np.float64]:
    return world.truth["true_probability"].astype(np.float64)


def drawn_of(world: Market) -> NDArray[np.float64]:
    return world.truth["converts"].astype(np.float64)


def numbers_of(world: Market, n: int | None = None) -> dict[str, NDArray[np.float64]]:
    """Return the first `n` leads' numbers as the file has them."""
    kept = {name: column for name, column in world.leads.items() if column.dtype.kind in "if"}
    return {name: column[:n].astype(np.float64) for name, column in kept.items()}


def texts_of(world: Market, n: int | None = None) -> dict[str, NDArray[np.object_]]:
    """Return the first `n` leads' categories as the file has them."""
    kept = {name: column for name, column in world.leads.items() if column.dtype.kind == "O"}
    return {name: column[:n].astype(object) for name, column in kept.items()}


def same(one: Columns, other: Columns) -> bool:
    return list(one) == list(other) and frame(one).equals(frame(other))


# ------------------------------------------------------------------ the same seed


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 300), st.integers(0, 9), st.integers(0, 4))
def test_the_same_seed_gives_the_same_world(n: int, seed: int, leaks: int) -> None:
    one, other = (market(n, seed=seed, leaks=leaks) for _ in range(2))
    for name in ("leads", "events", "outcomes", "truth"):
        assert same(getattr(one, name), getattr(other, name))
    assert one.summary == other.summary


def test_another_seed_gives_another_world() -> None:
    assert not same(WORLDS[0].leads, WORLDS[1].leads)


def test_leaks_are_added_to_the_same_world() -> None:
    clean, leaky = market(500, seed=8), market(500, seed=8, leaks=4)
    kept = {name: leaky.leads[name] for name in clean.leads}
    assert same(clean.leads, kept)
    assert same(clean.events, leaky.events)
    assert same(clean.truth, leaky.truth)
    added = [name for name in leaky.leads if name not in clean.leads]
    assert sorted(added) == sorted(leak.field for leak in leaky.summary.leaks)


@pytest.mark.parametrize("n", [1, 2, 17, 8_192, 8_195, 20_000])
def test_any_number_of_leads_can_be_made(n: int) -> None:
    world = market(n, seed=3)
    assert len(world.leads["lead_id"]) == len(world.truth["lead_id"]) == n
    assert len(set(world.leads["lead_id"].tolist())) == n
    assert set(world.events["lead_id"].tolist()) <= set(world.leads["lead_id"].tolist())
    assert world.summary.leads == n


# ------------------------------------------------------------------ what a row shows


@every_world
def test_counters_are_the_events_until_the_scoring(world: Market) -> None:
    leads, events = frame(world.leads), frame(world.events)
    joined = events.merge(leads[["lead_id", "as_of"]], on="lead_id")
    seen = joined[joined["occurred_at"] <= joined["as_of"]]
    counts = seen.groupby(["lead_id", "kind"]).size().unstack(fill_value=0)
    counts = counts.reindex(leads["lead_id"], fill_value=0)
    for name, kind in COUNTERS.items():
        assert leads[name].tolist() == counts[kind].tolist()
    for name in FLAGS:
        assert leads[name].tolist() == (counts[name] > 0).astype(int).tolist()
    minutes = seen[seen["kind"] == "website_visit"].groupby("lead_id")["value"].sum()
    shown = leads["time_on_site_minutes"].tolist()
    assert shown == minutes.reindex(leads["lead_id"], fill_value=0).tolist()


@every_world
def test_events_and_outcomes_end_with_the_world(world: Market) -> None:
    end = np.datetime64(world.summary.end)
    assert (world.events["occurred_at"] <= end).all()
    assert (world.outcomes["occurred_at"] <= end).all()
    assert (world.leads["as_of"] <= end).all()
    place = np.searchsorted(world.leads["lead_id"].astype(str), world.events["lead_id"].astype(str))
    order = np.lexsort((world.events["occurred_at"], place))
    assert (np.diff(order) == 1).all()


@every_world
def test_events_go_on_after_the_scoring_and_most_for_winners(world: Market) -> None:
    leads, events = frame(world.leads), frame(world.events)
    later = events.merge(leads[["lead_id", "as_of"]], on="lead_id")
    count = later[later["occurred_at"] > later["as_of"]].groupby("lead_id").size()
    count = count.reindex(leads["lead_id"], fill_value=0)
    ripe = leads["converted"].notna().to_numpy()
    won = leads["converted"].to_numpy() == 1
    assert count[ripe & won].mean() > 1.5 * count[ripe & ~won].mean()


@every_world
def test_a_lead_has_a_label_once_its_horizon_has_passed(world: Market) -> None:
    leads = frame(world.leads)
    ripe = leads["created_at"] + pd.Timedelta(days=90) <= pd.Timestamp(world.summary.end)
    assert (leads["converted"].notna() == ripe).all()
    assert (leads["converted"][ripe].to_numpy() == drawn_of(world)[ripe]).all()
    assert world.summary.ripe == ripe.sum()
    assert world.summary.converted == (leads["converted"] == 1).sum()


@every_world
def test_an_outcome_comes_after_the_scoring_and_within_the_horizon(world: Market) -> None:
    told = frame(world.outcomes).merge(frame(world.leads), on="lead_id")
    assert (told["occurred_at"] > told["as_of"]).all()
    won = told["kind"] == "converted"
    assert (told["occurred_at"] <= told["created_at"] + pd.Timedelta(days=90)).all()
    assert (won == told["value"].notna()).all()
    assert (won == told["reason"].isna()).all()
    known = told["converted"].notna()
    assert (told["converted"][known] == won[known]).all()
    days = (told["occurred_at"] - told["as_of"])[won].dt.total_seconds() / 86_400
    assert 18 < days.median() < 34
    assert days.min() < 5
    assert days.max() > 75


@every_world
def test_the_truth_knows_what_the_end_of_the_world_hides(world: Market) -> None:
    told = frame(world.outcomes).merge(frame(world.truth), on="lead_id", suffixes=("", "_true"))
    assert (told["occurred_at"] == told["closes_at"]).all()
    assert told["value"].equals(told["value_true"])
    truth = frame(world.truth)
    hidden = truth[truth["closes_at"] > pd.Timestamp(world.summary.end)]
    assert 0 < hidden["converts"].sum() < len(hidden)
    assert not set(hidden["lead_id"]) & set(told["lead_id"])
    assert (truth["value"].notna() == (truth["converts"] == 1)).all()


def test_some_lost_leads_are_never_closed() -> None:
    ripe_lost = (ONE.leads["converted"] == 0).sum()
    lost = frame(ONE.outcomes).merge(frame(ONE.leads), on="lead_id")
    told = ((lost["kind"] == "lost") & lost["converted"].notna()).sum()
    assert told / ripe_lost == pytest.approx(0.65, abs=0.03)


def test_fees_follow_type_and_income() -> None:
    parts = [frame(one.outcomes).merge(frame(one.leads), on="lead_id") for one in WORLDS]
    deals = pd.concat(parts)
    deals = deals[deals["kind"] == "converted"]
    usual = deals.groupby("property_type")["value"].median()
    assert usual["commercial"] > usual["multi_family"] > usual["single_family"] > usual["land"]
    rich = deals[deals["income"] > 200_000]["value"].median()
    assert rich > 1.2 * deals[deals["income"] < 80_000]["value"].median()
    assert 6_000 < deals["value"].median() < 20_000


# ------------------------------------------------------------------ the truth


@every_world
def test_the_truth_follows_from_the_row_and_the_drift_alone(world: Market) -> None:
    drifted = world.leads["created_at"].astype("M8[s]") >= np.datetime64(
        str(world.summary.drift_at)
    )
    again = true_chance(numbers_of(world), texts_of(world), drifted=drifted)
    assert again.tolist() == chance_of(world).tolist()


def test_what_the_truth_says_comes_true() -> None:
    """In twenty bins of the true probability, pooled over the worlds."""
    chance = np.concatenate([chance_of(world) for world in WORLDS])
    drawn = np.concatenate([drawn_of(world) for world in WORLDS])
    order = np.argsort(chance)
    for rows in np.array_split(order, 20):
        spread = np.sqrt((chance[rows] * (1 - chance[rows])).sum())
        assert abs(drawn[rows].sum() - chance[rows].sum()) < 4 * spread


@every_world
def test_true_tiers_convert_as_specified(world: Market) -> None:
    tiers = world.summary.tiers
    for name, (low, high) in S2.items():
        rate, share = tiers[name]["conversion"], tiers[name]["share"]
        assert rate is not None
        assert share is not None
        assert low <= rate <= high
        own = world.truth["tier"] == name
        assert own.mean() == pytest.approx(share)
        error = 4 * np.sqrt(rate * (1 - rate) / own.sum())
        assert drawn_of(world)[own].mean() == pytest.approx(rate, abs=error)
    shares = [tiers[name]["share"] for name in TIERS]
    assert shares == pytest.approx([0.48, 0.40, 0.12], abs=0.03)


@every_world
def test_the_best_auc_is_that_of_honest_figures(world: Market) -> None:
    best = world.summary.bayes
    assert best["auc"] is not None
    assert 0.70 <= best["auc"] <= 0.80


def test_the_bayes_figures_are_what_the_truth_reaches() -> None:
    chance = np.concatenate([chance_of(world) for world in WORLDS])
    drawn = np.concatenate([drawn_of(world) for world in WORLDS])
    best = bayes_figures(chance)
    ranks = pd.Series(chance).rank().to_numpy()
    won = drawn.sum()
    auc = (ranks[drawn == 1].sum() - won * (won + 1) / 2) / (won * (len(drawn) - won))
    losses = -np.log(np.where(drawn == 1, chance, 1 - chance))
    assert best["auc"] == pytest.approx(auc, abs=0.012)
    assert best["log_loss"] == pytest.approx(losses.mean(), abs=0.01)
    assert best["brier"] == pytest.approx(((chance - drawn) ** 2).mean(), abs=0.005)


def test_the_expected_auc_counts_every_pair() -> None:
    chance = np.array([0.1, 0.4, 0.4, 0.8])
    right = possible = 0.0
    for one in range(4):
        for other in range(4):
            if one != other:
                weight = chance[one] * (1 - chance[other])
                possible += weight
                right += weight * (np.sign(chance[one] - chance[other]) + 1) / 2
    assert bayes_figures(chance)["auc"] == pytest.approx(right / possible)
    assert bayes_figures(np.array([0.3]))["auc"] is None


# ------------------------------------------------------------------ nothing of the future


def test_no_column_tells_more_than_the_truth() -> None:
    """Given the true probability, the outcome is independent of every column and its gaps."""
    leads = pd.concat([frame(world.leads) for world in WORLDS])
    chance = np.concatenate([chance_of(world) for world in WORLDS])
    rest = np.concatenate([drawn_of(world) for world in WORLDS]) - chance
    spread = chance * (1 - chance)
    for name, column in leads.drop(columns=["lead_id", "campaign", "converted"]).items():
        for view in views(column):
            z = (rest * view).sum() / np.sqrt((spread * view**2).sum())
            assert abs(z) < 4.5, f"{name} tells of the outcome: z = {z:.1f}"


def views(column: pd.Series) -> list[NDArray[np.float64]]:
    """Return the column's gaps and its values as numbers: ranks, or one for each category."""
    missing = column.isna().to_numpy(np.float64)
    found = [missing] if missing.any() else []
    if column.dtype.kind in "fiM":
        rank = column.rank().fillna(0).to_numpy(np.float64)
        return [*found, rank - rank.mean()]
    return [*found, *((column == value).to_numpy(np.float64) for value in column.dropna().unique())]


def test_a_campaign_tells_no_more_than_its_source() -> None:
    leads = pd.concat([frame(world.leads) for world in WORLDS])
    chance = np.concatenate([chance_of(world) for world in WORLDS])
    rest = np.concatenate([drawn_of(world) for world in WORLDS]) - chance
    parts = pd.DataFrame({"name": leads["campaign"].to_numpy(), "rest": rest})
    parts["spread"] = chance * (1 - chance)
    sums = parts.groupby("name").sum()
    assert len(sums) == 46
    z = sums["rest"] / np.sqrt(sums["spread"])
    # a sum of 46 squares of about standard normal numbers
    assert (z**2).sum() < 46 + 5 * np.sqrt(2 * 46)


def test_attempts_follow_the_look_of_a_lead_and_change_nothing() -> None:
    for world in WORLDS:
        tried = world.leads["contact_attempts"].astype(np.float64)
        assert np.corrcoef(tried, chance_of(world))[0, 1] > 0.10


# ------------------------------------------------------------------ the drift


def test_the_drift_changes_sources_and_conversion() -> None:
    leads = pd.concat([frame(world.leads) for world in WORLDS])
    late = pd.concat([frame(world.truth) for world in WORLDS])["drifted"].to_numpy() == 1
    shares = [leads["source"][rows].value_counts(normalize=True) for rows in (~late, late)]
    assert shares[1]["social"] - shares[0]["social"] == pytest.approx(0.11, abs=0.02)
    chance = np.concatenate([chance_of(world) for world in WORLDS])
    asked = leads["inquiry_submitted"].to_numpy() == 1
    assert chance[late].mean() < 0.85 * chance[~late].mean()
    gaps = [chance[rows & asked].mean() - chance[rows & ~asked].mean() for rows in (~late, late)]
    assert gaps[1] < 0.6 * gaps[0]


def test_without_drift_nothing_changes() -> None:
    world = market(20_000, seed=4, drift=False)
    assert world.summary.drift_at is None
    assert not world.truth["drifted"].any()
    late = world.leads["created_at"] >= np.datetime64("2025-01-01")
    social = world.leads["source"] == "social"
    assert social[late].mean() == pytest.approx(social[~late].mean(), abs=0.02)
    chance = chance_of(world)
    assert chance[late].mean() == pytest.approx(chance[~late].mean(), abs=0.006)


# ------------------------------------------------------------------ who arrives, and when


def test_leads_arrive_over_two_years_with_growth_and_seasons() -> None:
    created = np.concatenate([world.leads["created_at"] for world in WORLDS])
    for world in WORLDS:
        arrived, scored = (world.leads[name].astype("M8[s]") for name in ("created_at", "as_of"))
        assert (np.diff(arrived) >= np.timedelta64(0, "s")).all()
        assert (scored - arrived == 3 * DAY).all()
    assert created.min() >= np.datetime64(ONE.summary.start)
    year = (created >= np.datetime64("2025-01-01")).mean()
    assert 0.52 < year < 0.57
    month = pd.DatetimeIndex(created).month
    assert (month == 5).sum() > 1.25 * (month == 12).sum()
    weekday = pd.DatetimeIndex(created).day_of_week
    assert (weekday == 1).sum() > 1.2 * (weekday == 5).sum()
    seasons = pd.Series(month % 12 // 3).map(
        dict(enumerate(("winter", "spring", "summer", "autumn")))
    )
    shown = np.concatenate([world.leads["season"] for world in WORLDS])
    assert seasons.tolist() == shown.tolist()


def test_incomes_and_credit_scores_are_those_of_the_sources() -> None:
    leads = pd.concat([frame(world.leads) for world in WORLDS])
    income = leads["income"].dropna()
    cuts = income.quantile([0.1, 0.5, 0.9]).to_numpy() / 1000
    # applicants 44, 100, 240 and investors 49, 148, 365 in the HMDA sample; NAR 111 in the middle
    assert cuts == pytest.approx([45, 110, 270], rel=0.06)
    credit = leads["credit_score"].dropna()
    bands = np.histogram(credit, [300, 580, 670, 740, 800, 851])[0] / len(credit)
    # half consumers (16, 17, 21, 25, 21), half borrowers (0, 6, 21, 41, 32)
    assert bands == pytest.approx([0.08, 0.115, 0.21, 0.33, 0.265], abs=0.02)
    debt = leads["debt_to_income"].dropna()
    assert debt.median() == pytest.approx(38, abs=1)
    assert 48 <= debt.quantile(0.9) <= 55
    budget = leads["stated_budget"].dropna().quantile([0.1, 0.5, 0.9]).to_numpy() / 1000
    assert budget == pytest.approx([165, 345, 715], rel=0.12)
    assert 0.25 < leads["income"].corr(leads["credit_score"], "spearman") < 0.45
    assert leads["income"].corr(leads["debt_to_income"], "spearman") < -0.2
    assert leads["age"].corr(leads["credit_score"], "spearman") > 0.15


def test_values_are_missing_by_source_and_a_budget_unless_it_was_told() -> None:
    leads = pd.concat([frame(world.leads) for world in WORLDS])
    unsaid = leads["income"].isna().groupby(leads["source"]).mean()
    assert unsaid["social"] > unsaid["portal"] > unsaid["web"] > unsaid["referral"]
    assert (leads["stated_budget"].notna() == (leads["budget_disclosed"] == 1)).all()
    whole = [*COUNTERS, *FLAGS, "time_on_site_minutes", "source", "season"]
    assert leads[whole].notna().all().all()


def test_the_first_attempt_comes_when_the_study_says() -> None:
    found = []
    for world in WORLDS:
        events = frame(world.events)
        tries = events[events["kind"] == "contact_attempt"].groupby("lead_id")["occurred_at"].min()
        leads = frame(world.leads).set_index("lead_id")
        delay = (tries - leads["created_at"]).dt.total_seconds() / 3600
        found.append([(delay <= 1).mean(), ((delay > 1) & (delay <= 24)).mean()])
    hour, day = np.mean(found, axis=0)
    assert hour == pytest.approx(0.37, abs=0.05)
    assert day == pytest.approx(0.16, abs=0.03)


# ------------------------------------------------------------------ the schema, and mistakes


def test_the_schema_fits_the_file() -> None:
    schema = market_schema()
    assert [field.name for field in schema.fields if field.name not in ONE.leads] == []
    assert [name for name in ONE.leads if name not in {field.name for field in schema.fields}] == []
    found = conform(frame(ONE.leads), schema)
    assert found.faults == ()
    assert found.labels is not None
    known = ONE.leads["converted"].astype(np.float64)
    assert found.labels.tolist() == np.where(np.isnan(known), -1, known).astype(int).tolist()
    assert schema.field("age").role == "audit"
    assert schema.field("contact_attempts").role == "sales"
    assert schema.label is not None
    assert schema.label.horizon_days == 90


@pytest.mark.parametrize(
    "field", [one for one in market_schema().features if one.direction != "free"]
)
def test_a_direction_is_the_truths(field: Field) -> None:
    """A larger value never moves the true probability against the schema's direction."""
    name = field.name
    steps = [0.0, 1.0] if name in FLAGS else np.linspace(0, 850 if "score" in name else 60, 12)
    scale = 10_000 if name == "income" else 1
    late = np.arange(400) % 2 == 0
    chances = [
        true_chance(
            {**numbers_of(ONE, 400), name: np.full(400, scale * step)},
            texts_of(ONE, 400),
            drifted=late,
        )
        for step in steps
    ]
    moves = np.diff(np.stack(chances), axis=0)
    assert (moves >= -1e-12).all() if field.direction == "up" else (moves <= 1e-12).all()


def test_the_world_can_end_on_another_day() -> None:
    world = market(300, seed=1, end="2024-03-01")
    assert world.summary.end == "2024-03-01"
    assert world.leads["created_at"].max() < np.datetime64("2024-02-27")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"n": 0}, "world of 0 leads"),
        ({"n": 5, "seed": -1}, "seed is -1"),
        ({"n": 5, "leaks": 5}, "5 leaks"),
        ({"n": 5, "leaks": -1}, "0 to 4"),
        ({"n": 5, "leaks": ["drip"]}, "filled_after, near_copy"),
        ({"n": 5, "leaks": ["near_copy"] * 7}, "no names left"),
        ({"n": 5, "end": "soon"}, "'soon'"),
        ({"n": 5, "end": ""}, "a date"),
    ],
)
def test_what_cannot_be_made_is_refused(wish: dict[str, object], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        market(**wish)  # type: ignore[arg-type]  # wrong on purpose
