"""Figures and choices in words, for the terminal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadscore.measure.metrics import Number

__all__ = ["choice_words", "number_words"]

_VALIDATIONS = {
    "folds": "on leads held out at random",
    "groups": "on groups held out whole",
    "forward": "on leads that came later",
}


def number_words(number: "Number", *, digits: int = 3) -> str:
    """Return a figure with its 95 % interval.

    Examples
    --------
    >>> number_words({"value": 0.8731, "low": 0.86, "high": 0.881})
    '0.873 (0.860–0.881)'
    """
    value, low, high = number["value"], number["low"], number["high"]
    if value is None:
        return "–"
    interval = "" if low is None or high is None else f" ({low:.{digits}f}–{high:.{digits}f})"
    return f"{value:.{digits}f}{interval}"


def choice_words(choice: object) -> str:
    """Return why `auto` chose what it chose; nothing where a person chose."""
    if not isinstance(choice, Mapping):
        return "(as asked)"
    where = _VALIDATIONS.get(str(choice["validation"]), "")
    tied = choice["chosen"] == "logistic" and choice["ordinal"] < choice["logistic"]
    why = "; too near to call, so the simpler one" if tied else ""
    losses = f"ordinal {choice['ordinal']:.4f}, logistic {choice['logistic']:.4f}"
    return f"(log loss {where}: {losses}{why})"
