"""Numbers read en-US."""

import pytest

from leadscore.measure.charts.formats import (
    compact,
    count,
    decimal,
    percent,
    percent_range,
    signed,
    times,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (count(1234567), "1,234,567"),
        (decimal(0.26749), "0.267"),
        (decimal(-0.0001), "0.000"),
        (percent(0.1234), "12.3\u00a0%"),
        (percent_range(0.31, 0.44, digits=0), "31–44\u00a0%"),
        (signed(1.3, digits=1), "+1.3"),
        (signed(-0.456), "−0.46"),
        (signed(-0.001), "0.00"),
        (signed(1234.5), "+1,234.50"),
        (times(2.41), "2.4\u00a0×"),
        (compact(-0.5), "−0.5"),
        (compact(2.5e9), "2.5B"),
    ],
)
def test_numbers_read_as_people_write_them(written: str, expected: str) -> None:
    assert written == expected
