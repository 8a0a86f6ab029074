"""Made leads fit the investor schema and are alike only where asked."""

from leadscore.leads.conform import conform
from leadscore.leads.schema import investor
from leadscore.leads.values import conform_lead
from leadscore.testing.makers import make_frame, make_lead


def test_a_made_lead_fits_and_takes_other_values() -> None:
    assert conform_lead(make_lead(), investor()).faults == ()
    assert make_lead(income=1, more="x") == {**make_lead(), "income": 1, "more": "x"}


def test_a_made_frame_fits_and_has_every_tier() -> None:
    found = conform(make_frame(300, seed=0), investor())
    assert found.faults == ()
    assert found.labels is not None
    assert set(found.labels.tolist()) == {0, 1, 2}


def test_equal_seeds_make_equal_frames() -> None:
    assert make_frame(20, seed=1).equals(make_frame(20, seed=1))
    assert not make_frame(20, seed=1).equals(make_frame(20, seed=2))
