"""What the recipes and baselines of a comparison are, a sentence each."""

from collections.abc import Iterable, Mapping

__all__ = ["terms"]

_TERMS: Mapping[str, str] = {
    "logistic": "logistic adds up a smooth curve for each field: the simplest recipe",
    "ordinal": "ordinal adds up many small decision trees, along the directions that the schema "
    "states",
    "seed": "seed is the recipe that came first: one XGBoost model on leads that were balanced by "
    "making more of the rare ones",
    "points rule": "points rule gives a lead one point for each field on its good side of the "
    "median, as a team could by hand",
    "newest first": "newest first calls the lead that came in last",
    "random": "random calls in any order and says the same of every lead",
    "random forest": "random forest is the usual model of the textbooks, as it comes",
}


def terms(names: Iterable[str]) -> str:
    """Return what those of `names` that are known mean, as one text; empty where none is.

    Parameters
    ----------
    names : iterable of str
        The recipes and baselines of a comparison.
    """
    asked = set(names)
    said = [words for name, words in _TERMS.items() if name in asked]
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
