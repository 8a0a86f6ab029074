"""The lane is drawn by lead and day alone, in the share that was asked for."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from leadscore.worklist.lane import lane_of

DAY = dt.date(2026, 3, 9)


@given(st.text(max_size=20), st.dates(), st.floats(0, 1), st.floats(0, 1))
def test_who_is_explored_at_one_share_is_so_at_every_larger_one(
    lead_id: str, day: dt.date, one: float, other: float
) -> None:
    small, large = sorted([one, other])
    if lane_of(lead_id, day, share=small) == "explore":
        assert lane_of(lead_id, day, share=large) == "explore"
    assert lane_of(lead_id, day, share=0) == "priority"
    assert lane_of(lead_id, day, share=1) == "explore"


def test_about_the_share_is_explored_and_others_on_another_day() -> None:
    leads = [f"lead-{at}" for at in range(5_000)]
    today, tomorrow = (
        {one for one in leads if lane_of(one, day, share=0.1) == "explore"}
        for day in (DAY, DAY + dt.timedelta(days=1))
    )
    assert 430 < len(today) < 570
    assert 430 < len(tomorrow) < 570
    assert len(today & tomorrow) < 100
