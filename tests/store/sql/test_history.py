"""What is known of leads comes back as it was said, and is said once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from leadscore.errors import BadInput
from leadscore.flows.service.lead_rows import LeadRow, Receipt
from leadscore.flows.service.ports import Store
from leadscore.leads.event import Contact, Scalar, latest_contact
from tests.store.sql.makers import hold, make_event, make_outcome, make_score

#: One database for all the cases of a law: each case uses leads of its own.
in_one_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = st.dictionaries(texts, scalars | st.text(max_size=20), max_size=4)


def test_a_lead_that_is_held_is_known(store: Store) -> None:
    with store.begin(write=True) as work:
        held = work.leads.hold(["L2", "L1"], at=7)
        assert held == {
            "L1": LeadRow(lead_id="L1", created_at=7),
            "L2": LeadRow(lead_id="L2", created_at=7),
        }
    with store.begin(write=True) as work:
        assert work.leads.hold(["L1"], at=9)["L1"].created_at == 7
        assert work.leads.get("L1") == LeadRow(lead_id="L1", created_at=7)
        assert work.leads.get("L3") is None
        assert work.leads.count() == 2


def test_what_raises_leaves_nothing_behind(store: Store) -> None:
    def half_done() -> None:
        with store.begin(write=True) as work:
            work.leads.hold(["L1"], at=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with store.begin(write=False) as work:
        assert work.leads.count() == 0


def test_a_transaction_that_is_not_to_write_cannot(store: Store) -> None:
    with pytest.raises(Exception, match=r"read-?only"), store.begin(write=False) as work:
        work.leads.hold(["L1"], at=1)


def test_a_reader_sees_one_moment_throughout(store: Store) -> None:
    with store.begin(write=False) as reader:
        assert reader.leads.count() == 0
        hold(store, "L1")
        assert reader.leads.count() == 0
    with store.begin(write=False) as reader:
        assert reader.leads.count() == 1


def test_leads_come_page_by_page_in_the_order_of_their_code_points(store: Store) -> None:
    ids = ["a", "B", "ä", "Z", "b", "\U0001f600", "\uffee", "10", "9"]
    hold(store, *ids)
    with store.begin(write=False) as work:
        first = [one.lead_id for one in work.leads.page(most=5)]
        rest = [one.lead_id for one in work.leads.page(after=first[-1], most=99)]
    assert first + rest == sorted(ids)


def test_an_objection_is_noted_and_taken_back(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        assert work.leads.set_objection("L1", at=5)
        assert work.leads.hold(["L1"], at=9)["L1"].objected_at == 5
        assert work.leads.set_objection("L1", at=None)
        assert work.leads.hold(["L1"], at=9)["L1"].objected_at is None
        assert not work.leads.set_objection("L2", at=5)


@in_one_store
@given(said=values, name=texts, occurred_at=st.integers(-(2**62), 2**62))
def test_an_event_comes_back_as_it_was_said(
    store: Store, said: dict[str, Scalar], name: str, occurred_at: int
) -> None:
    event = make_event(values=said, name=name, occurred_at=occurred_at)
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
        assert work.events.add([event]).new == {"m1"}
        # 1 is not 1.0, although they are equal
        assert repr(work.events.get("m1")) == repr(event)
        work.leads.erase("L1", at=2)
        work.leads.readmit(lead_id="L1")


def test_the_same_event_again_changes_nothing(store: Store) -> None:
    hold(store, "L1")
    first, again = make_event(), make_event(occurred_at=12, received_at=99)
    with store.begin(write=True) as work:
        assert work.events.add([first]) == Receipt(new=frozenset(["m1"]))
    with store.begin(write=True) as work:
        assert work.events.add([again]) == Receipt(new=frozenset(), repeated=frozenset(["m1"]))
    with store.begin(write=False) as work:
        assert work.events.of("L1") == [first]


def test_other_content_under_the_same_message_id_is_a_conflict(store: Store) -> None:
    hold(store, "L1", "L2")
    with store.begin(write=True) as work:
        work.events.add([make_event()])
    others = [make_event(values={}), make_event(name="call"), make_event(lead_id="L2")]
    for other in others:
        with store.begin(write=True) as work:
            receipt = work.events.add([other, make_event("fine" + other.digest)])
            assert receipt.conflicts == {"m1"}
            assert len(receipt.new) == 1
    with store.begin(write=False) as work:
        assert work.events.get("m1") == make_event()


def test_within_one_batch_the_first_of_a_message_counts(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        receipt = work.events.add([make_event(), make_event(), make_event(name="call")])
        assert receipt == Receipt(new=frozenset(["m1"]), conflicts=frozenset(["m1"]))
        assert work.events.of("L1") == [make_event()]
        assert work.events.add([]).new == frozenset()


def test_a_history_is_in_the_order_of_its_events(store: Store) -> None:
    hold(store, "L1", "L2")
    events = [
        make_event(f"m{at}", occurred_at=occurred, received_at=received)
        for at, (occurred, received) in enumerate([(5, 9), (4, 9), (5, 8), (5, 8), (-1, 9)])
    ]
    with store.begin(write=True) as work:
        work.events.add(events)
        assert work.events.of("L1") == sorted(events, key=lambda one: one.order)
        assert work.events.of_many(["L1", "L2"])["L2"] == []


def test_an_event_of_an_unknown_lead_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), store.begin(write=True) as work:
        work.events.add([make_event(lead_id="nobody")])


def test_events_are_removed_by_their_ids(store: Store) -> None:
    hold(store, "L1")
    with store.begin(write=True) as work:
        work.events.add([make_event(f"m{at}", occurred_at=at) for at in range(5)])
        work.events.add([make_event("said", kind="stated", occurred_at=0)])
        assert work.events.remove(["m0", "m3", "unheard of"]) == 2
        assert work.events.remove([]) == 0
        left = [one.message_id for one in work.events.of("L1")]
        assert left == ["said", "m1", "m2", "m4"]


def test_leads_with_old_tracked_events_are_found_page_by_page(store: Store) -> None:
    hold(store, "a", "b", "c", "d")
    with store.begin(write=True) as work:
        for lead_id, kind, occurred in (
            ("a", "tracked", 3),
            ("b", "tracked", 4),
            ("c", "stated", 0),
            ("d", "tracked", 1),
        ):
            said = {"lead_id": lead_id, "kind": kind, "occurred_at": occurred}
            work.events.add([make_event(f"m{lead_id}", **said), make_event(f"n{lead_id}", **said)])
        assert work.events.leads_before(4, most=9) == ["a", "d"]
        assert work.events.leads_before(4, most=1) == ["a"]
        assert work.events.leads_before(4, after="a", most=1) == ["d"]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_no_database_keeps_is_the_callers_mistake(store: Store, text: str) -> None:
    hold(store, "L1")
    with pytest.raises(BadInput, match="cannot be kept"), store.begin(write=True) as work:
        work.events.add([make_event(name=text)])


def test_a_moment_beyond_all_time_is_no_event(store: Store) -> None:
    hold(store, "L1")
    with pytest.raises((BadInput, OverflowError)), store.begin(write=True) as work:
        work.events.add([make_event(occurred_at=2**63)])


contact_parts = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["name", "email", "phone", "company"], texts)
)


@in_one_store
@given(parts=st.lists(contact_parts, max_size=5), order=st.permutations(range(5)))
def test_of_a_contact_the_last_said_of_each_part_is_kept_in_whatever_order_it_came(
    store: Store, parts: list[dict[str, str]], order: list[int]
) -> None:
    said = [Contact(lead_id="L1", occurred_at=at, **part) for at, part in enumerate(parts)]
    last = latest_contact(said)
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
        work.contacts.put([said[at] for at in order if at < len(said)])
        kept = work.contacts.get("L1")
        assert (kept.said if kept else {}) == (last.said if last else {})
        work.leads.erase("L1", at=2)
        work.leads.readmit(lead_id="L1")


def test_of_two_contacts_at_once_the_greater_text_is_kept(store: Store) -> None:
    said = [Contact(lead_id="L1", occurred_at=5, name=name) for name in ("Bo", "Cy", "Al")]
    with store.begin(write=True) as work:
        work.leads.hold(["L1"], at=1)
        work.contacts.put(said)
        assert work.contacts.of(["L1", "L2"]) == {"L1": said[1]} == {"L1": latest_contact(said)}


def test_a_score_comes_back_to_the_last_bit(store: Store) -> None:
    hold(store, "L1")
    scored, unscored = make_score(), make_score("s2", score=None, chance=None, tier="Unscored")
    loose = make_score("s3", lead_id=None, record=b"\x00\xff")
    with store.begin(write=True) as work:
        work.scores.add([scored, unscored, loose])
        work.scores.add([make_score(score=1.0)])
        assert [work.scores.get(f"s{at}") for at in (1, 2, 3, 4)] == [scored, unscored, loose, None]
        assert repr(work.scores.get("s1")) == repr(scored)


def test_a_leads_last_score_is_the_one_that_was_added_last(store: Store) -> None:
    hold(store, "L1", "L2", "L3")
    given_ = [make_score(f"s{at}", scored_at=at) for at in (1, 3, 2)]
    other = make_score("other", lead_id="L2")
    with store.begin(write=True) as work:
        work.scores.add([*given_, other])
        assert work.scores.latest("L1") == given_[-1]
        assert work.scores.latest("L3") is None
        assert work.scores.latest_of(["L1", "L2", "L3"]) == {"L1": given_[-1], "L2": other}
        assert work.scores.of("L1", most=2) == [given_[2], given_[1]]
        assert work.scores.of("L1", since=3, most=9) == [given_[1]]


def test_old_scores_go_but_each_lead_keeps_its_last(store: Store) -> None:
    hold(store, "L1", "L2")
    with store.begin(write=True) as work:
        work.scores.add([make_score(f"s{at}", scored_at=at) for at in range(4)])
        work.scores.add([make_score("kept", lead_id="L2", scored_at=0)])
        work.scores.add([make_score("loose", lead_id=None, scored_at=0)])
        assert work.scores.expire(before=100, most=3) == 3
        assert work.scores.expire(before=100, most=3) == 1
        left = [work.scores.of(lead, most=9) for lead in ("L1", "L2")]
        assert [[one.score_id for one in rows] for rows in left] == [["s3"], ["kept"]]
        assert work.scores.get("loose") is None


def test_outcomes_are_appended_once(store: Store) -> None:
    hold(store, "L1")
    won = make_outcome(value=0.1 + 0.2)
    lost = make_outcome("o2", kind="lost", reason="too dear", corrects="o1", occurred_at=4)
    with store.begin(write=True) as work:
        assert work.outcomes.add([won, lost]).new == {"o1", "o2"}
        assert work.outcomes.add([make_outcome(value=won.value, recorded_at=99)]).repeated == {"o1"}
        assert work.outcomes.add([make_outcome(value=1.0)]).conflicts == {"o1"}
        assert work.outcomes.of("L1") == [lost, won]
        assert work.outcomes.of_many(["L1", "L2"]) == {"L1": [lost, won], "L2": []}


def test_thousands_of_leads_at_once_are_one_call(store: Store) -> None:
    ids = [f"L{at}" for at in range(6_000)]
    with store.begin(write=True) as work:
        assert len(work.leads.hold(ids, at=1)) == len(ids)
        assert len(work.events.add([make_event(f"m{one}", lead_id=one) for one in ids]).new) == len(
            ids
        )
        assert len(work.events.of_many(ids)) == len(ids)
        assert not work.scores.latest_of(ids)
        assert not work.tasks.last_of(ids)
        assert work.leads.barred(ids) == frozenset()
