"""Every word of a comparison is explained, and no other."""

from leadscore.measure.simpler import ORDER
from leadscore.measure.terms import terms


def test_all_recipes_and_baselines_are_explained() -> None:
    for name in (*ORDER, "newest first", "random"):
        assert name in terms([name]).lower()


def test_only_what_is_there_is_explained() -> None:
    assert "points rule" not in terms(["logistic", "seed"])
    assert terms(["mine"]) == ""
