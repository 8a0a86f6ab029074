"""What every use case of the live service is told: when, who asks, which model, which rules."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from leadscore.errors import NoModel
from leadscore.flows.service.service_rows import Role
from leadscore.leads.moment import MINUTE
from leadscore.model.bundle import Model
from leadscore.score.one_record import RecordScorer

__all__ = ["Caller", "Champion", "Context", "Rules", "no_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks.

    Parameters
    ----------
    actor : str
        The prefix of the caller's key, or ``cli``, ``worker`` or ``demo``: never a secret, never a
        person's name.
    role : {"rep", "manager", "service", "admin"}
        What the caller may do.
    """

    actor: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """The model that is live in this process, made ready to score lead after lead.

    Parameters
    ----------
    model : Model
        The model.
    records : RecordScorer
        What gives its score records.
    """

    model: Model
    records: RecordScorer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an operator decides, as far as use cases ask for it.

    Parameters
    ----------
    time_zone : ZoneInfo
        The time zone of the sales team.
    lease : int
        How long a claim holds unless its call says so, in microseconds.
    explore_share : float
        How many of the leads are called by lot instead of by rank, 0-1.
    typical_value : float
        What a conversion brings where that is not known of a lead.
    keep_scores_days, keep_events_days : int, optional
        After how many days scores and events are removed; never where None.
    """

    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    lease: int = 30 * MINUTE
    explore_share: float = 0.05
    typical_value: float = 1.0
    keep_scores_days: int | None = None
    keep_events_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """When something is done, for whom, under which model and rules.

    Parameters
    ----------
    now : int
        The moment, in microseconds since 1970-01-01 UTC.
    caller : Caller
        Who asks.
    champion : Champion, optional
        The model that is live; None where none is.
    rules : Rules
        What the operator decided.
    """

    now: int
    caller: Caller
    champion: Champion | None = None
    rules: Rules = field(default_factory=Rules)

    @property
    def live(self) -> Champion:
        """The model that is live.

        Raises
        ------
        NoModel
            If none is.
        """
        if self.champion is None:
            raise no_model()
        return self.champion


def no_model() -> NoModel:
    """Return the error that refuses to score while no model is live."""
    return NoModel(
        "No model is live, so that nothing can be scored.",
        next_step="Add one and promote it: leadscore models add model/ --promote.",
    )
