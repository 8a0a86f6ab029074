"""What an audit says: a finding for every column, and what is odd about the data."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["Audit", "Evidence", "Finding", "Quality", "Verdict", "Worth", "worst"]

Verdict = Literal["clean", "ask", "leak"]

#: From harmless to grave.
_ORDER: tuple[Verdict, ...] = ("clean", "ask", "leak")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for or against a column.

    Parameters
    ----------
    kind : str
        What kind of evidence it is, for example ``filled_after`` or ``near_copy``.
    value : float, optional
        Its figure, where it has one.
    words : str
        The evidence in words, with its figures.
    """

    kind: str
    value: float | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a suspect buys: AUC of a plain model with every column, and without the suspect.

    Parameters
    ----------
    auc_with : float
        AUC with every judged column, in 0-1.
    auc_without : float
        AUC without this column, in 0-1; columns that are dropped together are named in the
        evidence ``joint``.
    """

    auc_with: float
    auc_without: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one column.

    Parameters
    ----------
    field : str
        The column.
    verdict : Verdict
        ``clean``; ``ask``, if somebody who knows the column must say whether it was known when
        the lead is scored; or ``leak``, if it gives the outcome away.
    role : str
        Its role in the schema; columns that the schema does not name have the role ``ignore``.
    evidence : tuple of Evidence
        What speaks for the verdict, the gravest first, and at the end what the column says about
        the outcome by itself (``lone_auc``).
    worth : Worth, optional
        What the column buys; none where that was not measured.
    line : str
        The line to put into the column's ``[[field]]`` table; empty where nothing is to change.
    why : str
        The reason in one sentence.
    """

    field: str
    verdict: Verdict
    role: str
    evidence: tuple[Evidence, ...]
    worth: Worth | None
    line: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One thing about the data that a person should know before training.

    Parameters
    ----------
    kind : str
        What kind of thing, for example ``duplicates``.
    fields : tuple of str
        The columns that it concerns; empty where it concerns the file.
    value : float, optional
        Its figure, where it has one.
    words : str
        The thing in words, with its figures.
    """

    kind: str
    fields: tuple[str, ...]
    value: float | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """An audit of a file.

    Parameters
    ----------
    verdict : Verdict
        The worst verdict on a column that would be scored.
    findings : tuple of Finding
        One for every column, the gravest first.
    quality : tuple of Quality
        What is odd about the data.
    auc_all : float, optional
        AUC of a plain model on every judged column; none where too few outcomes are known.
    auc_kept : float, optional
        AUC of the same model without the columns that were called a leak.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    quality: tuple[Quality, ...]
    auc_all: float | None
    auc_kept: float | None

    def to_json(self) -> dict[str, object]:
        """Return the audit as plain values for JSON."""
        return {
            "verdict": self.verdict,
            "findings": [_finding(one) for one in self.findings],
            "quality": [asdict(one) | {"fields": list(one.fields)} for one in self.quality],
            "auc_all": self.auc_all,
            "auc_kept": self.auc_kept,
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest of the verdicts; ``clean`` where there are none.

    Examples
    --------
    >>> worst(["clean", "leak", "ask"])
    'leak'
    """
    return max(verdicts, key=_ORDER.index, default="clean")


def _finding(one: Finding) -> dict[str, object]:
    return asdict(one) | {"evidence": [asdict(each) for each in one.evidence]}
