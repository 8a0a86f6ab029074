"""Scoring under the model that is live, and counting what was scored."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from leadscore.flows.service.context import Champion, Rules, no_model
from leadscore.flows.service.ports import Store
from leadscore.leads.event import Scalar
from leadscore.model.bundle import Model
from leadscore.monitor.drift import field_drift
from leadscore.score.record import Json, ScoreRecord
from leadscore.service.api.gate import Gate
from leadscore.service.api.meters import Meters
from leadscore.service.api.score.asked import Asked, LeadTypes

__all__ = ["Live", "Recent", "Scoring", "Shared"]

#: How many leads are remembered for a look at drift.
_MOST = 1_000


class Live(Protocol):
    """Who knows which model is live."""

    def champion(self) -> Champion | None:
        """Return the model that is live now; None where none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the routes share with all others of the process.

    Parameters
    ----------
    gate : Gate
        Lets callers in.
    meters : Meters
        Counts.
    live : Live
        Knows the model.
    store : Store
        Keeps scores, where a request asks for that.
    clock : callable
        Tells the moment, in microseconds since 1970-01-01 UTC.
    rules : Rules
        What the operator decided.
    body_limit : int
        How many bytes a request may have.
    """

    gate: Gate
    meters: Meters
    live: Live
    store: Store
    clock: Callable[[], int]
    rules: Rules
    body_limit: int


class Recent:
    """The last thousand leads that one model scored: their fields and scores, and no id."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._leads: deque[tuple[Mapping[str, Scalar], Json]] = deque(maxlen=_MOST)

    def add(self, model: Model, fields: Mapping[str, Scalar], score: Json) -> None:
        """Keep a lead for a while; another model's are forgotten."""
        if model is not self._model:
            self._leads.clear()
            self._model = model
        self._leads.append((fields, score))

    def drift(self) -> dict[str, float]:
        """Return how far they are from the leads that the model learned from, by field.

        It takes some hundredths of a second: no work for the event loop.
        """
        if self._model is None:
            return {}
        # at once, whatever thread adds to them
        leads = self._leads.copy()
        scores = [float(one) for _, one in leads if isinstance(one, int | float)]
        return field_drift(self._model, [fields for fields, _ in leads], scores)


class Scoring:
    """Scores leads under the model that is live.

    Parameters
    ----------
    shared : Shared
        What the routes share.

    Attributes
    ----------
    recent : Recent
        The leads that were scored last.
    clock : callable
        Tells the moment, in microseconds.
    """

    def __init__(self, shared: Shared) -> None:
        self._live, self._meters = shared.live, shared.meters
        self._types: tuple[Champion, LeadTypes] | None = None
        self.recent = Recent()
        self.clock = shared.clock

    def live(self) -> tuple[Champion, LeadTypes]:
        """Return the model that is live, and the types that its leads' values have.

        A request asks once: it is answered by one model, whatever is promoted meanwhile.

        Raises
        ------
        NoModel
            If none is.
        """
        champion = self._live.champion()
        if champion is None:
            raise no_model()
        known = self._types
        if known is None or known[0] is not champion:
            known = self._types = champion, LeadTypes(champion.model.schema)
        return known

    def record(self, champion: Champion, asked: Asked) -> ScoreRecord:
        """Return a lead's score record, with the fields as they were read as ``input``.

        Raises
        ------
        BadInput
            With every fault of the lead.
        """
        record, fields = champion.records.told(asked.lead, lead_id=asked.lead_id, as_of=asked.as_of)
        self._meters.scored(str(record["tier"]))
        self.recent.add(champion.model, fields, record["score"])
        record["input"] = {**fields}
        return record
