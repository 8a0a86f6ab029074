"""What if: the smallest changes of a lead that would bring it to the next tier.

Only *actionable* fields change, each within its usual span and its limits, in the way that it can
(see `leadscore.score.what_if_moves`). The smallest change is the one of the fewest fields; of those
the one of the least total change, where a field's change is measured in its usual span and setting
a flag or choosing another category is one span. Alternatives are other sets of fields, none of
which has a part that is enough.

On step tables that is found exactly. On curves a field of more than 128 steps is tried at so many
and then drawn back as far as it goes, which is exact for one field and within a 128th of its span
where several change. On trees too deep for tables see `leadscore.score.what_if_trees`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from leadscore.errors import BadRequest
from leadscore.leads.table import Column, Leads
from leadscore.model.bundle import Model
from leadscore.model.curves import Curves
from leadscore.model.tables import StepTables
from leadscore.score.record import Json
from leadscore.score.scores import Scores, score_leads
from leadscore.score.tiers import UNSCORED
from leadscore.score.what_if_gains import holds_beyond
from leadscore.score.what_if_moves import Moves, find_moves
from leadscore.score.what_if_plans import Plan, Plans, find_plans
from leadscore.score.what_if_trees import MOST_TOGETHER
from leadscore.score.what_if_words import Bound, advice_words, change_words, rounded
from leadscore.score.words import Value, plain_value

__all__ = ["Advice", "Change", "WhatIf", "what_if"]

_NOTHING_MOVES = "the schema calls none of the model's fields actionable, or none of them can move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one field would have to be.

    Parameters
    ----------
    field, phrase : str
        The field, and its name for people.
    value : int, float, str or None
        What it is now; None where missing.
    to : int, float or str
        The nearest value that is enough.
    words : str
        The same in words, with a large number as a person would say it: "at least 120,000" is
        enough as well, where `to` is 119,874.
    """

    field: str
    phrase: str
    value: int | float | str | None
    to: int | float | str | None
    words: str

    def to_json(self) -> dict[str, Json]:
        """Return the change as JSON values."""
        return {
            "field": self.field,
            "phrase": self.phrase,
            "value": self.value,
            "to": self.to,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One way to a higher tier.

    Parameters
    ----------
    changes : tuple of Change
        What would have to change, in the fields' order.
    size : float
        The total change, in the fields' usual spans.
    tier : str
        The tier that the changed lead is in.
    score : float
        Its score, 0-100.
    probabilities : mapping of str to float
        Its probabilities as a score record has them.
    words : str
        One sentence.
    """

    changes: tuple[Change, ...]
    size: float
    tier: str
    score: float
    probabilities: Mapping[str, float]
    words: str

    def to_json(self) -> dict[str, Json]:
        """Return the advice as JSON values."""
        return {
            "changes": [one.to_json() for one in self.changes],
            "size": self.size,
            "tier": self.tier,
            "score": self.score,
            "probabilities": dict(self.probabilities),
            "words": self.words,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What would bring one lead to the next tier.

    Parameters
    ----------
    tier : str
        The tier that it is in now.
    next_tier : str, optional
        The next one; None for the highest and for a lead without a score.
    advice : tuple of Advice
        The smallest changes first; empty where there are none.
    best_score : float, optional
        Where nothing reaches the next tier: the best score, 0-100, that any change reaches.
    reason : str
        Why there is no advice; empty where there is.
    """

    tier: str
    next_tier: str | None = None
    advice: tuple[Advice, ...] = ()
    best_score: float | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return it as JSON values."""
        return {
            "tier": self.tier,
            "next_tier": self.next_tier,
            "advice": [one.to_json() for one in self.advice],
            "best_score": self.best_score,
            "reason": self.reason or None,
        }


def what_if(model: Model, leads: Leads, *, most: int = 3) -> tuple[WhatIf, ...]:
    """Return, for each lead, the smallest changes that would bring it to the next tier.

    What one lead is told depends on that lead and the model alone, and every change was scored by
    `score_leads` before it is told.

    Parameters
    ----------
    model : Model
        The model.
    leads : Leads
        The leads, conformed to the model's schema.
    most : int
        How many alternatives for each.

    Raises
    ------
    BadRequest
        If `most` is less than one.
    """
    if most < 1:
        raise BadRequest(f"{most} alternatives were asked for.", allowed="1 or more")
    scores = score_leads(model, leads)
    moves = find_moves(model)
    plans = find_plans(model, leads, scores, moves, most=most)
    said = _Teller(model=model, leads=leads, scores=scores, moves=moves)
    told = said.advice(plans)
    best = said.best(plans)
    tried = f" (up to {MOST_TOGETHER} fields at once)" if model.engine.kind == "trees" else ""
    nothing = f"no change of what can be changed{tried} is enough" if moves else _NOTHING_MOVES
    return tuple(
        _answer(scores, row, told.get(row, []), best.get(row), nothing) for row in range(leads.n)
    )


def _answer(
    scores: Scores, row: int, advice: Sequence[Advice], best: float | None, nothing: str
) -> WhatIf:
    if scores.unscored[row]:
        return WhatIf(tier=UNSCORED, reason="it has no score")
    tier = int(scores.tier[row])
    if tier == len(scores.tier_names) - 1:
        name = scores.tier_names[tier]
        return WhatIf(tier=name, reason=f"{name} is the highest tier")
    now, then = scores.tier_names[tier], scores.tier_names[tier + 1]
    if advice:
        return WhatIf(tier=now, next_tier=then, advice=tuple(advice))
    return WhatIf(tier=now, next_tier=then, best_score=best, reason=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """Scores changed leads and puts them into words."""

    model: Model
    leads: Leads
    scores: Scores
    moves: tuple[Moves, ...]
    beyond: dict[tuple[int, float, bool], bool] = field(default_factory=dict)

    def advice(self, plans: Plans) -> dict[int, list[Advice]]:
        """Return the plans that reach a higher tier once scored, by row."""
        flat = [(row, plan) for row, found in plans.ways.items() for plan in found]
        found: dict[int, list[Advice]] = {}
        if not flat:
            return found
        scored = self._scored(flat)
        for at, (row, plan) in enumerate(flat):
            if scored.tier[at] > self.scores.tier[row]:
                found.setdefault(row, []).append(self._told(row, plan, scored, at))
        return found

    def best(self, plans: Plans) -> dict[int, float]:
        """Return the best score that each lead without a plan can have."""
        flat = list(plans.best.items())
        if not flat:
            return {}
        scored = self._scored(flat)
        now = self.scores.score
        return {
            row: max(float(scored.score[at]), float(now[row])) for at, (row, _) in enumerate(flat)
        }

    def _scored(self, flat: Sequence[tuple[int, Plan]]) -> Scores:
        rows = np.array([row for row, _ in flat], dtype=np.intp)
        taken = self.leads.take(rows)
        columns: dict[str, Column] = dict(taken.columns)
        for place, one in enumerate(self.moves):
            column = columns[one.field.name].copy()
            for at, (_, plan) in enumerate(flat):
                if place in plan.values:
                    column[at] = _value(one, plan.values[place])
            columns[one.field.name] = column
        return score_leads(self.model, Leads(columns=columns, ids=taken.ids, n=taken.n))

    def _told(self, row: int, plan: Plan, scored: Scores, at: int) -> Advice:
        changes = tuple(
            _change(self.moves[place], now, value, self._bound(place, value, now))
            for place, value in plan.values.items()
            for now in [self._now(place, row)]
        )
        tier = scored.tier_names[scored.tier[at]]
        told = scored.probabilities[at].tolist()
        names = dict(zip(scored.class_names, told, strict=True))
        return Advice(
            changes=changes,
            size=plan.size,
            tier=tier,
            score=float(scored.score[at]),
            probabilities={"converted": told[1]} if scored.outcome else names,
            words=advice_words([one.words for one in changes], tier),
        )

    def _now(self, place: int, row: int) -> Value:
        now: Value = self.leads.columns[self.moves[place].field.name][row]
        return now

    def _bound(self, place: int, value: float, now: Value) -> Bound:
        """Return whether any number beyond the one told is enough as well."""
        one, engine = self.moves[place], self.model.engine
        if one.field.type not in ("integer", "number") or not isinstance(now, float):
            return ""
        if not isinstance(engine, StepTables | Curves):
            return ""
        rising = value > now if now == now else bool(one.rises.any())
        if (place, value, rising) not in self.beyond:
            fine = holds_beyond(engine, one, value, rising=rising)
            self.beyond[place, value, rising] = fine
        if not self.beyond[place, value, rising]:
            return ""
        return "at least" if rising else "at most"


def _value(one: Moves, value: float) -> float | str:
    return one.levels[int(value)] if one.levels else value


def _change(one: Moves, now: Value, value: float, bound: Bound) -> Change:
    to = _value(one, value)
    said = to if isinstance(to, str) else rounded(to, bound, low=one.low, high=one.high)
    return Change(
        field=one.field.name,
        phrase=one.field.words,
        value=plain_value(one.field, now),
        to=plain_value(one.field, to),
        words=change_words(one.field, now, said, bound),
    )
