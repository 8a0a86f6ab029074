"""Models are added once, found by what people call them, and put side by side."""

import pytest

from leadscore.errors import BadBundle, BadRequest, NotFound
from leadscore.flows.service.access.trail import read_trail
from leadscore.flows.service.ports import Store
from leadscore.flows.service.registry.champion import load_champion, model_of
from leadscore.flows.service.registry.models import (
    add_model,
    compare_models,
    find_model,
    list_models,
)
from leadscore.model.bundle import load_model
from leadscore.score.one_record import RecordScorer
from leadscore.testing.makers import make_lead
from tests.flows.service.registry.models import add, asked, digest_of, parts_of, put_live


def test_a_model_is_kept_once_with_who_when_and_why(store: Store) -> None:
    with store.begin(write=True) as work:
        first = add_model(work, asked(1_000_000), parts_of(), note=" first ", taught_by=["L1"])
        again = add_model(work, asked(9_000_000, actor="k2"), parts_of(), note="again")
        lines = read_trail(work)["lines"]
    assert first["added"] is True
    assert again == {**first, "added": False}
    assert first["digest"] == digest_of()
    assert (first["added_at"], first["added_by"]) == ("1970-01-01T00:00:01Z", "k1")
    assert (first["note"], first["live"], first["erased"]) == ("first", False, 0)
    assert isinstance(lines, list)
    assert [(one["action"], one["about"]) for one in lines] == [("model.add", digest_of())]


def test_what_is_no_bundle_is_not_kept(store: Store) -> None:
    changed = {**parts_of(), "card.json": b"{}"}
    with store.begin(write=True) as work:
        with pytest.raises(BadBundle, match=r"card\.json"):
            add_model(work, asked(), changed)
        with pytest.raises(BadBundle, match="not a leadscore bundle"):
            add_model(work, asked(), {})
        assert list_models(work) == []


def test_a_note_that_no_database_can_keep_is_refused(store: Store) -> None:
    with store.begin(write=True) as work, pytest.raises(BadRequest, match="The note has 1,001"):
        add_model(work, asked(), parts_of(), note="x" * 1_001)


def test_a_kept_model_scores_as_the_one_that_was_added(store: Store) -> None:
    add(store, 3)
    with store.begin(write=False) as work:
        found = model_of(work, digest_of(3))
        assert model_of(work, digest_of(4)) is None
    assert found is not None
    assert found.digest == digest_of(3)
    told = [RecordScorer(one).record(make_lead()) for one in (found, load_model(parts_of(3)))]
    assert told[0] == told[1]


def test_without_a_promotion_nothing_is_live(store: Store) -> None:
    add(store, 0)
    with store.begin(write=False) as work:
        assert load_champion(work) is None


def test_the_champion_is_ready_to_score(store: Store) -> None:
    put_live(store, 1)
    with store.begin(write=False) as work:
        champion = load_champion(work)
    assert champion is not None
    record = champion.records.record(make_lead())
    assert record["model"] == {"name": "made", "version": "1", "digest": digest_of(1)}


def test_a_model_is_found_by_its_digest_a_beginning_of_it_or_as_the_live_one(store: Store) -> None:
    add(store, 0)
    put_live(store, 1)
    with store.begin(write=False) as work:
        for wanted in (digest_of(1), digest_of(1)[:6], digest_of(1)[:20].upper(), " live "):
            assert find_model(work, wanted).digest == digest_of(1)
        with pytest.raises(NotFound, match="no model 'abc'"):
            find_model(work, "abc")
        with pytest.raises(NotFound):
            find_model(work, digest_of(1)[:5])


def test_a_name_that_two_models_have_is_not_enough(store: Store) -> None:
    add(store, 0)
    with store.begin(write=False) as work:
        assert find_model(work, "made@1").digest == digest_of()
    add(store, 1)
    with store.begin(write=False) as work, pytest.raises(BadRequest) as told:
        find_model(work, "made@1")
    assert digest_of()[:12] in told.value.words()
    assert digest_of(1)[:12] in told.value.words()


def test_models_are_put_side_by_side(store: Store) -> None:
    add(store, 0, 1)
    with store.begin(write=True) as work:
        add_model(work, asked(), parts_of(outcome=True))
        found = compare_models(work, [digest_of(), digest_of(outcome=True)])
        same = compare_models(work, [digest_of(), digest_of(1)])
    figures, fields = found["figures"], found["fields"]
    assert isinstance(figures, dict)
    assert isinstance(fields, dict)
    assert figures["accuracy"] == [{"value": 0.8, "low": 0.7, "high": 0.9}] * 2
    assert figures["fields"] == [
        {"value": 10, "low": None, "high": None},
        {"value": 5, "low": None, "high": None},
    ]
    assert fields["income"] == [True, False]
    assert fields["asked"] == [False, True]
    assert same["fields"] == {}
    assert same["same_data"] is True


@pytest.mark.parametrize("few", [[], [0], [0, 0]])
def test_one_model_is_nothing_to_compare(store: Store, few: list[int]) -> None:
    add(store, 0)
    with store.begin(write=False) as work, pytest.raises(BadRequest, match="2 to 10 different"):
        compare_models(work, [digest_of(one) for one in few])


def test_an_erased_lead_marks_the_models_that_learned_from_it(store: Store) -> None:
    with store.begin(write=True) as work:
        add_model(work, asked(), parts_of(), taught_by=["L1", "L2"])
        add_model(work, asked(2_000_000), parts_of(1), taught_by=["L2"])
        work.leads.erase("L1", at=5)
        assert [one["erased"] for one in list_models(work)] == [0, 1]
