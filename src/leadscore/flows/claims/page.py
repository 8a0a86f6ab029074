"""The claims as Markdown and as JSON."""

import math
from dataclasses import asdict

from leadscore.flows.claims.published import TOLERANCE, Kind
from leadscore.flows.claims.run import Claims
from leadscore.flows.claims.verdicts import Claim, ScenarioClaim

__all__ = ["claims_json", "claims_markdown", "figure_words", "measured_words", "published_words"]


def claims_json(claims: Claims) -> dict[str, object]:
    """Return the claims as JSON values."""
    return {
        "worlds": claims.worlds,
        "leads": claims.leads,
        "tolerance": asdict(TOLERANCE),
        "bayes": dict(claims.bayes),
        "ordinal": dict(claims.ordinal),
        "claims": [_claim_json(one) for one in claims.rows],
        "scenarios": [_scenario_json(one) for one in claims.scenarios],
    }


def claims_markdown(claims: Claims) -> str:
    """Return the claims as a page."""
    limits, ours = claims.bayes, claims.ordinal
    lines = [
        "# The published figures, measured again",
        "",
        f"Each figure is the mean over {claims.worlds} worlds of {claims.leads:,} leads, 80 % to "
        "learn from and 20 % to test on, ± half its 95 % interval. A figure reproduces if that "
        f"mean is within {TOLERANCE.reproduces:g} of what was published, and nearly does within "
        f"{TOLERANCE.nearly:g}. `leadscore claims` makes this page.",
        "",
        f"The best that any model can reach: accuracy {limits['seed.accuracy']:.1%} and log loss "
        f"{limits['seed.log_loss']:.4f} on the `seed` world, {limits['noisy.accuracy']:.1%} and "
        f"{limits['noisy.log_loss']:.4f} on the `noisy` one. On the `seed` world the specified "
        f"recipe reaches a log loss of {ours['seed.log_loss']:.3f} and an ECE of "
        f"{ours['seed.ece']:.3f}; `ordinal`, this product's own, out of fold "
        f"{ours['ordinal.accuracy']:.1%} accuracy, {ours['ordinal.log_loss']:.3f} and "
        f"{ours['ordinal.ece']:.3f}.",
        "",
        "| claim | figure | published | measured | verdict | why |",
        "|---|---|---|---|---|---|",
        *(_claim_line(one) for one in claims.rows),
        "",
        "## The nine scenarios (S13)",
        "",
        "How many of the models state the published tier, and the mean probability that they give "
        "it. Truth is the exact probability of that tier under the specified rule. The verdict is "
        "about the `seed` recipe.",
        "",
        "| # | scenario | tier | truth | published | `seed` | `ordinal` | verdict | why |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_scenario_line(one) for one in claims.scenarios),
    ]
    return "\n".join(lines) + "\n"


def figure_words(value: float, kind: Kind) -> str:
    """Return a figure as it is written: 85.0 % or 0.850."""
    if kind == "share":
        return f"{value:.1%}".replace("%", " %")
    return f"{value:.3f}"


def published_words(one: Claim) -> str:
    """Return what was published."""
    low, high = (figure_words(end, one.kind) for end in one.published)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def measured_words(one: Claim) -> str:
    """Return the mean and half the width of its interval."""
    mean = figure_words(one.mean, one.kind)
    if math.isnan(one.low):
        return mean
    half = figure_words((one.high - one.low) / 2, one.kind)
    return f"{mean.removesuffix(' %')} ± {half}"


def _claim_line(one: Claim) -> str:
    cells = (
        one.claim,
        one.what,
        published_words(one),
        measured_words(one),
        one.verdict,
        one.reason,
    )
    return "| " + " | ".join(cells) + " |"


def _scenario_line(one: ScenarioClaim) -> str:
    told = (
        f"{one.right[name]}/{one.worlds}, {one.confidence[name]:.1%}"
        for name in ("seed", "ordinal")
    )
    cells = (
        str(one.number),
        one.scenario.name,
        one.scenario.tier,
        f"{one.truth:.1%}",
        f"{one.scenario.confidence:.1%}",
        *told,
        one.verdict,
        one.reason,
    )
    return "| " + " | ".join(cells) + " |"


def _claim_json(one: Claim) -> dict[str, object]:
    ends = {"low": one.low, "high": one.high}
    return {
        **asdict(one),
        "published": list(one.published),
        **{key: None if math.isnan(end) else end for key, end in ends.items()},
    }


def _scenario_json(one: ScenarioClaim) -> dict[str, object]:
    return {
        "number": one.number,
        "name": one.scenario.name,
        "tier": one.scenario.tier,
        "published": one.scenario.confidence,
        "truth": one.truth,
        "worlds": one.worlds,
        "right": dict(one.right),
        "confidence": dict(one.confidence),
        "verdict": one.verdict,
        "reason": one.reason,
    }
