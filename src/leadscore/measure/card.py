"""What a model card says, as plain data: what the model is, how good, and where it fails."""

from dataclasses import dataclass

from leadscore.measure.curves import ReliabilityBin
from leadscore.measure.fairness.record import Fairness
from leadscore.measure.figures import Figure
from leadscore.measure.metrics import Number
from leadscore.measure.report import Comparison, Headline
from leadscore.measure.shapes import Importance
from leadscore.measure.tier_rates import TierRate
from leadscore.measure.warn import Warn

__all__ = ["Card", "CardField", "FigureSet", "Suspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardField:
    """One field of the schema, in words.

    Parameters
    ----------
    name, words : str
        Its name, and its name for people where it has another one.
    type, role, direction : str
        As in the schema.
    span : str
        Its usual span, or its values; empty where the schema does not say.
    scored : bool
        Whether the model scores it.
    waiver : str
        Why it is scored although its role, or the audit, speaks against it.
    """

    name: str
    words: str
    type: str
    role: str
    direction: str
    span: str
    scored: bool
    waiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSet:
    """Figures on leads that were kept apart in one way.

    Parameters
    ----------
    name : str
        How they were kept apart, for example ``Forward in time``.
    words : str
        What that means, and whether it flatters.
    n : int
        How many leads.
    figures : tuple of Figure
        The figures, each with its interval.
    """

    name: str
    words: str
    n: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A column that the audit called a leak, or asks about.

    Parameters
    ----------
    field : str
        The column.
    verdict : str
        ``leak`` or ``ask``.
    done : str
        What became of it: dropped, kept, kept by a waiver.
    why : str
        The reason in one sentence.
    worth : str
        What it would have bought; empty where that was not measured.
    """

    field: str
    verdict: str
    done: str
    why: str
    worth: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that a model card says; equal cards give equal bytes.

    Parameters
    ----------
    title : str
        The model's name and version.
    headline : Headline
        What it brings, in one number and one sentence.
    target : str
        What is to be found, in the plural.
    uses, misuses : tuple of str
        What it is for, and what it is not for.
    data : tuple of (str, str)
        Rows, span in time, open leads, fingerprint.
    classes : tuple of (str, int, float)
        The label's classes: name, leads, share.
    fields : tuple of CardField
        The schema.
    sets : tuple of FigureSet
        Figures, the most honest split first.
    reliability : tuple of ReliabilityBin
        What was said against what came true, on the first split.
    came : str
        The word for what came true: ``converted``, ``were right``.
    ece, ece_floor : Number, optional
        The calibration error, and what chance alone would make it.
    comparison : tuple of Comparison
        The other recipes and baselines beside it.
    simpler : str
        Whether something simpler would have done; empty where it was not compared.
    audited : bool
        Whether the audit was run on the training file.
    suspects : tuple of Suspect
        What it found.
    quality : tuple of str
        What it says about the data.
    fairness : Fairness, optional
        How groups of people are treated.
    unknown : tuple of str
        What the model does not know, and says so.
    limits : tuple of str
        Where it may fail without saying so.
    warnings : tuple of Warn
        What could fool the reader.
    made : tuple of (str, str)
        Recipe, seed, versions, digests.
    tiers : tuple of TierRate
        What converts in each tier on the first split; empty where tiers are the label.
    importance : tuple of Importance
        Which fields move scores most, largest first; empty where that was not measured.
    compared_on : int
        How many leads the comparison is on; 0 for not known.
    """

    title: str
    headline: Headline
    target: str
    uses: tuple[str, ...]
    misuses: tuple[str, ...]
    data: tuple[tuple[str, str], ...]
    classes: tuple[tuple[str, int, float], ...]
    fields: tuple[CardField, ...]
    sets: tuple[FigureSet, ...]
    reliability: tuple[ReliabilityBin, ...]
    came: str
    ece: Number | None
    ece_floor: Number | None
    comparison: tuple[Comparison, ...]
    simpler: str
    audited: bool
    suspects: tuple[Suspect, ...]
    quality: tuple[str, ...]
    fairness: Fairness | None
    unknown: tuple[str, ...]
    limits: tuple[str, ...]
    warnings: tuple[Warn, ...]
    made: tuple[tuple[str, str], ...]
    tiers: tuple[TierRate, ...] = ()
    importance: tuple[Importance, ...] = ()
    compared_on: int = 0
