"""Makers of leads, for tests."""

import numpy as np
import pandas as pd

from leadscore.leads.schema import investor

__all__ = ["make_frame", "make_lead"]

_LEAD: dict[str, object] = {
    "age": 42,
    "income": 220_000,
    "credit_score": 780,
    "website_visits": 25,
    "email_opens": 15,
    "property_views": 18,
    "contact_attempts": 5,
    "time_on_site_minutes": 90,
    "inquiry_submitted": 1,
    "financing_pre_approved": 1,
    "budget_disclosed": 1,
    "location_preference_set": 1,
}


def make_lead(**fields: object) -> dict[str, object]:
    """Return a good investor lead as JSON has it, with `fields` in place of its own.

    Examples
    --------
    >>> make_lead(income=30_000)["income"]
    30000
    """
    return {**_LEAD, **fields}


def make_frame(n: int, *, seed: int) -> pd.DataFrame:
    """Return `n` plausible investor leads as a CSV file has them: all text, with id and tier.

    The better half of what a lead has and does decides its tier, with some luck.

    Parameters
    ----------
    n : int
        How many leads.
    seed : int
        Equal seeds give equal leads.

    Examples
    --------
    >>> make_frame(2, seed=0)["lead_id"].tolist()
    ['L1', 'L2']
    """
    draws = np.random.default_rng(seed)
    quality = draws.random(n)
    columns: dict[str, list[str]] = {"lead_id": [f"L{at}" for at in range(1, n + 1)]}
    for field in investor().fields:
        low, high = field.range or (0.0, 1.0)
        place = draws.random(n) if field.role == "audit" else draws.beta(1 + 3 * quality, 3)
        whole = np.rint(low + (high - low) * place).astype(np.int64)
        columns[field.name] = [str(value) for value in whole.tolist()]
    cut = np.digitize(quality + draws.normal(0, 0.1, n), [0.4, 0.9])
    columns["tier"] = [("Low", "Medium", "High")[at] for at in cut.tolist()]
    return pd.DataFrame(columns, dtype="str")
