"""What the label's classes are called where people read."""

from leadscore.flows.labelled import class_names
from leadscore.leads.schema import Schema
from leadscore.measure.coverage import Coverage

__all__ = ["class_words", "coverage_in_words"]

#: Values that say nothing without their column's name; numbers are others.
_BARE = frozenset(["yes", "y", "true", "t", "no", "n", "false", "f"])


def class_words(schema: Schema) -> tuple[str, ...]:
    """Return the names of the classes; for an outcome of 0 and 1, what these stand for.

    Parameters
    ----------
    schema : Schema
        The schema.
    """
    names, label = class_names(schema), schema.label
    if label is None or not label.outcome:
        return names
    bare = label.positive.lower() in _BARE or label.positive.isdecimal()
    return ("not converted", "converted") if bare else names


def coverage_in_words(found: Coverage, schema: Schema) -> Coverage:
    """Return how often sets held the truth, by the classes' names for people."""
    said = dict(zip(class_names(schema), class_words(schema), strict=True))
    by_class = {said[name]: one for name, one in found["coverage_by_class"].items()}
    return {**found, "coverage_by_class": by_class}
