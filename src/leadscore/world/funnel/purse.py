"""What leads earn and owe, and how banks rate them: distributions from published figures.

Income
    The median of 110,000 USD is that of investment buyers in NAR's Investment & Vacation Home
    Buyers Survey of 2013 (111,400 USD; a survey, quoted second-hand, old: weak). It lies between
    all US households (74,580 USD in 2022, Census P60-279, quoted second-hand) and investors who
    applied for a mortgage (148,000 USD, median of a public HMDA sample of 50,000 applications,
    year unknown). The spread is lognormal with sigma 0.70: the same HMDA sample has 0.64-0.68 for
    all applicants and 0.70-0.86 for investors. That leads are lognormal is assumed.
Credit score
    Half of the leads are drawn like US consumers, half like mortgage borrowers; the share is
    assumed. Consumers: bands 300-579 16 %, 580-669 17 %, 670-739 21 %, 740-799 25 %,
    800-850 21 % (Experian, Q3 2022, secondary quote of a primary). Borrowers: bands 0, 6, 21, 41,
    32 %, set so that the median is about 770 and the lower quartile 734 (large-bank first-lien
    originations Q4 2023, FRED RCMFLOSCOREPCT50 and PCT25: primary).
Debt to income
    Normal with mean 38 % and deviation 9.8, between large-bank originations (median 38, 90th
    percentile 48, Q4 2023, FRED RCMFLOBEDTIPCT50 and PCT90: primary) and the HMDA sample's
    applicants (10th, 50th and 90th percentile 25, 40, 55: band midpoints).
Budget
    Lognormal around 345,000 USD with sigma 0.57: the HMDA sample's property values (10th, 50th and
    90th percentile 165,000, 345,000, 715,000).
Together
    Better earners have better scores and less debt, older ones both: the signs are Experian's
    (mean score 680 for generation Z, 760 for the silent one, 2023); the strengths are assumed.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["TRAITS", "budgets", "credit_scores", "debts", "incomes", "normal_share", "traits"]

Numbers = NDArray[np.float64]

#: What is drawn together: standard normal traits that the shown fields are made of.
TRAITS = ("wealth", "credit", "age", "debt", "keen")
_TOGETHER = (
    (1.00, 0.35, 0.20, -0.30, 0.05),
    (0.35, 1.00, 0.25, -0.25, 0.10),
    (0.20, 0.25, 1.00, -0.10, 0.00),
    (-0.30, -0.25, -0.10, 1.00, 0.00),
    (0.05, 0.10, 0.00, 0.00, 1.00),
)

_INCOME_MEDIAN, _INCOME_SIGMA = 110_000, 0.70
_INCOME_LEAST, _INCOME_MOST = 12_000, 4_000_000
_DEBT_MEAN, _DEBT_DEVIATION = 38.0, 9.8
_BUDGET_MEDIAN, _BUDGET_SIGMA = 345_000, 0.57

#: Bounds of the credit bands and the share of the leads below each; inside a band scores are
#: uniform, but that the lowest band thins out downwards.
_SCORES = (300.0, 480.0, 535.0, 579.5, 669.5, 739.5, 799.5, 850.0)
_BELOW = (0.0, 0.010, 0.035, 0.080, 0.195, 0.405, 0.735, 1.0)


def traits(rng: np.random.Generator, n: int) -> dict[str, Numbers]:
    """Draw the hidden traits of `n` leads, each standard normal, correlated with one another."""
    mixed = rng.standard_normal((n, len(TRAITS))) @ np.linalg.cholesky(np.array(_TOGETHER)).T
    return {name: mixed[:, place] for place, name in enumerate(TRAITS)}


def normal_share(z: Numbers) -> Numbers:
    """Return the standard normal distribution function, good to 0.0002.

    Page, E. (1977), Approximations to the cumulative normal function and its inverse for use on a
    pocket calculator, Applied Statistics 26(1).

    Examples
    --------
    >>> normal_share(np.array([-1.96, 0.0, 1.96])).round(3).tolist()
    [0.025, 0.5, 0.975]
    """
    found: Numbers = 1 / (1 + np.exp(-1.5976 * z - 0.070565992 * z**3))
    return found


def incomes(rng: np.random.Generator, wealth: Numbers) -> Numbers:
    """Return annual incomes in USD, as people state them: six in ten round to 5,000."""
    exact = np.clip(_INCOME_MEDIAN * np.exp(_INCOME_SIGMA * wealth), _INCOME_LEAST, _INCOME_MOST)
    step = np.where(rng.random(len(wealth)) < 0.6, 5000, 1000)
    found: Numbers = np.maximum(np.round(exact / step) * step, _INCOME_LEAST)
    return found


def credit_scores(credit: Numbers) -> Numbers:
    """Return credit scores, 300 to 850 points."""
    found: Numbers = np.round(np.interp(normal_share(credit), _BELOW, _SCORES))
    return found


def debts(debt: Numbers) -> Numbers:
    """Return debt to income, whole percent from 3 to 75."""
    exact: Numbers = _DEBT_MEAN + _DEBT_DEVIATION * debt
    return np.round(exact.clip(3, 75))


def budgets(rng: np.random.Generator, wealth: Numbers) -> Numbers:
    """Return the price in USD that a lead has in mind, half of its spread from wealth."""
    mixed = (wealth + rng.standard_normal(len(wealth))) / np.sqrt(2)
    found: Numbers = np.round(_BUDGET_MEDIAN * np.exp(_BUDGET_SIGMA * mixed) / 5000) * 5000
    return found
