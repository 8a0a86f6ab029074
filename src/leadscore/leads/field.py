"""The parts of a schema: a field, the label, a tier."""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "DEFAULT_TIERS",
    "Direction",
    "Field",
    "FieldType",
    "Label",
    "Role",
    "Theme",
    "Tier",
    "tiers_for",
]

FieldType = Literal["integer", "number", "flag", "category", "text", "time"]
Role = Literal["feature", "audit", "sales", "id", "time", "group", "label", "value", "ignore"]
Theme = Literal["fit", "engagement", "intent", "sales", "other"]
Direction = Literal["up", "down", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a lead.

    Parameters
    ----------
    name : str
        The column's name.
    type : FieldType
        What its values are.
    role : Role
        What the field is for; only a ``feature`` is scored.
    theme : Theme
        The part of the score that its effect is counted in.
    direction : Direction
        Which way a larger value may move the score; ``free`` where that is left to the data.
    range : tuple of float, optional
        The usual span, both ends included; beyond it a lead is scored, with a note.
    limits : tuple of float, optional
        What is possible, both ends included (``inf`` where open); beyond it is a fault.
    unit : str
        The unit for people, for example ``USD a year``; the sign of a currency or the ``%`` that
        it names is read in numbers (``$1,200``). For a time: how its dates are written,
        ``d/m/y`` or ``m/d/y``; ISO 8601 and forms without doubt are read whatever it says.
    phrase : str
        The name for people, for example ``annual income``; the field's name where empty.
    missing : bool
        Whether the value may be missing.
    placeholders : tuple of str
        Texts that stand for "missing", for example ``Select``.
    values : tuple of str
        The known values of a category; empty where any is allowed.
    actionable : bool
        Whether the lead or the team can change it.
    event : str
        The name of the event that the field counts: an integer or a number says how many there
        were, a flag whether there was any. Empty for an attribute: what was last said of it holds.
    adds : str
        The property of the event that is added up instead of counting, for example ``minutes``.
    window : str
        For a counter: how far back to count, for example ``30d``.
    half_life : str
        For a counter: how long until an event counts half, for example ``14d``.
    waiver : str
        Why an ``audit`` or ``sales`` field is scored all the same: makes it a feature. For a
        ``feature``: why it is kept though the audit calls it a leak.
    """

    name: str
    type: FieldType
    role: Role = "feature"
    theme: Theme = "other"
    direction: Direction = "free"
    range: tuple[float, float] | None = None
    limits: tuple[float, float] | None = None
    unit: str = ""
    phrase: str = ""
    missing: bool = True
    placeholders: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    actionable: bool = False
    event: str = ""
    adds: str = ""
    window: str = ""
    half_life: str = ""
    waiver: str = ""

    @property
    def words(self) -> str:
        """The name for people."""
        return self.phrase or self.name.replace("_", " ")

    @property
    def held(self) -> bool:
        """Whether its values may be said of a lead and are kept: not of ids, labels, ignored."""
        return self.role not in ("id", "label", "ignore")

    @property
    def scored(self) -> bool:
        """Whether the field is one of the model's: a feature, or waived to be one."""
        return self.role == "feature" or (self.role in ("audit", "sales") and bool(self.waiver))


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is predicted.

    Parameters
    ----------
    field : str
        The column that holds it.
    classes : tuple of str
        The classes in order, lowest first. Two classes with a `positive` make an outcome.
    positive : str
        The class that counts as converted; empty for a tier label.
    horizon_days : int, optional
        How long an outcome may take, in days.
    """

    field: str
    classes: tuple[str, ...]
    positive: str = ""
    horizon_days: int | None = None

    @property
    def outcome(self) -> bool:
        """Whether the label is an outcome (converted or not) and not a tier."""
        return bool(self.positive)

    @property
    def names(self) -> tuple[str, ...]:
        """What the numbers of the classes stand for; two for an outcome, however many ways to lose.

        Examples
        --------
        >>> Label(field="stage", classes=("lost", "spam", "won"), positive="won").names
        ('not won', 'won')
        """
        if not self.outcome:
            return self.classes
        rest = [one for one in self.classes if one != self.positive]
        return (rest[0] if len(rest) == 1 else f"not {self.positive}", self.positive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One tier: its name, its share of the leads, its action and what it should convert.

    Parameters
    ----------
    name : str
        The tier's name.
    share : float
        For outcome models without an operating point: the share of reference leads, in 0-1.
    action : str
        A short name of the action, for example ``call``.
    text : str
        The action in words.
    due_hours : int, optional
        How many hours the team has.
    conversion : tuple of float, optional
        The expected conversion, low and high end, in 0-1.
    """

    name: str
    share: float
    action: str = ""
    text: str = ""
    due_hours: int | None = None
    conversion: tuple[float, float] | None = None


#: SPEC S2's tiers, lowest first; the shares are the ones outcome models start from.
DEFAULT_TIERS = (
    Tier(name="Low", share=0.4, action="nurture", text="Send the monthly nurture e-mail",
         due_hours=720, conversion=(0.02, 0.05)),
    Tier(name="Medium", share=0.5, action="follow_up", text="Follow up within 3 to 5 days",
         due_hours=120, conversion=(0.15, 0.20)),
    Tier(name="High", share=0.1, action="call", text="Call within 24 hours",
         due_hours=24, conversion=(0.35, 0.40)),
)  # fmt: skip


def tiers_for(classes: tuple[str, ...]) -> tuple[Tier, ...]:
    """Return the tiers of a tier label with these classes, lowest first.

    They are the specified ones where the classes are Low, Medium and High; others have equal
    shares and no action, since nobody has said yet what to do about them.

    Examples
    --------
    >>> [tier.name for tier in tiers_for(("Cold", "Warm", "Hot"))]
    ['Cold', 'Warm', 'Hot']
    """
    if classes == tuple(tier.name for tier in DEFAULT_TIERS):
        return DEFAULT_TIERS
    return tuple(Tier(name=name, share=1 / len(classes)) for name in classes)
