"""Made-up CRM exports in several dialects, with what is honest and what is not known beforehand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Export:
    """An export, its label, the columns that must be named, and those that must be a leak."""

    frame: pd.DataFrame
    label: str
    positive: str
    suspects: frozenset[str]
    leaks: frozenset[str]


def pick(rng: Rng, n: int, weights: Mapping[str, float]) -> Texts:
    share = np.array([*weights.values()])
    return rng.choice(np.array([*weights], dtype=object), size=n, p=share / share.sum())


def by_outcome(rng: Rng, won: NDArray[np.bool_], rows: Mapping[str, tuple[float, float]]) -> Texts:
    """Draw levels whose weights differ between losers (first) and winners (second)."""
    found = np.empty(len(won), dtype=object)
    for side in (0, 1):
        here = won == bool(side)
        found[here] = pick(rng, int(here.sum()), {k: v[side] for k, v in rows.items()})
    return found


def blanked(values: Sequence[object] | Texts, there: NDArray[np.bool_], blank: str = "") -> Texts:
    return np.where(there, np.array([str(one) for one in values], dtype=object), blank)


def dates(seconds: NDArray[np.float64], there: NDArray[np.bool_], form: str) -> Texts:
    moments = pd.to_datetime(pd.Series(seconds.astype(np.int64)), unit="s")
    return np.where(there, moments.dt.strftime(form).to_numpy(dtype=object), "")


def traits(rng: Rng, n: int, base: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what is latent about each lead, and who wins: honest columns reach AUC 0.75 or so."""
    keen = rng.normal(size=n)
    odds = 1.1 * keen + rng.logistic(size=n)
    return keen, odds > np.quantile(odds, 1 - base)


def education(n: int = 6000, seed: int = 0) -> Export:
    """As an education company's file: `Select` where nobody chose, tags and grades by sales."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.385)
    add_form = rng.random(n) < np.where(won, 0.19, 0.009)
    asked = rng.random(n) < np.where(won, 0.90, 0.59)
    tags = {
        "Will revert after reading the email": (0.011, 0.56),
        "Ringing": (0.206, 0.01),
        "Interested in other courses": (0.088, 0.004),
        "Already a student": (0.081, 0.001),
        "Closed by Horizzon": (0.0004, 0.10),
        "switched off": (0.041, 0.001),
        "Lost to EINS": (0.0007, 0.049),
        "": (0.44, 0.24),
        "Busy": (0.025, 0.03),
    }
    quality = {
        "": (0.65, 0.31),
        "Might be": (0.067, 0.33),
        "Not Sure": (0.146, 0.074),
        "High in Relevance": (0.006, 0.17),
        "Worst": (0.104, 0.004),
        "Low in Relevance": (0.02, 0.13),
    }
    profile = {
        "": (0.33, 0.24),
        "Select": (0.45, 0.44),
        "Potential Lead": (0.06, 0.36),
        "Other Leads": (0.054, 0.05),
        "Student of SomeSchool": (0.04, 0.003),
    }
    last = {
        "Email Opened": (0.38, 0.35),
        "SMS Sent": (0.18, 0.485),
        "Olark Chat Conversation": (0.157, 0.024),
        "Page Visited on Website": (0.087, 0.042),
        "Converted to Lead": (0.066, 0.015),
        "Email Bounced": (0.053, 0.007),
    }
    notable = {
        "Modified": (0.463, 0.22),
        "Email Opened": (0.32, 0.29),
        "SMS Sent": (0.117, 0.423),
        "Page Visited on Website": (0.04, 0.026),
        "Olark Chat Conversation": (0.03, 0.007),
    }
    scored = rng.random(n) < 0.54
    visits = rng.poisson(np.exp(0.9 + 0.15 * keen))
    frame = pd.DataFrame(
        {
            "Prospect ID": [f"{one:032x}"[:32] for one in rng.integers(1 << 60, size=n).tolist()],
            "Lead Number": [str(660_737 - 9 * at) for at in range(n)],
            "Lead Origin": np.where(
                add_form,
                "Lead Add Form",
                by_outcome(
                    rng, won, {"API": (0.45, 0.38), "Landing Page Submission": (0.55, 0.62)}
                ),
            ),
            "Lead Source": np.where(
                add_form,
                pick(rng, n, {"Reference": 4, "Welingak Website": 1}),
                by_outcome(
                    rng,
                    won,
                    {
                        "Google": (0.31, 0.4),
                        "Direct Traffic": (0.31, 0.29),
                        "Olark Chat": (0.24, 0.16),
                        "Organic Search": (0.13, 0.15),
                    },
                ),
            ),
            "Do Not Email": by_outcome(rng, won, {"No": (0.89, 0.97), "Yes": (0.11, 0.03)}),
            "Do Not Call": pick(rng, n, {"No": 4000, "Yes": 1}),
            "TotalVisits": blanked(visits.tolist(), rng.random(n) > 0.015),
            "Total Time Spent on Website": np.where(
                visits == 0, 0, np.round(np.exp(5.4 + 0.8 * keen + rng.normal(size=n)))
            )
            .astype(int)
            .astype(str),
            "Page Views Per Visit": np.round(rng.gamma(2, 1.2, size=n), 2).astype(str),
            "Last Activity": by_outcome(rng, won, last),
            "Country": blanked(
                pick(rng, n, {"India": 95, "United States": 2, "UAE": 2}), rng.random(n) > 0.27
            ),
            "Specialization": blanked(
                pick(rng, n, {"Select": 25, "Finance": 12, "HR": 11, "Marketing": 10}), asked
            ),
            "What is your current occupation": blanked(
                by_outcome(
                    rng,
                    won,
                    {
                        "Unemployed": (0.93, 0.77),
                        "Working Professional": (0.02, 0.20),
                        "Student": (0.04, 0.02),
                    },
                ),
                asked,
            ),
            "What matters most to you in choosing a course": blanked(
                pick(rng, n, {"Better Career Prospects": 6528, "Other": 3}), asked
            ),
            "Search": pick(rng, n, {"No": 600, "Yes": 1}),
            "Tags": by_outcome(rng, won, tags),
            "Lead Quality": by_outcome(rng, won, quality),
            "Lead Profile": by_outcome(rng, won, profile),
            "City": blanked(
                pick(rng, n, {"Mumbai": 5, "Select": 4, "Thane & Outskirts": 1}),
                rng.random(n) > 0.15,
            ),
            "Asymmetrique Activity Index": blanked(
                pick(rng, n, {"02.Medium": 8, "01.High": 2, "03.Low": 1}), scored
            ),
            "Asymmetrique Activity Score": blanked(rng.integers(7, 19, size=n).tolist(), scored),
            "Asymmetrique Profile Score": blanked(np.round(15 + keen).astype(int).tolist(), scored),
            "A free copy of Mastering The Interview": pick(rng, n, {"No": 2, "Yes": 1}),
            "Last Notable Activity": by_outcome(rng, won, notable),
            "Converted": won.astype(int).astype(str),
        },
        dtype="str",
    )
    return Export(
        frame=frame,
        label="Converted",
        positive="1",
        suspects=frozenset(
            [
                *("Tags", "Lead Quality", "Lead Profile", "Last Activity"),
                *("Last Notable Activity", "Asymmetrique Profile Score"),
            ]
        ),
        leaks=frozenset(["Tags"]),
    )


def hubspot(n: int = 4000, seed: int = 0) -> Export:
    """As HubSpot names its properties: deals with closed dates, reasons and amounts of winners."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.22)
    made = 1.7e9 + np.sort(rng.random(n)) * 4e7
    closed = made + rng.exponential(30 * 86_400, size=n)
    every = np.ones(n, dtype=bool)
    frame = pd.DataFrame(
        {
            "hs_object_id": [str(11_000_000_000 + 37 * at) for at in range(n)],
            "createdate": dates(made, every, "%Y-%m-%d %H:%M:%S"),
            "closedate": dates(closed, won | (rng.random(n) < 0.4), "%Y-%m-%d %H:%M:%S"),
            "closed_won_reason": blanked(
                pick(rng, n, {"price": 2, "fit": 2, "timing": 1}), won & (rng.random(n) < 0.7)
            ),
            "closed_lost_reason": blanked(
                pick(rng, n, {"budget": 3, "competitor": 2}), ~won & (rng.random(n) < 0.6)
            ),
            "hs_deal_stage_probability": np.where(won, "1.0", "0.0"),
            "amount": blanked(
                np.round(rng.lognormal(9, 1, size=n), 2).tolist(), won | (rng.random(n) < 0.08)
            ),
            "hs_analytics_source": pick(
                rng, n, {"ORGANIC_SEARCH": 4, "PAID_SEARCH": 3, "REFERRALS": 2, "OFFLINE": 1}
            ),
            "hs_analytics_num_page_views": rng.poisson(np.exp(1.6 + 0.4 * keen)).astype(str),
            "hs_email_open": rng.poisson(np.exp(0.8 + 0.3 * keen)).astype(str),
            "num_notes": rng.poisson(np.where(won, 6.0, 1.5)).astype(str),
            "notes_last_updated": dates(
                np.where(won, closed, made + 86_400 * 3), every, "%Y-%m-%d %H:%M:%S"
            ),
            "numemployees": np.round(np.exp(3 + 0.5 * keen + rng.normal(size=n)))
            .astype(int)
            .astype(str),
            "annualrevenue": blanked(
                np.round(rng.lognormal(14, 1.5, size=n)).tolist(),
                rng.random(n) < 0.6 + 0.1 * (keen > 0),
            ),
            "industry": pick(rng, n, {"SOFTWARE": 3, "RETAIL": 2, "FINANCE": 2, "HEALTH": 1}),
            "country": pick(rng, n, {"US": 5, "DE": 2, "UK": 2, "FR": 1}),
            "dealtype": pick(rng, n, {"newbusiness": 3, "existingbusiness": 1}),
            "hubspot_owner_id": pick(rng, n, {str(4000 + at): 1 for at in range(9)}),
            "won": won.astype(int).astype(str),
        },
        dtype="str",
    )
    named = [
        "closedate",
        "closed_won_reason",
        "closed_lost_reason",
        "hs_deal_stage_probability",
        "amount",
        "num_notes",
        "notes_last_updated",
    ]
    return Export(
        frame=frame,
        label="won",
        positive="1",
        suspects=frozenset(named),
        leaks=frozenset(named) - {"num_notes", "notes_last_updated"},
    )


def salesforce(n: int = 4000, seed: int = 0) -> Export:
    """As Salesforce names its opportunities: stages, probabilities, day-first closed dates."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.3)
    made = 1.69e9 + rng.random(n) * 4e7
    every = np.ones(n, dtype=bool)
    stage = np.where(
        won, "Closed Won", pick(rng, n, {"Closed Lost": 8, "Negotiation": 1, "Qualification": 1})
    )
    chance = {"Closed Won": "100", "Closed Lost": "0", "Negotiation": "75", "Qualification": "10"}
    frame = pd.DataFrame(
        {
            "Id": [f"0065g00000{one:06X}AAJ" for one in rng.permutation(n * 3)[:n].tolist()],
            "CreatedDate": dates(made, every, "%d/%m/%Y"),
            "CloseDate": dates(
                made + np.where(won, 35, 80) * 86_400 + rng.exponential(2e6, size=n),
                every,
                "%d/%m/%Y",
            ),
            "StageName": stage,
            "Probability": [chance[one] for one in stage.tolist()],
            "ForecastCategoryName": np.where(won, "Closed", "Omitted"),
            "IsWon": np.where(won, "true", "false"),
            "IsClosed": np.where(np.isin(stage, ["Closed Won", "Closed Lost"]), "true", "false"),
            "Loss_Reason__c": blanked(
                pick(rng, n, {"Price": 1, "No decision": 2}), ~won & (rng.random(n) < 0.5)
            ),
            "Contract_Signed_Date__c": dates(made + 4e6, won & (rng.random(n) < 0.85), "%d/%m/%Y"),
            "Commission__c": blanked(np.round(rng.lognormal(7, 1, size=n)).tolist(), won),
            "Amount": np.round(rng.lognormal(10, 1, size=n)).astype(int).astype(str),
            "LeadSource": by_outcome(
                rng,
                won,
                {"Web": (4, 3), "Partner Referral": (1, 3), "Event": (2, 2), "Cold Call": (3, 1)},
            ),
            "Type": pick(rng, n, {"New Customer": 3, "Existing Customer - Upgrade": 2}),
            "Industry": pick(rng, n, {"Manufacturing": 2, "Energy": 1, "Education": 1}),
            "NumberOfEmployees": np.round(np.exp(4 + 0.6 * keen + rng.normal(size=n)))
            .astype(int)
            .astype(str),
            "Web_Visits__c": rng.poisson(np.exp(1.2 + 0.5 * keen)).astype(str),
            "BillingState": pick(rng, n, {"CA": 4, "NY": 3, "TX": 3, "WA": 1}),
            "Rating": by_outcome(
                rng, won, {"Hot": (0.1, 0.6), "Warm": (0.4, 0.3), "Cold": (0.5, 0.1)}
            ),
            "Description": [
                f"Call {at % 7} about {'pricing' if one > 0 else 'a brochure'}"
                for at, one in enumerate(keen)
            ],
            "Outcome": np.where(won, "yes", "no"),
        },
        dtype="str",
    )
    leaks = [
        "CloseDate",
        "StageName",
        "Probability",
        "ForecastCategoryName",
        "IsWon",
        "Contract_Signed_Date__c",
        "Commission__c",
        "Loss_Reason__c",
    ]
    return Export(
        frame=frame,
        label="Outcome",
        positive="yes",
        suspects=frozenset([*leaks, "Rating", "IsClosed"]),
        leaks=frozenset(leaks),
    )


def marketplace(n: int = 6000, seed: int = 0) -> Export:
    """Qualified leads joined with closed deals: most columns are there for winners alone."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.105)
    first = 1.5e9 + rng.random(n) * 2.5e7
    every = np.ones(n, dtype=bool)
    hexes = [f"{one:016x}" for one in rng.integers(1 << 62, size=n).tolist()]
    frame = pd.DataFrame(
        {
            "mql_id": hexes,
            "first_contact_date": dates(first, every, "%Y-%m-%d"),
            "landing_page_id": pick(rng, n, {f"{at:08x}": 1 / (at + 1) for at in range(300)}),
            "origin": by_outcome(
                rng,
                won,
                {
                    "organic_search": (3, 3),
                    "paid_search": (2, 2.4),
                    "social": (2, 0.9),
                    "unknown": (1, 2),
                    "email": (1, 0.3),
                },
            ),
            "visits": rng.poisson(np.exp(1 + 0.6 * keen)).astype(str),
            "seller_id": blanked(hexes[::-1], won),
            "sdr_id": blanked(pick(rng, n, {f"s{at}": 1 for at in range(30)}), won),
            "won_date": dates(first + 4e6, won, "%Y-%m-%d %H:%M:%S"),
            "business_segment": blanked(pick(rng, n, {"pet": 1, "home_decor": 3, "car": 1}), won),
            "lead_behaviour_profile": blanked(
                pick(rng, n, {"cat": 5, "eagle": 2, "wolf": 1}), won & (rng.random(n) < 0.8)
            ),
            "has_company": blanked(
                pick(rng, n, {"True": 1, "False": 3}), won & (rng.random(n) < 0.08)
            ),
            "declared_monthly_revenue": blanked(pick(rng, n, {"0.0": 15, "5000.0": 1}), won),
            "converted": won.astype(int).astype(str),
        },
        dtype="str",
    )
    leaks = [
        "has_company",
        "seller_id",
        "sdr_id",
        "won_date",
        "business_segment",
        "lead_behaviour_profile",
        "declared_monthly_revenue",
    ]
    return Export(
        frame=frame,
        label="converted",
        positive="1",
        suspects=frozenset(leaks),
        leaks=frozenset(leaks),
    )


def pipedrive(n: int = 3000, seed: int = 0) -> Export:
    """As Pipedrive exports deals, open ones among them: the label is known for some alone."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.35)
    made = 1.72e9 + np.sort(rng.random(n)) * 3e7
    still_open = rng.random(n) < 0.25
    over = ~still_open
    done = np.where(over, "won", "open")
    done = np.where(over & ~won, "lost", done)
    seconds = made + rng.exponential(2e6, size=n)
    every = np.ones(n, dtype=bool)
    frame = pd.DataFrame(
        {
            "ID": [str(at + 1) for at in range(n)],
            "Deal created": dates(made, every, "%Y-%m-%d %H:%M:%S"),
            "Deal closed on": dates(seconds, over, "%Y-%m-%d %H:%M:%S"),
            "Won time": dates(seconds, over & won, "%Y-%m-%d %H:%M:%S"),
            "Lost time": dates(seconds, over & ~won, "%Y-%m-%d %H:%M:%S"),
            "Lost reason": blanked(
                pick(rng, n, {"price": 2, "no answer": 3}), over & ~won & (rng.random(n) < 0.9)
            ),
            "Value": np.round(rng.lognormal(8, 0.8, size=n)).astype(int).astype(str),
            "Currency": np.full(n, "EUR", dtype=object),
            "Channel": by_outcome(
                rng, won, {"Web form": (4, 4), "Referral": (1, 2.5), "Ad": (4, 2)}
            ),
            "Done activities": rng.poisson(np.where(won, 9.0, 3.0)).astype(str),
            "Organization size": np.round(np.exp(2 + 0.7 * keen + rng.normal(size=n)))
            .astype(int)
            .astype(str),
            "Product views": rng.poisson(np.exp(1 + 0.4 * keen)).astype(str),
            "Empty": np.full(n, "", dtype=object),
            "Result": np.where(done == "open", "", done),
        },
        dtype="str",
    )
    leaks = ["Deal closed on", "Won time", "Lost time", "Lost reason"]
    return Export(
        frame=frame,
        label="Result",
        positive="won",
        suspects=frozenset([*leaks, "Done activities"]),
        leaks=frozenset(leaks),
    )


def insurance(n: int = 3000, seed: int = 0) -> Export:
    """Quotes of an insurer with neutral names beside telling ones; decimal commas."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.15)
    wrong = rng.random(n) < 0.02
    frame = pd.DataFrame(
        {
            "quote_ref": [f"Q{one}" for one in rng.permutation(n * 4)[:n].tolist()],
            "annual_premium": [
                f"{one:.2f}".replace(".", ",")
                for one in np.exp(6 - 0.2 * keen + 0.4 * rng.normal(size=n))
            ],
            "previous_insurer_status": pick(rng, n, {"active": 3, "lapsed": 1}),
            "vehicle_age": rng.poisson(np.exp(1.5 - 0.3 * keen)).astype(str),
            "no_claims_years": rng.poisson(np.exp(1 + 0.4 * keen)).astype(str),
            "payment_method": pick(rng, n, {"monthly": 2, "yearly": 1}),
            "policy_number": blanked([f"P{at:07d}" for at in range(n)], won),
            "bind_date": dates(1.7e9 + rng.random(n) * 1e7, won, "%d.%m.%Y"),
            "field_7": np.where(won ^ wrong, "B4", pick(rng, n, {"A1": 2, "A2": 1})),
            "postcode_area": pick(rng, n, {f"{at:02d}": 1 for at in range(40)}),
            "bound": np.where(won, "yes", "no"),
        },
        dtype="str",
    )
    leaks = ["policy_number", "bind_date", "field_7"]
    return Export(
        frame=frame,
        label="bound",
        positive="yes",
        suspects=frozenset(leaks),
        leaks=frozenset(leaks),
    )


EXPORTS: Mapping[str, Callable[..., Export]] = {
    "education": education,
    "hubspot": hubspot,
    "salesforce": salesforce,
    "marketplace": marketplace,
    "pipedrive": pipedrive,
    "insurance": insurance,
}
