"""One lead, scored and explained in process: what many at once are told, to the same bits."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadscore.leads.refusal import no_mapping
from leadscore.model.bundle import Model
from leadscore.score.one_cells import find_cells
from leadscore.score.one_doubt import OneDoubt
from leadscore.score.one_effects import one_effects
from leadscore.score.one_margin import margin_cells
from leadscore.score.one_reading import LeadReader
from leadscore.score.tiers import UNSCORED

__all__ = ["LeadScore", "LeadScorer"]

_REASONS = 3
_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadScore:
    """What a model says of one lead; numbers are NaN where it has no score.

    Parameters
    ----------
    score : float
        The margin's percentile among the reference leads, 0-100, to one decimal.
    tier : str
        The stated tier; ``Unscored`` where there is no score.
    confidence : float
        The probability of the stated tier, 0-1; NaN for outcome models.
    probabilities : tuple of float
        The probability of each class, 0-1, lowest class first.
    expected_conversion : float
        The share of such leads that should convert, 0-1; NaN where tiers do not say.
    base : float
        The margin of the average reference lead.
    effects : tuple of float
        Each field's effect on the margin, in the order of the model's fields.
    reasons : tuple of (str, float)
        The three fields with the largest effects, up or down, and these; fewer where fewer have
        one.
    unscored : bool
        Whether the lead has no score.
    as_of : str
        The moment that the score is for; empty where none was given.
    """

    score: float
    tier: str
    confidence: float
    probabilities: tuple[float, ...]
    expected_conversion: float
    base: float
    effects: tuple[float, ...]
    reasons: tuple[tuple[str, float], ...]
    unscored: bool
    as_of: str


class LeadScorer:
    """A model made ready to score one lead after the other.

    It keeps nothing of a lead, and what a lead is told is what `score_leads` tells of it, to the
    last bit.

    Parameters
    ----------
    model : Model
        The model.

    Raises
    ------
    BadBundle
        If the model's operating point is not one.

    Examples
    --------
    >>> from leadscore.testing.makers import make_lead
    >>> from leadscore.testing.models import make_model
    >>> scorer = LeadScorer(make_model())
    >>> scorer.score(make_lead(income=250_000)).tier
    'High'
    """

    def __init__(self, model: Model) -> None:
        cells = find_cells(model)
        self._effects = one_effects(model.engine, cells.encoded)
        self._reader = LeadReader(model.schema, cells, self._effects.kept)
        self._doubt = OneDoubt(None if model.doubt is None else model.doubt.known, cells)
        self._margins = margin_cells(model)
        self._base = model.engine.base
        self._names = model.encoder.fields
        self._classes = len(model.schema.label.names) if model.schema.label else 0
        self._outcome = model.outcome
        self._tiers = [one.name for one in model.schema.tiers]
        spans = [one.conversion for one in model.schema.tiers]
        self._expects = [_NAN if one is None else (one[0] + one[1]) / 2 for one in spans]

    def score(self, lead: Mapping[str, object], *, as_of: str = "") -> LeadScore:
        """Return what the model says of a lead.

        Parameters
        ----------
        lead : mapping of str to object
            Its fields, as JSON has them; keys that are no field are ignored.
        as_of : str
            The moment that the score is for, carried along; never read from the clock.

        Raises
        ------
        BadInput
            With every fault of the lead.
        BadRequest
            If it is no mapping.
        """
        if not isinstance(lead, Mapping):
            raise no_mapping(lead)
        reading = self._reader.read(lead)
        odd = reading[2]
        if odd and self._doubt.is_too_much(odd):
            return self._unscored(as_of)
        effects, own = self._effects.told(reading)
        total = 0.0
        for effect in effects:
            total += effect
        score, tier, told = self._margins.told(self._base + total, own)
        return LeadScore(
            score=score,
            tier=self._tiers[tier],
            confidence=_NAN if self._outcome else told[tier],
            probabilities=tuple(told),
            expected_conversion=told[1] if self._outcome else self._expected(told),
            base=self._base,
            effects=tuple(effects),
            reasons=self._reasons(effects),
            unscored=False,
            as_of=as_of,
        )

    def _expected(self, told: list[float]) -> float:
        total = 0.0
        for one, expected in zip(told, self._expects, strict=False):
            total += one * expected
        return total

    def _reasons(self, effects: list[float]) -> tuple[tuple[str, float], ...]:
        sizes = list(map(abs, effects))
        found = []
        for most in sorted(sizes, reverse=True)[:_REASONS]:
            if most > 0.0:
                # of equal ones the first, which then is out of the way
                at = sizes.index(most)
                sizes[at] = 0.0
                found.append((self._names[at], effects[at]))
        return tuple(found)

    def _unscored(self, as_of: str) -> LeadScore:
        return LeadScore(
            score=_NAN,
            tier=UNSCORED,
            confidence=_NAN,
            probabilities=(_NAN,) * self._classes,
            expected_conversion=_NAN,
            base=self._base,
            effects=(_NAN,) * len(self._names),
            reasons=(),
            unscored=True,
            as_of=as_of,
        )
