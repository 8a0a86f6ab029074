"""Refusing input for its faults: all of them at once."""

from collections.abc import Mapping

from leadscore.errors import BadInput, BadRequest, Fault
from leadscore.leads.schema import Schema
from leadscore.leads.values import conform_lead

__all__ = ["MEND", "no_mapping", "refusal", "refused_lead"]

MEND = "Mend the values named above, or widen the schema's limits."


def refusal(faults: tuple[Fault, ...], *, what: str = "input", next_step: str = MEND) -> BadInput:
    """Return the error that refuses input for these faults.

    Parameters
    ----------
    faults : tuple of Fault
        One at least.
    what : str
        What has them.
    next_step : str
        What to do next.

    Examples
    --------
    >>> print(refusal((Fault(field="income", got="'a lot'", allowed="a number"),)).words())
    The input has 1 fault.
      income: got 'a lot', allowed: a number
    Mend the values named above, or widen the schema's limits.
    """
    count = f"{len(faults):,} fault{'s' if len(faults) > 1 else ''}"
    return BadInput(f"The {what} has {count}.", next_step=next_step, faults=faults)


def no_mapping(lead: object) -> BadRequest:
    """Return the error that refuses what is no lead at all."""
    return BadRequest(
        f"The lead is a {type(lead).__name__}.", allowed="a mapping of fields to values, as a dict"
    )


def refused_lead(values: Mapping[str, object], schema: Schema) -> BadInput:
    """Return the error that refuses a lead to be scored, with all its faults.

    What became of a lead is no part of scoring it, and its faults are none of the lead's.

    Parameters
    ----------
    values : mapping of str to object
        The lead as JSON has it.
    schema : Schema
        The schema.
    """
    label = schema.label.field if schema.label else ""
    faults = conform_lead(values, schema).faults
    return refusal(tuple(fault for fault in faults if fault.field != label))
