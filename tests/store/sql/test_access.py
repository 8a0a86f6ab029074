"""Keys, the audit log, kept answers and leases."""

from contextlib import suppress
from dataclasses import replace

from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import TrailRow
from leadscore.store.sql.hashes import Hashes
from tests.store.sql.makers import hold, make_key, make_reply


def test_a_key_is_found_by_its_prefix(store: Store) -> None:
    key, other = make_key(expires_at=9), make_key("k2", created_at=2)
    with store.begin(write=True) as work:
        work.keys.add(other)
        work.keys.add(key)
        assert [work.keys.find(one) for one in ("k1", "k2", "k3")] == [key, other, None]
        assert work.keys.all() == [key, other]
    assert key.digest not in repr(key)


def test_a_key_is_revoked_once_and_only_ever_ends_earlier(store: Store) -> None:
    with store.begin(write=True) as work:
        work.keys.add(make_key())
        assert work.keys.expire("k1", at=50)
        assert work.keys.expire("k1", at=40)
        assert not work.keys.expire("k1", at=60)
        assert work.keys.revoke("k1", at=30)
        assert not work.keys.revoke("k1", at=31)
        assert not work.keys.revoke("k2", at=30)
        assert work.keys.find("k1") == make_key(expires_at=40, revoked_at=30)


def test_use_of_a_key_is_written_down_once_in_a_while(store: Store) -> None:
    with store.begin(write=True) as work:
        work.keys.add(make_key())
        assert [work.keys.used("k1", at=at, every=60) for at in (0, 59, 60, 61)] == [
            True,
            False,
            True,
            False,
        ]
        assert work.keys.find("k1") == make_key(last_used_at=60)


def test_the_trail_names_a_lead_while_it_is_known(store: Store) -> None:
    hold(store, "L1")
    lines = [
        TrailRow(at=1, actor="k1", action="lead.export", lead_id="L1", details={"rows": 3}),
        TrailRow(at=2, actor="cli", action="model.promote", about="d1"),
        TrailRow(at=3, actor="k1", action="lead.erase", lead_id="L1"),
    ]
    with store.begin(write=True) as work:
        for line in lines:
            work.trail.add(line)
        found = work.trail.page(most=9)
        assert [replace(one, number=0, lead_hash=None) for one in found] == lines[::-1]
        assert found[0].lead_hash == found[2].lead_hash
        assert found[1].lead_hash is None
        work.leads.erase("L1", at=4)
        gone = work.trail.page(lead_id="L1", most=9)
        assert [one.lead_id for one in gone] == [None, None]
        assert [one.lead_hash for one in gone] == [found[0].lead_hash] * 2
        assert work.trail.page(before=found[1].number, most=9) == [gone[-1]]


def test_a_lead_is_called_otherwise_in_another_database() -> None:
    one, other = Hashes("one"), Hashes("other")
    assert len({one.lead("L1"), one.lead("L2"), one.email("L1"), other.lead("L1")}) == 4


def test_a_write_is_answered_once(store: Store) -> None:
    reply = make_reply()
    with store.begin(write=True) as work:
        assert work.replies.reserve("k1", "once", request=reply.request, at=1) is None
        work.replies.keep(reply, lead_ids=["L1"])
    with store.begin(write=True) as work:
        assert work.replies.reserve("k1", "once", request="another", at=2) == reply
        # another caller's key of the same name is another key
        assert work.replies.reserve("k2", "once", request=reply.request, at=2) is None


def test_a_write_that_failed_may_be_made_again(store: Store) -> None:
    with suppress(KeyError), store.begin(write=True) as work:
        work.replies.reserve("k1", "once", request="q", at=1)
        raise KeyError
    with store.begin(write=True) as work:
        assert work.replies.reserve("k1", "once", request="q", at=2) is None


def test_old_answers_go(store: Store) -> None:
    with store.begin(write=True) as work:
        for at in range(4):
            work.replies.reserve("k1", f"key{at}", request="q", at=at)
            work.replies.keep(make_reply(f"key{at}"), lead_ids=["L1", "L2"])
        assert work.replies.expire(before=3, most=2) == 2
        assert work.replies.expire(before=3, most=2) == 1
        assert work.replies.reserve("k1", "key3", request="q", at=9) is not None


def test_a_lease_is_had_by_one_until_it_is_over_or_given_back(store: Store) -> None:
    with store.begin(write=True) as work:
        assert work.leases.take("worker", holder="a", now=0, until=10)
        assert not work.leases.take("worker", holder="b", now=9, until=19)
        assert work.leases.take("worker", holder="a", now=9, until=20)
        assert work.leases.take("other", holder="b", now=9, until=20)
        assert work.leases.take("worker", holder="b", now=20, until=30)
        work.leases.give_back("worker", holder="a")
        assert not work.leases.take("worker", holder="a", now=21, until=31)
        work.leases.give_back("worker", holder="b")
        assert work.leases.take("worker", holder="a", now=21, until=31)
