"""Tiers: the thresholds that part margins, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadBundle
from leadscore.leads.schema import Schema
from leadscore.model.bundle import Model
from leadscore.model.reference import Reference

__all__ = ["UNSCORED", "TierRule", "reference_rule", "stated_by", "stated_tiers", "tier_rule"]

Floats = NDArray[np.float64]

#: The tier of a lead that cannot be scored.
UNSCORED = "Unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """An operating point: from which margin on a lead is in which tier.

    Parameters
    ----------
    names : tuple of str
        The tiers, lowest first.
    cuts : ndarray of shape (tiers - 1,)
        The least margin of each tier but the lowest, never falling; ``inf`` for a tier that no
        lead reaches, ``-inf`` for one that every lead does.
    """

    names: tuple[str, ...]
    cuts: Floats

    def tiers(self, margin: Floats) -> NDArray[np.intp]:
        """Return each margin's tier, as its place in `names`."""
        return np.searchsorted(self.cuts, margin, side="right")

    def to_json(self) -> dict[str, object]:
        """Return the rule as JSON values.

        Examples
        --------
        >>> TierRule(names=("Low", "High"), cuts=np.array([1.5])).to_json()
        {'tiers': ['Low', 'High'], 'cuts': [1.5]}
        """
        cuts = [cut if np.isfinite(cut) else str(cut) for cut in self.cuts.tolist()]
        return {"tiers": list(self.names), "cuts": cuts}

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> "TierRule":
        """Return the rule that `to_json` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a key is missing, or its value is not what it should be.
        """
        names, cuts = raw["tiers"], raw["cuts"]
        if not isinstance(names, list) or not isinstance(cuts, list):
            raise TypeError("tiers and cuts must be lists")
        found = cls(
            names=tuple(map(str, names)), cuts=np.array([float(cut) for cut in cuts], np.float64)
        )
        # not written as a difference: inf - inf is not a number
        falling = np.any(found.cuts[1:] < found.cuts[:-1]) or np.any(np.isnan(found.cuts))
        if len(found.cuts) != len(found.names) - 1 or falling:
            raise ValueError("one rising cut belongs between each tier and the next")
        return found


def reference_rule(schema: Schema, reference: Reference) -> TierRule:
    """Return the rule that gives the reference leads the schema's shares of tiers.

    Equal margins stay in one tier, so with few distinct margins the shares are the nearest that
    can be had.
    """
    margins = np.unique(reference.margins)
    below = np.searchsorted(reference.margins, margins, side="left") / len(reference.margins)
    candidates = np.concatenate([[-np.inf], margins[1:], [np.inf]])
    shares = np.concatenate([[0.0], below[1:], [1.0]])
    wanted = np.cumsum([tier.share for tier in schema.tiers])[:-1]
    # the last of equally near ones: a tie goes to the lower tier
    nearest = [len(shares) - 1 - np.argmin(np.abs(shares - one)[::-1]) for one in wanted]
    return TierRule(
        names=tuple(tier.name for tier in schema.tiers),
        cuts=candidates[np.array(nearest, dtype=np.intp)],
    )


def tier_rule(model: Model) -> TierRule | None:
    """Return the model's thresholds; None where it states its most probable class.

    That is the operating point where one was set; for an outcome model otherwise the margins that
    part the reference leads by the schema's shares.

    Raises
    ------
    BadBundle
        If the operating point is not one, or names other tiers than the schema.
    """
    if model.operating_point is not None:
        return _operating_point(model.operating_point, model.schema)
    return reference_rule(model.schema, model.reference) if model.outcome else None


def stated_tiers(model: Model, margin: Floats, probabilities: Floats) -> NDArray[np.intp]:
    """Return each lead's tier as its place among the schema's; of equally probable ones the lower.

    Parameters
    ----------
    model : Model
        The model.
    margin : ndarray of shape (n,)
        The leads' margins.
    probabilities : ndarray of shape (n, K)
        Their class probabilities.
    """
    return stated_by(tier_rule(model), margin, probabilities)


def stated_by(rule: TierRule | None, margin: Floats, probabilities: Floats) -> NDArray[np.intp]:
    """Return what `stated_tiers` does, for the rule of a model."""
    return np.argmax(probabilities, axis=1) if rule is None else rule.tiers(margin)


def _operating_point(raw: Mapping[str, object], schema: Schema) -> TierRule:
    try:
        rule = TierRule.from_json(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise BadBundle(
            f"The bundle's part operating_point.json is not what it should be: {error}.",
            next_step="Take a fresh copy of the bundle, or choose the operating point again.",
        ) from error
    if rule.names != tuple(tier.name for tier in schema.tiers):
        raise BadBundle(
            f"The operating point is for the tiers {', '.join(rule.names)}.",
            allowed=", ".join(tier.name for tier in schema.tiers),
            next_step="Choose the operating point again.",
        )
    return rule
