"""What `/metrics` says: Prometheus figures of this process."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from leadscore.model.bundle import Model

__all__ = ["Meters"]

#: Where latencies are told apart, in seconds: a score takes a fraction of a millisecond.
_BUCKETS = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)


class Meters:
    """Counts of this process, in a registry of its own.

    Several processes count each for itself: what is scraped through a port that they share is one
    of them. Everything may be called from any thread.

    Examples
    --------
    >>> meters = Meters()
    >>> meters.scored("High")
    >>> b'leadscore_scores_total{tier="High"} 1.0' in meters.render()
    True
    """

    #: The content type of `render`.
    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        kept = self._registry = CollectorRegistry()
        self._requests = Histogram(
            "leadscore_request_seconds",
            "How long requests took, by route, method and status.",
            ["route", "method", "status"],
            buckets=_BUCKETS,
            registry=kept,
        )
        self._scores = Counter(
            "leadscore_scores", "Leads scored, by tier.", ["tier"], registry=kept
        )
        self._model = Gauge(
            "leadscore_model_info",
            "The model that is live: 1.",
            ["name", "version", "digest"],
            registry=kept,
        )
        self._age = Gauge(
            "leadscore_outbox_age_seconds",
            "How long the oldest message has been waiting.",
            registry=kept,
        )
        self._waiting = Gauge("leadscore_outbox_messages", "How many messages wait.", registry=kept)
        self._dead = Gauge(
            "leadscore_dead_letters", "How many messages were given up.", registry=kept
        )
        self._drift = Gauge(
            "leadscore_drift",
            "How far recent leads are from those that the model learned from: 0 to 1.",
            ["field"],
            registry=kept,
        )
        # what `labels` looks up under a lock at every call
        self._of_route: dict[tuple[str, str, int], Histogram] = {}
        self._of_tier: dict[str, Counter] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request.

        Parameters
        ----------
        route : str
            The route as it is written, ``/v1/leads/{lead_id}``: never the path that was asked for.
        method : str
            Its method.
        status : int
            What was answered.
        seconds : float
            How long it took.
        """
        key = (route, method, status)
        found = self._of_route.get(key)
        if found is None:
            found = self._of_route[key] = self._requests.labels(route, method, str(status))
        found.observe(seconds)

    def scored(self, tier: str, count: int = 1) -> None:
        """Count leads that were scored into a tier."""
        found = self._of_tier.get(tier)
        if found is None:
            found = self._of_tier[tier] = self._scores.labels(tier)
        found.inc(count)

    def model(self, model: Model | None) -> None:
        """Say which model is live."""
        self._model.clear()
        if model is not None:
            self._model.labels(model.name, model.version, model.digest).set(1)

    def outbox(self, *, age: float, waiting: int, dead: int) -> None:
        """Say how long the oldest message has been waiting, in seconds, and how many there are."""
        self._age.set(age)
        self._waiting.set(waiting)
        self._dead.set(dead)

    def drift(self, by_field: Mapping[str, float]) -> None:
        """Say how far recent leads are from those that the model learned from, field by field."""
        self._drift.clear()
        for name, far in by_field.items():
            self._drift.labels(name).set(far)

    def render(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self._registry)
