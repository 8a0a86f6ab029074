"""When a message is tried again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.flows.service.sending.retry import MOST_ATTEMPTS, Answer, settled
from leadscore.flows.service.service_rows import DeliveryRow
from leadscore.leads.moment import DAY, HOUR, SECOND
from tests.store.sql.makers import make_message

BEGUN = DeliveryRow(
    delivery_id=1,
    webhook_id="w1",
    message=make_message(),
    state="waiting",
    attempts=1,
    next_at=0,
)
lots = st.floats(0, 1)
failures = st.builds(
    Answer,
    status=st.sampled_from([None, 302, 400, 404, 429, 500, 503]),
    error=st.text(max_size=20),
    retry_after=st.none() | st.integers(0, 10 * DAY),
).filter(lambda one: not one.ok)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_what_is_taken_is_sent(status: int) -> None:
    after = settled(replace(BEGUN, error="earlier"), Answer(status=status), now=7, lot=0.5)
    assert (after.state, after.status, after.error, after.settled_at) == ("sent", status, None, 7)


@given(failures, st.integers(1, MOST_ATTEMPTS - 1), lots)
def test_what_failed_waits_longer_each_time_and_never_too_long(
    answer: Answer, attempts: int, lot: float
) -> None:
    after = settled(replace(BEGUN, attempts=attempts), answer, now=0, lot=lot)
    assert after.state == "waiting"
    assert after.error
    assert 4 * SECOND <= after.next_at <= round(6 * HOUR * 1.2)
    again = settled(
        replace(BEGUN, attempts=attempts), replace(answer, retry_after=None), now=0, lot=lot
    )
    assert after.next_at >= again.next_at


def test_a_message_is_dead_about_a_day_after_the_first_attempt() -> None:
    at, delivery = 0, BEGUN
    while delivery.state == "waiting":
        delivery = settled(delivery, Answer(status=500), now=at, lot=0.5)
        at = delivery.next_at
        delivery = replace(delivery, attempts=delivery.attempts + 1)
    assert delivery.state == "dead"
    assert delivery.attempts - 1 == MOST_ATTEMPTS
    assert 0.9 * DAY < (delivery.settled_at or 0) < 1.3 * DAY


def test_who_is_gone_gets_it_never_again() -> None:
    after = settled(BEGUN, Answer(status=410), now=3, lot=0)
    assert (after.state, after.settled_at) == ("dead", 3)


def test_those_that_failed_together_do_not_come_back_together() -> None:
    waits = {settled(BEGUN, Answer(status=500), now=0, lot=lot / 10).next_at for lot in range(11)}
    assert len(waits) == 11
    assert min(waits) == 4 * SECOND
    assert max(waits) == 6 * SECOND


def test_a_receiver_that_asks_for_time_gets_it() -> None:
    asked = Answer(status=503, retry_after=HOUR)
    assert settled(BEGUN, asked, now=0, lot=0.5).next_at == HOUR
