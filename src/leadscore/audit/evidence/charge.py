"""A charge: one piece of evidence, and how grave it is by itself."""

from dataclasses import dataclass

from leadscore.audit.findings import Evidence, Verdict

__all__ = ["Charge", "percent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One thing that speaks against a column.

    Parameters
    ----------
    evidence : Evidence
        What was seen, with its figures.
    verdict : Verdict
        What it would be enough for by itself.
    why : str
        The charge in a few words, for the schema and the first line of the report.
    """

    evidence: Evidence
    verdict: Verdict
    why: str


def percent(share: float) -> str:
    """Return a share for people.

    Examples
    --------
    >>> percent(0.5), percent(0.0123), percent(0.9996)
    ('50 %', '1.2 %', '100 %')
    """
    shown = f"{100 * share:.1f}"
    whole = shown.endswith(".0") or 100 * share >= 9.95
    return f"{100 * share:.0f} %" if whole else f"{shown} %"
