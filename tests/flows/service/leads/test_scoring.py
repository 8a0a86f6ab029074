"""Leads are scored by what is known of them: at once, while idle, and by a new model."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from leadscore.flows.service.context import Champion, Context
from leadscore.flows.service.lead_rows import ScoreRow
from leadscore.flows.service.leads.lead_record import give_record
from leadscore.flows.service.leads.scoring import Pass, rescore, rescore_idle
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import WebhookRow
from leadscore.leads.moment import DAY, HOUR, moment_text
from leadscore.leads.schema import Schema
from tests.flows.service.leads.live import NOW, SCHEMA, at, champion, champion_of, take, track


def score(
    store: Store, *lead_ids: str, context: Context, cause: str = "why"
) -> Mapping[str, ScoreRow]:
    with store.begin(write=True) as work:
        return rescore(work, context, lead_ids, causes=dict.fromkeys(lead_ids, cause))


def object_to_profiling(store: Store, lead_id: str, since: int | None = NOW) -> None:
    with store.begin(write=True) as work:
        work.leads.set_objection(lead_id, at=since)


def scores_of(store: Store, lead_id: str = "L1") -> list[ScoreRow]:
    with store.begin(write=False) as work:
        return work.scores.of(lead_id, most=99)


def listen(store: Store, *kinds: str) -> None:
    hook = WebhookRow(
        webhook_id="w1",
        url="https://a.example",
        secret="s",  # noqa: S106 -- it signs nothing here
        kinds=kinds,
        created_at=1,
        created_by="k",
    )
    with store.begin(write=True) as work:
        work.webhooks.add(hook)


def told(store: Store) -> list[dict[str, object]]:
    with store.begin(write=False) as work:
        return [
            json.loads(one.message.body) for one in reversed(work.deliveries.page("w1", most=99))
        ]


def test_the_score_is_the_records_and_says_what_it_was_given_for(store: Store) -> None:
    take(store, track())
    row = scores_of(store)[0]
    record = json.loads(row.record)
    fields = {"views": 1, "week": 1, "minutes": 0.0, "asked": 0}
    assert record == give_record(champion(), fields, lead_id="L1", as_of=moment_text(NOW))
    assert (row.score, row.tier, row.chance) == (
        record["score"],
        record["tier"],
        record["expected_conversion"],
    )


def test_a_lead_that_scores_as_before_keeps_its_score(store: Store) -> None:
    taken = take(store, track())
    again = score(store, "L1", context=at(NOW + HOUR))
    assert again == taken.scores
    assert scores_of(store) == [taken.scores["L1"]]


def test_an_event_that_no_field_counts_changes_no_score(store: Store) -> None:
    first = take(store, track()).scores["L1"]
    assert take(store, track(event="yawned"), now=NOW + HOUR).scores["L1"] == first


def test_scores_never_go_back_in_time_though_clocks_differ(store: Store) -> None:
    take(store, track(messageId="m1"), now=NOW + HOUR)
    late = take(store, track(messageId="m2"), now=NOW).scores["L1"]
    assert late.features["views"] == 2
    assert late.scored_at == NOW + HOUR + 1
    assert [one.features["views"] for one in scores_of(store)] == [2, 1]


def test_without_a_live_model_nothing_is_scored(store: Store) -> None:
    assert score(store, "L1", context=at(champion=None)) == {}


def test_an_erased_lead_is_left_out(store: Store) -> None:
    with store.begin(write=True) as work:
        work.leads.erase("L1", at=NOW)
    assert score(store, "L1", context=at()) == {}


def test_a_lead_that_objected_is_unscored_and_nothing_of_it_is_kept_with_the_score(
    store: Store,
) -> None:
    take(store, track())
    object_to_profiling(store, "L1")
    row = score(store, "L1", context=at(NOW + 1))["L1"]
    assert (row.tier, row.score, row.chance, row.features) == ("Unscored", None, None, {})
    assert [one["kind"] for one in json.loads(row.record)["notes"]] == ["objection"]
    again = take(store, track(messageId="m2"), now=NOW + HOUR).scores["L1"]
    assert again == row
    object_to_profiling(store, "L1", None)
    assert score(store, "L1", context=at(NOW + 2 * HOUR))["L1"].features["views"] == 2


def test_an_objection_is_told_apart_from_knowing_nothing(store: Store) -> None:
    score(store, "L1", context=at())
    object_to_profiling(store, "L1")
    score(store, "L1", context=at(NOW + 1))
    notes = [json.loads(one.record)["notes"][0]["kind"] for one in scores_of(store)]
    assert notes == ["objection", "empty"]


def test_a_counter_beyond_its_limits_makes_a_lead_unscored_and_refuses_no_event(
    store: Store,
) -> None:
    taken = take(store, track(event="visit", properties={"minutes": 5_000}))
    row = taken.scores["L1"]
    notes = json.loads(row.record)["notes"]
    assert row.tier == "Unscored"
    assert [(one["field"], one["kind"]) for one in notes] == [
        (None, "faulty"),
        ("minutes", "faulty"),
    ]
    assert row.features["minutes"] == 5_000


def test_an_unscored_record_has_the_keys_of_any_other() -> None:
    fine = give_record(champion(), {"views": 1}, lead_id="L1", as_of="")
    for fields, objection in (({"views": 1}, True), ({"age": 900}, False), ({}, False)):
        record = give_record(champion(), fields, lead_id="L1", as_of="", objection=objection)
        assert list(record) == list(fine)
        assert record["tier"] == "Unscored"


def test_the_first_score_and_each_other_tier_are_told_once(store: Store) -> None:
    listen(store, "lead.scored", "lead.tier_changed")
    take(store, track(messageId="m1"))
    take(store, track(messageId="m1"))
    object_to_profiling(store, "L1")
    score(store, "L1", context=at(NOW + HOUR))
    kinds = [one["type"] for one in told(store)]
    assert kinds == ["lead.scored", "lead.tier_changed"] * 2
    first, last = told(store)[0]["data"], told(store)[-1]["data"]
    assert isinstance(first, dict)
    assert isinstance(last, dict)
    row = scores_of(store)[-1]
    assert first == {
        "lead_id": "L1",
        "score": row.score,
        "tier": row.tier,
        "before": None,
        "words": f"first scored: {row.score:.0f}",
        "score_id": row.score_id,
    }
    assert (last["tier"], last["words"]) == ("Unscored", "not scored any more")
    assert last["before"] == {"score": row.score, "tier": row.tier}


def test_no_message_holds_contact_data(store: Store) -> None:
    listen(store, "lead.scored", "lead.tier_changed")
    traits = {"name": "Planted Name", "email": "planted@example.com", "income": 5}
    take(store, {"userId": "L1", "traits": traits}, "identify")
    assert "lanted" not in json.dumps(told(store))


@pytest.fixture
def five(store: Store) -> Store:
    """Return the store with five leads, one of them scored by nobody yet."""
    for number in range(4):
        take(store, track(f"L{number}"))
    with store.begin(write=True) as work:
        work.leads.hold(["L4"], at=NOW)
    return store


def test_after_a_promotion_every_lead_is_scored_again_in_pieces(five: Store) -> None:
    context = at(NOW + HOUR, live=champion(seed=1, digest="e" * 64))
    passes = [rescore_idle(five, context, most=2)]
    while passes[-1].after is not None:
        passes.append(rescore_idle(five, context, after=passes[-1].after, most=2))
    assert [(one.leads, one.scored) for one in passes] == [(2, 2), (2, 2), (1, 1)]
    for number in range(5):
        row = scores_of(five, f"L{number}")[0]
        assert (row.digest, row.cause) == ("e" * 64, f"promotion:{'e' * 64}")


def test_a_pass_that_was_broken_off_may_begin_again(five: Store) -> None:
    context = at(NOW + HOUR, live=champion(seed=1, digest="e" * 64))
    rescore_idle(five, context, most=3)
    assert [rescore_idle(five, context).scored for _ in range(2)] == [2, 0]


def test_a_pass_over_many_leads_scores_each_once(store: Store) -> None:
    with store.begin(write=True) as work:
        work.leads.hold([f"L{number}" for number in range(120)], at=NOW)
    assert rescore_idle(store, at(NOW)) == Pass(leads=120, scored=120, after=None)
    assert rescore_idle(store, at(NOW)) == Pass(leads=120, scored=0, after=None)


def test_idle_leads_are_scored_once_a_day_while_a_counter_fades(five: Store) -> None:
    assert rescore_idle(five, at(NOW + HOUR)).scored == 1
    assert rescore_idle(five, at(NOW + DAY - 1)).scored == 0
    assert rescore_idle(five, at(NOW + 7 * DAY)).scored == 4
    assert rescore_idle(five, at(NOW + 7 * DAY)).scored == 0
    assert scores_of(five, "L0")[0].features["week"] == 0
    assert scores_of(five, "L0")[0].cause == "idle"
    assert rescore_idle(five, at(NOW + 99 * DAY)).scored == 0


def test_an_idle_pass_goes_through_all_leads_in_pieces(five: Store) -> None:
    first = rescore_idle(five, at(NOW + 7 * DAY), most=3)
    assert (first.leads, first.scored, first.after) == (3, 3, "L2")
    last = rescore_idle(five, at(NOW + 7 * DAY), after="L2", most=3)
    assert (last.leads, last.scored, last.after) == (2, 2, None)


def test_a_field_that_may_never_be_missing_makes_a_lead_unscored(store: Store) -> None:
    fields = (replace(SCHEMA.fields[0], missing=False), *SCHEMA.fields[1:])
    strict: Champion = champion_of(Schema(name="strict", fields=fields, label=SCHEMA.label))
    with store.begin(write=True) as work:
        rows = rescore(work, at(live=strict), ["L1"], causes={})
    assert rows["L1"].tier == "Unscored"
