"""How a call goes on after a failure, without any network: laws of the generator."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.client.calls import leads, service
from leadscore.client.calls.call import Call
from leadscore.client.exchange import Answer, Attempt, Heard, Lost, Patience, Wait, exchange
from leadscore.errors import BadRequest, LeadscoreError, NoModel, TooOften, Unavailable

PATIENCE = Patience(attempts=4, first_wait=1.0, longest_wait=30.0)


def problem(status: int, code: str, **headers: str) -> Answer:
    told = {"code": code, "detail": "words", "errors": [], "next_step": "now"}
    return Answer(status=status, headers=headers, content=json.dumps(told).encode())


def run(
    heard: list[Heard],
    patience: Patience = PATIENCE,
    call: Call[object] | None = None,
) -> tuple[object, list[float]]:
    """Drive a call by what is heard at each attempt; return what came of it, and the waits."""
    made: Call[object] = call or leads.get_lead("L1")
    steps = exchange(made, patience, draw=lambda: 1.0)
    said, waits, coming = None, list[float](), iter(heard)
    try:
        while True:
            step = steps.send(said)
            said = next(coming) if isinstance(step, Attempt) else None
            waits += [step.seconds] if isinstance(step, Wait) else []
    except StopIteration as end:
        return end.value, waits
    except LeadscoreError as error:
        return error, waits


GOOD = Answer(status=200, headers={}, content=b'{"lead_id": "L1"}')


def test_a_good_answer_ends_the_call() -> None:
    assert run([GOOD]) == ({"lead_id": "L1"}, [])


def test_nothing_is_an_answer_too() -> None:
    assert run([Answer(status=204, headers={}, content=b"")]) == (None, [])


def test_a_lost_connection_is_tried_again_each_time_after_twice_as_long() -> None:
    value, waits = run([Lost("refused"), Lost("reset"), Lost("timed out"), GOOD])
    assert value == {"lead_id": "L1"}
    assert waits == [1.0, 2.0, 4.0]


def test_after_the_last_attempt_the_caller_is_told_what_was_heard() -> None:
    value, waits = run([Lost("refused")] * 4)
    assert isinstance(value, Unavailable)
    assert "GET /v1/leads/L1 got no answer: refused." in str(value)
    assert len(waits) == 3


def test_a_busy_service_is_waited_for_as_long_as_it_asks() -> None:
    value, waits = run([problem(429, "too_often", **{"retry-after": "7"}), GOOD])
    assert value == {"lead_id": "L1"}
    assert waits == [pytest.approx(7.1)]


def test_a_wait_longer_than_the_callers_patience_is_told_at_once() -> None:
    value, waits = run([problem(429, "too_often", **{"retry-after": "600"})])
    assert isinstance(value, TooOften)
    assert (value.retry_after, waits) == (600, [])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(422, "bad_request"), BadRequest),
        (problem(503, "no_model"), NoModel),
        (problem(500, "error"), LeadscoreError),
    ],
)
def test_what_another_attempt_would_not_mend_is_told_at_once(
    answer: Answer, error: type[LeadscoreError]
) -> None:
    value, waits = run([answer])
    assert isinstance(value, error)
    assert waits == []


def test_what_must_not_be_repeated_is_not_unless_it_was_never_sent() -> None:
    key = service.create_key("rep")
    value, waits = run([Lost("reset")], call=key)
    assert isinstance(value, Unavailable)
    assert waits == []
    assert run([Lost("refused", sent=False), GOOD], call=key)[1] == [1.0]
    assert run([problem(429, "too_often"), GOOD], call=key)[1] == [pytest.approx(1.1)]


@given(
    st.lists(
        st.sampled_from(
            [
                Lost("refused"),
                problem(503, "unavailable"),
                problem(429, "too_often", **{"retry-after": "2"}),
                Answer(status=502, headers={}, content=b"<html>"),
                GOOD,
            ]
        ),
        min_size=10,
        max_size=10,
    ),
    st.integers(1, 8),
)
def test_attempts_and_waits_keep_within_the_patience(heard: list[Heard], attempts: int) -> None:
    patience = Patience(attempts=attempts, first_wait=0.5, longest_wait=3.0)
    value, waits = run(heard, patience)
    assert len(waits) < attempts
    assert all(0 < one <= 3.0 for one in waits)
    assert isinstance(value, LeadscoreError) is (GOOD not in heard[:attempts])
