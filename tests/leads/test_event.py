"""Events have one order and one digest; contact data is merged by moment and never printed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.event import Contact, is_name, is_storable, latest_contact, marked
from tests.leads.histories import tracked

VIEW = tracked("view", 5, minutes=2)
ADA = Contact(lead_id="L1", name="Ada Bee", email="ada@example.com", occurred_at=1)

contacts = st.lists(
    st.builds(
        Contact,
        lead_id=st.just("L1"),
        name=st.none() | st.sampled_from("ab"),
        email=st.none() | st.sampled_from("ab"),
        occurred_at=st.integers(0, 4),
    ),
    max_size=5,
)


def test_the_digest_is_of_what_is_said_and_not_of_when() -> None:
    later = replace(VIEW, occurred_at=9, received_at=99, message_id="again")
    assert later.digest == VIEW.digest
    assert replace(VIEW, values={"minutes": 3}).digest != VIEW.digest
    assert replace(VIEW, lead_id="L2").digest != VIEW.digest
    assert replace(VIEW, name="visit").digest != VIEW.digest
    assert replace(VIEW, kind="stated").digest != VIEW.digest


def test_a_digest_does_not_depend_on_the_order_of_the_values() -> None:
    one, other = replace(VIEW, values={"a": 1, "b": 2}), replace(VIEW, values={"b": 2, "a": 1})
    assert one.digest == other.digest


def test_a_made_id_follows_from_what_was_said_and_from_the_mark() -> None:
    assert marked(VIEW, "at 5") == marked(VIEW, "at 5")
    assert is_name(marked(VIEW, "at 5").message_id)
    ids = {
        marked(VIEW, "at 5").message_id,
        marked(VIEW, "at 6").message_id,
        marked(replace(VIEW, name="visit"), "at 5").message_id,
        marked(VIEW, "at 5", contact=ADA).message_id,
    }
    assert len(ids) == 4


def test_contact_data_is_not_printed() -> None:
    assert repr(ADA) == "Contact(lead_id='L1', said=['email', 'name'])"
    assert "Ada" not in f"{ADA} {[ADA]!r}"


@given(contacts, st.data())
def test_the_latest_contact_does_not_depend_on_the_order_of_arrival(
    said: list[Contact], data: st.DataObject
) -> None:
    assert latest_contact(data.draw(st.permutations(said))) == latest_contact(said)


def test_each_part_of_a_contact_is_the_last_one_said() -> None:
    newer = Contact(lead_id="L1", email="bee@example.com", occurred_at=5)
    between = Contact(lead_id="L1", phone="555", email="old@example.com", occurred_at=3)
    found = latest_contact([newer, ADA, between])
    assert found is not None
    assert found.said == {"name": "Ada Bee", "email": "bee@example.com", "phone": "555"}
    assert latest_contact([]) is None


def test_names_and_texts_have_limits() -> None:
    assert [is_name(text) for text in ("", "x" * 100, "x" * 101, "a\nb", "b ", "\ud800")] == [
        False,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [is_storable(text) for text in ("", "a\nb", "x" * 1001, "\0", "\ud800")] == [
        True,
        True,
        False,
        False,
        False,
    ]
