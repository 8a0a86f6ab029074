"""Make the bundles that must open for ever: ``python tests/data/make_bundle.py FOLDER``.

Those kept beside this file were made once and are never made again: a bundle of each format number
stays as people have it. This file shows what is in them, and makes those of the next format.
"""

import json
import sys
from dataclasses import replace
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

#: Leads that bundles score which keep what the model does not know (format 2 and later).
MORE: dict[str, list[dict[str, object]]] = {
    "tier": [
        make_lead(lead_id="far", income=9e6, website_visits=900, email_opens=900, property_views=90)
    ],
    "outcome": [{"source": "Fax", "visits": 4_000, "spend": 1e6, "last_seen": "1970-01-01"}],
}
MORE["deep"] = MORE["tier"]


def records(bundle: Path) -> list[ScoreRecord]:
    """Return what the bundle, named ``format_NUMBER_NAME``, says of its leads."""
    _, number, name = bundle.stem.split("_")
    model = read_bundle(bundle)
    found = []
    for lead in LEADS[name] + (MORE[name] if int(number) > 1 else []):
        leads = conform_lead(lead, model.schema).leads
        scores = score_leads(model, leads, as_of="2026-01-31")
        found.append(score_record(model, leads, scores, 0))
    return found


def make(folder: Path) -> None:
    """Write the bundles, one a folder and one a .zip, and beside each what it says."""
    pages = {"card.html": "<h1>Model card</h1>\n", "card.md": "# Model card\n"}
    models = {
        "tier": replace(make_model(engine="tables", doubt=True), pages=pages),
        "outcome": make_model(schema=outcome_schema(), engine="curves", doubt=True),
        "deep": make_model(engine="trees", doubt=True),
    }
    for name, suffix in (("tier", ""), ("outcome", ".zip"), ("deep", ".zip")):
        bundle = folder / f"format_{FORMAT}_{name}{suffix}"
        write_bundle(bundle, models[name])
        said = json.dumps(records(bundle), indent=1, ensure_ascii=False)
        bundle.with_suffix(".scores.json").write_text(said + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
