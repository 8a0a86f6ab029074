"""What was found about protected fields, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.measure.metrics import Number

__all__ = [
    "Bought",
    "Fairness",
    "FieldFairness",
    "Flips",
    "FourFifths",
    "GroupRow",
    "Proxies",
    "Telling",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group: how it is treated, and what came true.

    Parameters
    ----------
    name : str
        The group.
    n : int
        Its leads.
    reference : bool
        Whether the others are compared with it.
    top : Number
        The share that is stated the top tier.
    top_ratio : Number
        That share relative to the reference group's.
    better : Number
        The share that is stated better than the lowest tier.
    better_ratio : Number
        That share relative to the reference group's.
    said : float
        The mean stated probability of the target, in 0-1.
    came : Number
        The share that is of the target.
    came_ratio : Number
        That share relative to the reference group's.
    gap : Number
        `came` less `said`; the interval is what chance allows around it.
    positives : int
        How many leads are of the target.
    recall : Number
        The share of those that is stated the top tier.
    recall_ratio : Number
        That share relative to the reference group's.
    """

    name: str
    n: int
    reference: bool
    top: Number
    top_ratio: Number
    better: Number
    better_ratio: Number
    said: float
    came: Number
    came_ratio: Number
    gap: Number
    positives: int
    recall: Number
    recall_ratio: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FourFifths:
    """The group with the lowest rate of the top tier against the one with the highest.

    Parameters
    ----------
    lowest, highest : str
        The groups; those with too few leads to judge are left out.
    ratio : Number
        Their rates' ratio. The interval allows for all the pairs that it was chosen from.
    came_ratio : Number
        The same of the shares that came true.
    """

    lowest: str
    highest: str
    ratio: Number
    came_ratio: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """What happens to tiers when the field's value alone is changed.

    Parameters
    ----------
    n : int
        How many leads were scored anew with each group's usual value.
    changed : int
        How many of them change tier for at least one of the values.
    """

    n: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A scored field that tells the protected one by itself, and how well."""

    field: str
    words: str
    tells: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """How well the scored fields tell the protected one, on leads that were left out.

    Parameters
    ----------
    figure : {"rank correlation", "AUC"}
        What `tells` is; telling nothing is 0 of the one and 0.5 of the other.
    of : str
        Of an AUC: the group that is told best from all others.
    tells : Number
        How well all scored fields together do; allows for the choice of `of`.
    n : int
        The leads.
    fields : tuple of Telling
        The fields that tell most, each by itself; only those that tell more than nothing.
    """

    figure: str
    of: str
    tells: Number
    n: int
    fields: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What scoring the field buys, by a quick model on leads that were left out.

    Parameters
    ----------
    n : int
        The leads.
    log_loss_without, log_loss_with : float
        Mean log loss of the target, in nats.
    difference : Number
        With less without, lead by lead; below 0 where the field helps.
    auc_without, auc_with : Number
        The AUC of the target.
    """

    n: int
    log_loss_without: float
    log_loss_with: float
    difference: Number
    auc_without: Number
    auc_with: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFairness:
    """One protected field.

    Parameters
    ----------
    field, words : str
        Its name, and its name for people.
    scored : bool
        Whether the model scores it.
    waiver : str
        Why, where it does.
    groups : tuple of GroupRow
        Its groups.
    four_fifths : FourFifths, optional
        None where fewer than two groups have enough leads.
    flips : Flips
        What a changed value does.
    proxies : Proxies, optional
        None where there are too few leads of two groups.
    bought : Bought, optional
        None where there are too few leads.
    findings : tuple of str
        All this in plain words.
    """

    field: str
    words: str
    scored: bool
    waiver: str
    groups: tuple[GroupRow, ...]
    four_fifths: FourFifths | None
    flips: Flips
    proxies: Proxies | None
    bought: Bought | None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """All protected fields of a file.

    Parameters
    ----------
    n : int
        The leads.
    top : str
        The top tier's name.
    lowest : str
        The lowest tier's name.
    target : str
        What is to be found, in the plural, for example ``converted leads``.
    fields : tuple of FieldFairness
        The protected fields that the file has.
    absent : tuple of str
        Those that it lacks.
    comparisons : int
        How many groups are compared with a reference; verdicts allow for all of them.
    """

    n: int
    top: str
    lowest: str
    target: str
    fields: tuple[FieldFairness, ...]
    absent: tuple[str, ...]
    comparisons: int

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "n": self.n,
            "tier": self.top,
            "target": self.target,
            "comparisons": self.comparisons,
            "absent": list(self.absent),
            "fields": [_field_json(one) for one in self.fields],
        }


def _field_json(one: FieldFairness) -> dict[str, object]:
    pair = one.four_fifths
    return {
        "field": one.field,
        "scored": one.scored,
        "waiver": one.waiver,
        "groups": [_group_json(row) for row in one.groups],
        "four_fifths": None if pair is None else _plain(pair, FourFifths.__slots__),
        "flips": {"n": one.flips.n, "changed": one.flips.changed},
        "proxies": None if one.proxies is None else _proxies_json(one.proxies),
        "bought": None if one.bought is None else _plain(one.bought, Bought.__slots__),
        "findings": list(one.findings),
    }


def _group_json(row: GroupRow) -> dict[str, object]:
    return _plain(row, GroupRow.__slots__)


def _proxies_json(one: Proxies) -> dict[str, object]:
    fields = [_plain(telling, ("field", "tells")) for telling in one.fields]
    return {**_plain(one, ("figure", "of", "tells", "n")), "fields": fields}


def _plain(one: object, names: Sequence[str]) -> dict[str, object]:
    return {name: getattr(one, name) for name in names}
