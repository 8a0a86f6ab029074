"""Make the bundles that must open for ever: ``python tests/data/make_bundle.py FOLDER``.

Those kept beside this file were made once and are never made again: a bundle of each format number
stays as people have it. This file shows what is in them, and makes those of the next format.
"""

import json
import sys
from pathlib import Path

from leadscore.leads.values import conform_lead
from leadscore.model.bundle import FORMAT
from leadscore.score.record import ScoreRecord, score_record
from leadscore.score.scores import score_leads
from leadscore.store.bundles import read_bundle, write_bundle
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_model, outcome_schema

#: For each bundle's name the leads it scores, as JSON has them.
LEADS: dict[str, list[dict[str, object]]] = {
    "tier": [
        make_lead(lead_id="good"),
        {"lead_id": "poor", "income": 35_000, "credit_score": 560, "email_opens": 90},
        {"lead_id": "unknown"},
    ],
    "outcome": [
        {"source": "Web", "visits": 12, "spend": 80.5, "asked": "yes", "last_seen": "2025-03-01"},
        {"source": "Fax", "visits": 70, "asked": 0},
    ],
}
LEADS["deep"] = LEADS["tier"]


def records(name: str, bundle: Path) -> list[ScoreRecord]:
    """Return what the bundle says of its leads."""
    model = read_bundle(bundle)
    found = []
    for lead in LEADS[name]:
        leads = conform_lead(lead, model.schema).leads
        scores = score_leads(model, leads, as_of="2026-01-31")
        found.append(score_record(model, leads, scores, 0))
    return found


def make(folder: Path) -> None:
    """Write the bundles, one a folder and one a .zip, and beside each what it says."""
    models = {
        "tier": make_model(engine="tables"),
        "outcome": make_model(schema=outcome_schema(), engine="curves"),
        "deep": make_model(engine="trees"),
    }
    for name, suffix in (("tier", ""), ("outcome", ".zip"), ("deep", ".zip")):
        bundle = folder / f"format_{FORMAT}_{name}{suffix}"
        write_bundle(bundle, models[name])
        said = json.dumps(records(name, bundle), indent=1, ensure_ascii=False)
        bundle.with_suffix(".scores.json").write_text(said + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
