"""Moments are whole microseconds inside and RFC 3339 outside, and nothing is lost between."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.moment import DAY, HOUR, MINUTE, SECOND, moment_text, read_moment, span_length


@given(st.integers(-60_000_000_000 * SECOND, 250_000_000_000 * SECOND))
def test_a_moment_reads_back_as_written(at: int) -> None:
    assert read_moment(moment_text(at)) == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01", 0),
        ("1970-01-02T00:00:00Z", DAY),
        ("1970-01-01 00:01", MINUTE),
        ("1970-01-01t00:00:01z", SECOND),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T02:00:00+0200", 0),
        ("1969-12-31T23:00:00-02:00", HOUR),
        ("1970-01-01T00:00:00.1234567Z", 123_456),
        ("1970-01-01T00:00:00.5", 500_000),
    ],
)
def test_rfc_3339_is_read(text: str, at: int) -> None:
    assert read_moment(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1767225600",
        "20260101",
        "2026-W01-1",
        "2026-02-30",
        "2026-01-01T25:00:00Z",
        "2026-01-01T10Z",
        "2026-01-01T10:00:00+25:00",
        "01/02/2026",
        " 2026-01-01",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text) is None


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_every_utc_datetime_is_a_moment(moment: dt.datetime) -> None:
    assert read_moment(moment.isoformat()) == (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // (
        dt.timedelta(microseconds=1)
    )


def test_a_moment_beyond_the_calendar_has_no_text() -> None:
    with pytest.raises(OverflowError):
        moment_text(10**18)


@pytest.mark.parametrize(
    ("text", "span"), [("12h", 12 * HOUR), ("30d", 30 * DAY), ("8w", 56 * DAY)]
)
def test_a_span_has_a_length(text: str, span: int) -> None:
    assert span_length(text) == span


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "1.5d", "3m", "1234567d", "30 d"])
def test_what_is_no_span_has_none(text: str) -> None:
    assert span_length(text) is None
