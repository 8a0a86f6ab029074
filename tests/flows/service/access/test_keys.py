"""Keys: made once, found by their prefix, replaced and revoked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadRequest, NotFound
from leadscore.flows.service.access.keys import (
    ROLES,
    SECRET_BYTES,
    KeyTerms,
    accepts,
    key_view,
    list_keys,
    make_key,
    read_key,
    revoke_key,
    rotate_key,
)
from leadscore.flows.service.access.trail import read_trail
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import KeyRow
from leadscore.leads.moment import DAY, HOUR
from tests.store.sql.makers import make_key as make_row

ONE, OTHER = b"\x01" * SECRET_BYTES, b"\x02" * SECRET_BYTES
CONTEXT = Context(now=5 * DAY, caller=Caller(actor="cli", role="admin"))


def later(by: int) -> Context:
    return replace(CONTEXT, now=CONTEXT.now + by)


def test_a_new_key_opens_and_its_secret_is_kept_nowhere(store: Store) -> None:
    with store.begin(write=True) as work:
        made = make_key(work, CONTEXT, KeyTerms(role="rep", name="Ann"), secret=ONE)
        read = read_key(made.text)
        assert read is not None
        row = work.keys.find(read[0])
        assert row == made.row
        assert row is not None
        assert accepts(row, read[1], now=CONTEXT.now)
        assert not accepts(row, "0" * 64, now=CONTEXT.now)
        shown = list_keys(work, now=CONTEXT.now)
    secret = made.text.split("_", 2)[2]
    for place in (repr(made), repr(row), str(shown)):
        assert secret not in place
        assert row.digest not in place
    assert shown[0]["state"] == "active"


@given(secret=st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_every_key_that_is_made_can_be_read(secret: bytes) -> None:
    from leadscore.flows.service.access import keys  # noqa: PLC0415

    made = keys._new_key(CONTEXT, KeyTerms(role="admin"), secret)
    assert read_key(made.text) == (made.row.prefix, made.row.digest)


@given(st.text())
def test_what_is_no_key_is_not_read(text: str) -> None:
    assert read_key(text) is None


def test_a_key_of_too_little_randomness_is_not_made(store: Store) -> None:
    with pytest.raises(ValueError, match="3"), store.begin(write=True) as work:
        make_key(work, CONTEXT, KeyTerms(role="rep"), secret=b"abc")


def test_all_that_is_wrong_with_a_key_is_said_at_once(store: Store) -> None:
    terms = KeyTerms(role="boss", name="x" * 201, expires_at=1, per_minute=0)  # type: ignore[arg-type]  # what a caller may send
    with pytest.raises(BadRequest) as caught, store.begin(write=True) as work:
        make_key(work, CONTEXT, terms, secret=ONE)
    assert [one.field for one in caught.value.faults] == [
        "role",
        "name",
        "expires_at",
        "per_minute",
    ]
    assert ", ".join(ROLES) in str(caught.value)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (make_row(), "active"),
        (make_row(expires_at=11), "active"),
        (make_row(expires_at=10), "expired"),
        (make_row(revoked_at=10), "revoked"),
        (make_row(revoked_at=9, expires_at=3), "revoked"),
    ],
)
def test_a_key_is_accepted_until_it_expires_or_is_revoked(row: KeyRow, state: str) -> None:
    assert key_view(row, now=10)["state"] == state
    assert accepts(row, row.digest, now=10) is (state == "active")


def test_a_rotated_key_is_accepted_beside_the_new_one_for_a_while(store: Store) -> None:
    terms = KeyTerms(role="service", name="crm", expires_at=CONTEXT.now + 90 * DAY, per_minute=7)
    with store.begin(write=True) as work:
        old = make_key(work, CONTEXT, terms, secret=ONE).row
        new = rotate_key(work, later(DAY), old.prefix, secret=OTHER, overlap=HOUR).row
        kept = work.keys.find(old.prefix)
    assert kept is not None
    now = CONTEXT.now + DAY
    assert (new.role, new.name, new.per_minute) == ("service", "crm", 7)
    assert new.expires_at == now + 90 * DAY
    assert accepts(kept, old.digest, now=now + HOUR - 1)
    assert not accepts(kept, old.digest, now=now + HOUR)
    assert accepts(new, new.digest, now=now + HOUR)


def test_a_key_that_ended_is_not_rotated(store: Store) -> None:
    with store.begin(write=True) as work:
        old = make_key(work, CONTEXT, KeyTerms(role="rep"), secret=ONE).row
        revoke_key(work, CONTEXT, old.prefix)
        with pytest.raises(BadRequest, match="not accepted any more"):
            rotate_key(work, CONTEXT, old.prefix, secret=OTHER)
        with pytest.raises(NotFound):
            rotate_key(work, CONTEXT, "nobody", secret=OTHER)


def test_the_old_key_is_not_accepted_forever_beside_the_new_one(store: Store) -> None:
    with store.begin(write=True) as work:
        old = make_key(work, CONTEXT, KeyTerms(role="rep"), secret=ONE).row
        for overlap in (-1, 31 * DAY):
            with pytest.raises(BadRequest, match="days"):
                rotate_key(work, CONTEXT, old.prefix, secret=OTHER, overlap=overlap)


def test_a_key_is_revoked_once_and_the_trail_says_who_did_it(store: Store) -> None:
    with store.begin(write=True) as work:
        row = make_key(work, CONTEXT, KeyTerms(role="rep"), secret=ONE).row
        first = revoke_key(work, later(1), row.prefix)
        again = revoke_key(work, later(2), row.prefix)
        assert first == again
        assert first.revoked_at == CONTEXT.now + 1
        with pytest.raises(NotFound, match="no key"):
            revoke_key(work, CONTEXT, "nobody")
        lines = read_trail(work)["lines"]
    assert isinstance(lines, list)
    assert [(one["actor"], one["action"], one["about"]) for one in lines] == [
        ("cli", "key.revoke", row.prefix),
        ("cli", "key.create", row.prefix),
    ]
