"""The law of the world: how likely a lead is to convert, from what its row shows and the drift.

Every effect here is assumed. They saturate, they come in pairs, and a missing value has an effect
of its own; none depends on a hidden trait, on age, on what happens after the scoring, or on what
the seller did. A larger value of a field whose direction is up never lowers the chance. The margin
is scaled, shifted and capped so that the tiers convert as SPEC S2 says (High 35-40 %, Medium
15-20 %, Low 2-5 %), and that the best possible AUC lies where honest figures before contact do:
0.60-0.80 in general, 0.62-0.63 of a real B2B team (a public repository,
russellmoss/lead-scoring-production).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["CUTS", "TIERS", "bayes_figures", "bayes_tier", "tier_figures", "true_chance"]

Numbers = NDArray[np.float64]
Texts = NDArray[np.object_]

#: The tiers, lowest first, and the chances from which a lead is Medium and High.
TIERS = ("Low", "Medium", "High")
CUTS = (0.085, 0.29)

#: Even the best lead converts in at most six of ten cases.
_CEILING, _SCALE, _SHIFT = 0.6, 0.95, -4.46
#: The drift: everyone converts less, and an inquiry says less than half of what it said.
_DRIFT_SHIFT, _INQUIRY, _INQUIRY_DRIFTED = -0.20, 1.0, 0.45

_SOURCES = {"referral": 0.9, "event": 0.2, "email": -0.1, "portal": -0.2, "social": -0.6}
_TYPES = {"multi_family": 0.25, "condo": 0.1, "commercial": -0.2, "vacation": -0.35, "land": -0.6}
_UNSAID_TYPE = -0.3
_SEASONS = {"spring": 0.25, "summer": 0.10, "winter": -0.25}


def true_chance(
    numbers: Mapping[str, Numbers], texts: Mapping[str, Texts], *, drifted: NDArray[np.bool_]
) -> Numbers:
    """Return the exact probability that each lead converts within the horizon.

    Parameters
    ----------
    numbers : mapping of str to ndarray of shape (n,)
        The numbers of the leads file, NaN where missing.
    texts : mapping of str to ndarray of object of shape (n,)
        Its categories, None where missing.
    drifted : ndarray of bool of shape (n,)
        Whether the lead arrived after the drift.

    Returns
    -------
    ndarray of shape (n,)
        Probabilities, in 0-1.
    """
    inquiry = np.where(drifted, _INQUIRY_DRIFTED, _INQUIRY)
    margin = (
        np.where(drifted, _DRIFT_SHIFT, 0.0)
        + inquiry * numbers["inquiry_submitted"]
        + _fit(numbers, texts)
        + _interest(numbers)
        + _origin(texts)
    )
    chance: Numbers = _CEILING / (1 + np.exp(-(_SCALE * margin + _SHIFT)))
    return chance


def bayes_tier(chance: Numbers) -> NDArray[np.int64]:
    """Return the true tier of each chance, as its place in `TIERS`."""
    return np.searchsorted(np.array(CUTS), chance, side="right").astype(np.int64)


def bayes_figures(chance: Numbers) -> dict[str, float | None]:
    """Return the best AUC, log loss and Brier score that any model can reach on these leads.

    They are expectations over the outcomes, given the leads: no draw enters them. The AUC is the
    chance that, of two leads of which just one converts, it is the one with the larger
    probability; None where there is no such pair.

    Examples
    --------
    >>> bayes_figures(np.array([0.1, 0.5]))["auc"]
    0.9
    """
    held = np.clip(chance, 1e-12, 1 - 1e-12)
    entropy = -(held * np.log(held) + (1 - held) * np.log(1 - held))
    return {
        "auc": _auc(chance),
        "log_loss": float(entropy.mean()),
        "brier": float((chance * (1 - chance)).mean()),
    }


def tier_figures(chance: Numbers) -> dict[str, dict[str, float | None]]:
    """Return each tier's share of the leads and its expected conversion."""
    tier = bayes_tier(chance)
    found: dict[str, dict[str, float | None]] = {}
    for place, name in enumerate(TIERS):
        own = chance[tier == place]
        rate = float(own.mean()) if len(own) else None
        found[name] = {"share": len(own) / len(chance), "conversion": rate}
    return found


def _auc(chance: Numbers) -> float | None:
    """Return the expected AUC: each pair counted with the chance that just one converts."""
    values, place = np.unique(chance, return_inverse=True)
    won = np.bincount(place, weights=chance, minlength=len(values))
    lost = np.bincount(place, weights=1 - chance, minlength=len(values))
    # nobody is compared with oneself
    alone = np.bincount(place, weights=chance * (1 - chance), minlength=len(values))
    below = np.cumsum(lost) - lost
    pairs = won.sum() * lost.sum() - alone.sum()
    if len(chance) < 2 or pairs <= 0:
        return None
    return float(((won * below).sum() + (won * lost - alone).sum() / 2) / pairs)


def _fit(numbers: Mapping[str, Numbers], texts: Mapping[str, Texts]) -> Numbers:
    """Return the effect of what a lead can afford; money and credit help each other."""
    purse = _filled(1 - np.exp(-np.maximum(numbers["income"] - 25_000, 0) / 120_000), 0.35)
    credit = _filled(1 / (1 + np.exp(-(numbers["credit_score"] - 690) / 40)), 0.45)
    debt = _filled(np.clip((numbers["debt_to_income"] - 30) / 20, 0, 1.5), 0.55)
    approved = numbers["financing_pre_approved"]
    large = np.isin(texts["property_type"].astype(str), ("multi_family", "commercial"))
    found: Numbers = (
        1.1 * purse
        + 1.3 * credit
        + 0.9 * purse * credit
        + approved * (1.1 - 0.5 * credit)
        + 0.6 * purse * large
        - 0.45 * debt
    )
    return found


def _interest(numbers: Mapping[str, Numbers]) -> Numbers:
    """Return the effect of what a lead did; more of it counts for less and less."""
    views = 1 - np.exp(-numbers["property_views"] / 5)
    found: Numbers = (
        0.7 * (1 - np.exp(-numbers["website_visits"] / 8))
        + 0.9 * views
        + 0.4 * (1 - np.exp(-numbers["time_on_site_minutes"] / 30))
        + 0.35 * (1 - np.exp(-numbers["email_opens"] / 4))
        + 0.3 * numbers["budget_disclosed"]
        + 0.15 * numbers["location_preference_set"]
        + 0.6 * views * numbers["location_preference_set"]
    )
    return found


def _origin(texts: Mapping[str, Texts]) -> Numbers:
    """Return the effect of source, type of property and season."""
    effects = (("source", _SOURCES), ("property_type", _TYPES), ("season", _SEASONS))
    found = np.zeros(len(texts["source"]))
    for name, worth in effects:
        for value, effect in worth.items():
            found += effect * (texts[name] == value)
    unsaid = np.array([one is None for one in texts["property_type"]], dtype=np.float64)
    return found + _UNSAID_TYPE * unsaid


def _filled(values: Numbers, missing: float) -> Numbers:
    return np.where(np.isnan(values), missing, values)
