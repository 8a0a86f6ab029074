"""Made-up files of several trades: lending, software, a German and a Spanish CRM, an insurer.

Unlike `exports` they say of every column whether it is honest, debatable or written afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.audit.exports import blanked, by_outcome, dates, pick, traits

_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Trade:
    """A file, its label, and what must be named, may be asked about, and must not be a leak."""

    frame: pd.DataFrame
    label: str
    positive: str
    leaks: frozenset[str]
    debatable: frozenset[str]

    @property
    def honest(self) -> frozenset[str]:
        return frozenset(self.frame.columns) - self.leaks - self.debatable - {self.label}


def lending(n: int = 5000, seed: int = 0) -> Trade:
    """As a lender's book: 0 and N where nothing came in, changed once the loan has failed."""
    rng = np.random.default_rng(seed)
    keen, bad = traits(rng, n, 0.2)
    amount = np.round(rng.gamma(3, 4500, size=n))
    share = np.where(bad, rng.beta(2, 2, size=n), 1.0)
    score = np.where(bad, rng.normal(570, 55, size=n), rng.normal(695, 55, size=n))
    settled = bad & (rng.random(n) < 0.12)
    failed = bad & (rng.random(n) < 0.65)
    frame = pd.DataFrame(
        {
            "loan_amnt": amount.astype(int),
            "grade": np.array(list("ABCDEFG"))[np.clip(np.round(2 + keen), 0, 6).astype(int)],
            "term": pick(rng, n, {"36 months": 7, "60 months": 3}),
            "home_ownership": pick(rng, n, {"RENT": 4, "MORTGAGE": 5, "OWN": 1}),
            "annual_inc": np.round(np.exp(11 - 0.2 * keen + 0.5 * rng.normal(size=n))),
            "mths_since_last_delinq": blanked(
                rng.integers(90, size=n).tolist(), rng.random(n) < 0.5
            ),
            "monthly_payment": np.round(amount * 0.033, 2),
            "total_pymnt": np.round(amount * 1.15 * share, 2),
            "recoveries": np.where(failed, np.round(rng.gamma(2, 900, size=n), 2), 0),
            "collection_fee": np.where(failed, np.round(rng.gamma(2, 90, size=n), 2), 0),
            "last_fico_range_low": np.round(score / 5) * 5,
            "debt_settlement_flag": np.where(settled, "Y", "N"),
            "loan_outcome": np.where(bad, "Charged Off", "Fully Paid"),
        }
    ).astype("str")
    leaks = ["total_pymnt", "recoveries", "collection_fee"]
    leaks += ["last_fico_range_low", "debt_settlement_flag"]
    return Trade(
        frame=frame,
        label="loan_outcome",
        positive="Charged Off",
        leaks=frozenset(leaks),
        debatable=frozenset(),
    )


def software(n: int = 4000, seed: int = 0) -> Trade:
    """As a trial's accounts: counters run on for those who stayed, 0 where nothing is paid."""
    rng = np.random.default_rng(seed)
    keen, paid = traits(rng, n, 0.12)
    made = 1.7e9 + np.sort(rng.random(n)) * 3e7
    days = rng.negative_binomial(1, 1 / (1 + np.where(paid, 70, 5)))
    frame = pd.DataFrame(
        {
            "signup_at": dates(made, np.ones(n, dtype=bool), "%Y-%m-%d %H:%M:%S"),
            "utm_campaign": blanked(
                pick(rng, n, {f"c{at}": 1 / (at + 1) for at in range(140)}), rng.random(n) < 0.6
            ),
            "role": pick(rng, n, {"engineer": 3, "founder": 2, "student": 1}),
            "logins_first_day": rng.poisson(np.exp(0.5 + 0.4 * keen)),
            "partner_code": blanked(pick(rng, n, {"P1": 1, "P2": 1}), rng.random(n) < 0.06),
            "days_active": np.minimum(days, 400),
            "mrr": np.where(paid, pick(rng, n, {"29": 5, "99": 3, "299": 1}), "0"),
            "subscription_id": blanked([f"sub_{at:06x}" for at in range(n)], paid),
            "seats_bought": np.where(paid & (rng.random(n) < 0.4), 1 + rng.poisson(3, size=n), 0),
            "onboarding_completed": by_outcome(rng, paid, {"yes": (0.3, 0.8), "no": (0.7, 0.2)}),
            "paying": np.where(paid, "true", "false"),
        }
    ).astype("str")
    return Trade(
        frame=frame,
        label="paying",
        positive="true",
        leaks=frozenset(["days_active", "mrr", "subscription_id", "seats_bought"]),
        debatable=frozenset(["onboarding_completed"]),
    )


def german(n: int = 3000, seed: int = 0) -> Trade:
    """As a German CRM writes it: decimal commas, days first, words run together."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.18)
    made = 1.7e9 + np.sort(rng.random(n)) * 3e7
    closed = made + rng.exponential(30 * _DAY, size=n)
    every = np.ones(n, dtype=bool)
    worth = [f"{one:.2f}".replace(".", ",") for one in rng.lognormal(8, 1, size=n)]
    frame = pd.DataFrame(
        {
            "Kundennummer": 100_200 + 3 * np.arange(n),
            "Erfassungsdatum": dates(made, every, "%d.%m.%Y"),
            "Herkunft": by_outcome(
                rng,
                won,
                {"Website": (4, 4), "Messe": (2, 2), "Empfehlung": (1, 3), "Kaltakquise": (3, 1)},
            ),
            "Familienstand": pick(rng, n, {"ledig": 1, "verheiratet": 2}),
            "Mitarbeiterzahl": np.round(np.exp(3.5 + 0.5 * keen + rng.normal(size=n))),
            "PLZ": [f"{one:05d}" for one in rng.integers(1067, 99_998, size=n)],
            "Umsatz Vorjahr": blanked(worth[::-1], rng.random(n) < 0.6),
            "Auftragswert": blanked(worth, won),
            "Vertragsbeginn": dates(closed + 20 * _DAY, won & (rng.random(n) < 0.9), "%d.%m.%Y"),
            "Absagegrund": blanked(
                pick(rng, n, {"Preis": 1, "Kein Bedarf": 2}), ~won & (rng.random(n) < 0.35)
            ),
            "Wahrscheinlichkeit": by_outcome(
                rng, won, {"0": (6, 0), "25": (2, 0.2), "50": (2, 1), "90": (0, 9)}
            ),
            "Anzahl Kontakte": rng.poisson(np.where(won, 4, 3)),
            "Geändert am": dates(np.where(won, closed, made + 90 * _DAY), every, "%d.%m.%Y"),
            "Abschluss": np.where(won, "ja", "nein"),
        }
    ).astype("str")
    leaks = ["Auftragswert", "Vertragsbeginn", "Absagegrund", "Wahrscheinlichkeit"]
    return Trade(
        frame=frame,
        label="Abschluss",
        positive="ja",
        leaks=frozenset(leaks),
        debatable=frozenset(["Anzahl Kontakte", "Geändert am"]),
    )


def spanish(n: int = 3000, seed: int = 0) -> Trade:
    """As a Spanish CRM writes it: `estado` of the deal, and `estado civil` of the person."""
    rng = np.random.default_rng(seed)
    keen, won = traits(rng, n, 0.15)
    made = 1.7e9 + np.sort(rng.random(n)) * 3e7
    closed = made + rng.exponential(20 * _DAY, size=n)
    frame = pd.DataFrame(
        {
            "fecha_alta": dates(made, np.ones(n, dtype=bool), "%d/%m/%Y"),
            "origen": by_outcome(
                rng, won, {"Web": (4, 4), "Feria": (2, 2), "Referido": (1, 3), "Otro": (2, 1)}
            ),
            "ciudad": pick(rng, n, {f"Pueblo {at}": 1 / (at + 1) for at in range(120)}),
            "estado_civil": by_outcome(rng, won, {"casado": (3, 6), "soltero": (7, 4)}),
            "ingresos": blanked(
                np.round(np.exp(10 + 0.3 * keen + 0.5 * rng.normal(size=n))).tolist(),
                rng.random(n) < 0.7,
            ),
            "fecha_cierre": dates(closed, won | (rng.random(n) < 0.5), "%d/%m/%Y"),
            "importe_venta": np.where(won, np.round(rng.lognormal(7, 1, size=n), 2), 0),
            "motivo_perdida": blanked(
                pick(rng, n, {"Precio": 1, "Sin respuesta": 2}), ~won & (rng.random(n) < 0.3)
            ),
            "estado_lead": by_outcome(
                rng, won, {"Abierto": (5, 1), "Contactado": (4, 3), "Propuesta": (1, 6)}
            ),
            "numero_llamadas": rng.poisson(np.where(won, 4, 3)),
            "ganado": np.where(won, "Sí", "No"),
        }
    ).astype("str")
    return Trade(
        frame=frame,
        label="ganado",
        positive="Sí",
        leaks=frozenset(["fecha_cierre", "importe_venta", "motivo_perdida", "estado_lead"]),
        debatable=frozenset(["numero_llamadas"]),
    )


def insured(n: int = 6000, seed: int = 0) -> Trade:
    """As an insurer's offer of a second policy: honest, though who has one hardly ever buys."""
    rng = np.random.default_rng(seed)
    damaged = rng.random(n) < 0.5
    has_one = rng.random(n) < np.where(damaged, 0.06, 0.88)
    opted_out = rng.random(n) < 0.05
    age = np.round(20 + rng.gamma(1.5, 13, size=n))
    odds = -3 + 1.6 * damaged - 3.5 * has_one - 4 * opted_out + 1.5 * ((age > 30) & (age < 60))
    bought = rng.random(n) < 1 / (1 + np.exp(-odds))
    frame = pd.DataFrame(
        {
            "Age": age,
            "Region_Code": rng.integers(52, size=n),
            "Previously_Insured": has_one.astype(int),
            "Vehicle_Damage": np.where(damaged, "Yes", "No"),
            "Do_Not_Call": np.where(opted_out, "Yes", "No"),
            "Annual_Premium": np.round(rng.normal(35_000, 9_000, size=n)),
            "Vintage": rng.integers(10, 300, size=n),
            "Response": bought.astype(int),
        }
    ).astype("str")
    return Trade(
        frame=frame, label="Response", positive="1", leaks=frozenset(), debatable=frozenset()
    )


TRADES: Mapping[str, Callable[..., Trade]] = {
    "lending": lending,
    "software": software,
    "german": german,
    "spanish": spanish,
    "insured": insured,
}
