"""One lead's score record, in process: what `score_record` says of it, key by key."""

from bisect import bisect_right
from collections.abc import Mapping
from hashlib import sha256
from json.encoder import encode_basestring

from leadscore.leads.event import Scalar
from leadscore.leads.refusal import no_mapping
from leadscore.model.bundle import Model
from leadscore.score.numbers import theme_places
from leadscore.score.one_cells import find_cells
from leadscore.score.one_doubt import OneDoubt
from leadscore.score.one_effects import one_effects
from leadscore.score.one_input import InputReader, OneInput
from leadscore.score.one_margin import margin_cells
from leadscore.score.one_reasons import OneReasons
from leadscore.score.one_unscored import OneUnscored, notes_json
from leadscore.score.record import Json, ScoreRecord

__all__ = ["RecordScorer"]

_NAN = float("nan")


class RecordScorer:
    """A model made ready to give the score record of one lead after the other.

    It keeps nothing of a lead, and what a lead is told is what `score_record` tells of it, to the
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
    >>> record = RecordScorer(make_model()).record(make_lead(lead_id="L1", income=250_000))
    >>> record["lead_id"], record["tier"]
    ('L1', 'High')
    """

    def __init__(self, model: Model) -> None:
        cells = find_cells(model)
        self._model = model
        self._effects = one_effects(model.engine, cells.encoded)
        self._reader = InputReader(model.schema, cells, self._effects.kept)
        self._doubt = OneDoubt(None if model.doubt is None else model.doubt.known, cells)
        self._margins = margin_cells(model)
        self._reasons = OneReasons(model)
        self._stated = _Stated(model)
        self._unscored = OneUnscored(model, cells)
        self._similar = _similar(model)
        self._likeness: list[float] = model.reference.likeness.tolist()
        self._about: dict[str, Json] = {
            "name": model.name,
            "version": model.version,
            "digest": model.digest,
        }
        names = [one.name for one in self._reader.fields]
        self._names = names
        # sorted, as the digest has them
        self._keys = [(f"{encode_basestring(one)}:", names.index(one)) for one in sorted(names)]
        self._model_text = encode_basestring(model.digest)

    def record(
        self,
        lead: Mapping[str, object],
        *,
        lead_id: str | None = None,
        as_of: str = "",
        reasons: int | None = None,
    ) -> ScoreRecord:
        """Return the score of a lead as JSON values; null where there is nothing to say.

        Parameters
        ----------
        lead : mapping of str to object
            Its fields, as JSON has them, and its ids; keys that are neither are ignored.
        lead_id : str, optional
            The lead's id, where the caller knows it; else it is the lead's own.
        as_of : str
            The moment that the score is for, carried along; never read from the clock.
        reasons : int, optional
            How many reasons; all of them by default.

        Raises
        ------
        BadInput
            With every fault of the lead.
        BadRequest
            If it is no mapping.
        """
        return self.told(lead, lead_id=lead_id, as_of=as_of, reasons=reasons)[0]

    def input(self, lead: Mapping[str, object]) -> dict[str, Scalar]:
        """Return what of a lead is kept beside its score: its fields as they were read.

        They are the values that ``score_id`` is a digest of; what is missing is left out. The
        record of what is returned is the record of the lead.

        Raises
        ------
        BadInput
            With every fault of the lead.
        BadRequest
            If it is no mapping.
        """
        return self._kept(self._read(lead))

    def told(
        self,
        lead: Mapping[str, object],
        *,
        lead_id: str | None = None,
        as_of: str = "",
        reasons: int | None = None,
    ) -> tuple[ScoreRecord, dict[str, Scalar]]:
        """Return what `record` and `input` say of a lead, at the cost of one of them."""
        read = self._read(lead)
        named = (self._reader.lead_id(lead) if lead_id is None else lead_id) or None
        if read.odd and self._doubt.is_too_much(read.odd):
            return self._whole(self._unscored.told(read), read, named, as_of), self._kept(read)
        effects, own = self._effects.told((read.numbers, read.kept, read.odd))
        total = 0.0
        for effect in effects:
            total += effect
        margin = self._model.engine.base + total
        stated, action = self._stated.told(*self._margins.told(margin, own), effects)
        similar = self._similar[bisect_right(self._likeness, margin)] if self._similar else None
        said: ScoreRecord = {
            **stated,
            "reasons": self._reasons.told(effects, read, reasons),
            "similar": None if similar is None else similar.copy(),
            "notes": notes_json(read.notes),
            "action": action,
        }
        return self._whole(said, read, named, as_of), self._kept(read)

    def _whole(
        self, said: ScoreRecord, read: OneInput, lead_id: str | None, as_of: str
    ) -> ScoreRecord:
        return {
            "lead_id": lead_id,
            **said,
            "model": self._about.copy(),
            "as_of": as_of,
            "score_id": self._score_id(read, lead_id, as_of),
        }

    def _read(self, lead: Mapping[str, object]) -> OneInput:
        if not isinstance(lead, Mapping):
            raise no_mapping(lead)
        return self._reader.read(lead)

    def _kept(self, read: OneInput) -> dict[str, Scalar]:
        both = zip(self._names, read.said, strict=True)
        return {name: value for name, value in both if value is not None}

    def _score_id(self, read: OneInput, lead_id: str | None, as_of: str) -> str:
        """Return the digest that `score_record` gives."""
        said = read.said
        fields = [
            key + (encode_basestring(value) if type(value) is str else repr(value))
            for key, at in self._keys
            if (value := said[at]) is not None
        ]
        named = "null" if lead_id is None else encode_basestring(lead_id)
        text = (
            f'{{"as_of":{encode_basestring(as_of)},"fields":{{{",".join(fields)}}},'
            f'"lead_id":{named},"model":{self._model_text}}}'
        )
        return sha256(text.encode("utf-8")).hexdigest()


class _Stated:
    """What a record states of a margin: the tier and its doubt, probabilities, themes."""

    def __init__(self, model: Model) -> None:
        schema = model.schema
        self._outcome, self._base = model.outcome, model.engine.base
        self._classes = list(schema.label.names) if schema.label else []
        self._tiers = [one.name for one in schema.tiers]
        self._actions: list[dict[str, Json]] = [
            {"name": one.action, "due_hours": one.due_hours, "text": one.text}
            for one in schema.tiers
        ]
        spans = [one.conversion for one in schema.tiers]
        self._expects = [_NAN if one is None else (one[0] + one[1]) / 2 for one in spans]
        self._themes = list(theme_places(schema).items())
        self._least = [] if model.doubt is None else model.doubt.sets.least.tolist()

    def told(
        self, score: float, tier: int, told: list[float], effects: list[float]
    ) -> tuple[ScoreRecord, Json]:
        """Return that part of the record, and what to do."""
        outcome, name = self._outcome, self._tiers[tier]
        held: list[Json] = self._held(told, tier) if self._least else []
        expected = told[1] if outcome else self._expected(told)
        record: ScoreRecord = {
            "score": score,
            "tier": name,
            "tier_set": [name] if outcome else held or [name],
            "outcome_set": (held or None) if outcome else None,
            "confidence": None if outcome else told[tier],
            "probabilities": {"converted": told[1]}
            if outcome
            else dict(zip(self._classes, told, strict=True)),
            "expected_conversion": expected if expected == expected else None,
            "themes": self._sums(effects),
            "base": self._base,
        }
        return record, self._actions[tier].copy()

    def _held(self, told: list[float], tier: int) -> list[Json]:
        """Return the classes that cannot be ruled out, as `ClassSets.holding` does."""
        held = [one >= least for one, least in zip(told, self._least, strict=True)]
        likely = told.index(max(told))
        if len(held) == 2:
            held[likely] = held[likely] or not any(held)
            return [name for name, one in zip(self._classes, held, strict=True) if one]
        held[likely] = held[tier] = True
        first, last = held.index(True), len(held) - 1 - held[::-1].index(True)
        return [*self._classes[first : last + 1]]

    def _expected(self, told: list[float]) -> float:
        total = 0.0
        for one, expected in zip(told, self._expects, strict=True):
            total += one * expected
        return total

    def _sums(self, effects: list[float]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name, places in self._themes:
            total = 0.0
            for place in places:
                total += effects[place]
            found[name] = total
        return found


def _similar(model: Model) -> list[dict[str, Json]]:
    """Return what came of each group of similar leads; nothing without outcomes."""
    reference = model.reference
    if reference.similar is None:
        return []
    counts = zip(
        reference.similar.n.tolist(),
        reference.similar.converted.tolist(),
        reference.intervals.tolist(),
        strict=True,
    )
    return [
        {"n": n, "converted": converted, "low": _number(low), "high": _number(high)}
        for n, converted, (low, high) in counts
    ]


def _number(value: float) -> float | None:
    return value if value == value else None
