"""What leads and sellers do until a lead is first scored, and the one definition of a counter.

How much leads browse, open and ask is assumed; the counts are set so that the specified ranges
(SPEC S3) are the usual span. A seller's first attempt comes within the hour for 37 % of the leads,
within the day for 16 %, later for 24 %, never for 23 %: Oldroyd, McElheran and Elkington, Harvard
Business Review, March 2011, 2,241 firms (observational, and one author sells the remedy). That
sellers are quicker and try more often where a lead looks good to them is assumed; it is what makes
`contact_attempts` look useful though no attempt changes an outcome here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.world.funnel.calendar import DAY, SCORED_AFTER
from leadscore.world.funnel.people import People

__all__ = [
    "COUNTERS",
    "FLAGS",
    "KINDS",
    "During",
    "Track",
    "counted",
    "draw_before",
    "look",
    "scatter",
]

Numbers = NDArray[np.float64]

#: The kinds of events; an event's kind is its place here.
KINDS = (
    "website_visit",
    "property_view",
    "email_open",
    "contact_attempt",
    "inquiry_submitted",
    "financing_pre_approved",
    "budget_disclosed",
    "location_preference_set",
)
#: The counters and the kind that each counts.
COUNTERS = {
    "website_visits": "website_visit",
    "email_opens": "email_open",
    "property_views": "property_view",
    "contact_attempts": "contact_attempt",
}
#: The flags: whether there was an event of that kind.
FLAGS = KINDS[4:]

#: Browsing is known from this long before the arrival: a cookie joins it to the lead.
_BROWSED_FOR = 30 * DAY
_MINUTES_MEDIAN, _MINUTES_SIGMA, _MINUTES_MOST = 2.6, 0.8, 60
_VISITS, _OPENS, _VIEWS_A_VISIT = 7.0, 3.6, 0.65
#: Sources whose leads come with a visit; the others browse less.
_ONLINE = ("web", "portal", "social")

_WITHIN_HOUR, _WITHIN_DAY, _LATER = 0.37, 0.53, 0.77


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Events of leads.

    Parameters
    ----------
    lead : ndarray of int32 of shape (m,)
        The lead's place.
    at : ndarray of int64 of shape (m,)
        When, in seconds since 1970-01-01 UTC.
    kind : ndarray of int8 of shape (m,)
        The kind's place in `KINDS`.
    value : ndarray of float32 of shape (m,)
        Minutes of a website visit, NaN for all else.
    """

    lead: NDArray[np.int32]
    at: NDArray[np.int64]
    kind: NDArray[np.int8]
    value: NDArray[np.float32]

    @classmethod
    def joined(cls, parts: Sequence["Track"]) -> "Track":
        """Return the parts as one, by lead and then by time."""
        lead, at, kind = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("lead", "at", "kind")
        )
        value = np.concatenate([part.value for part in parts])
        return cls(lead=lead, at=at, kind=kind, value=value).take(np.lexsort((kind, at, lead)))

    def counts(self, n: int) -> dict[str, Numbers]:
        """Return how many events of each kind each of the `n` leads has."""
        cell = self.kind.astype(np.int64) * n + self.lead
        table = np.bincount(cell, minlength=len(KINDS) * n).reshape(len(KINDS), n)
        return dict(zip(KINDS, table.astype(np.float64), strict=True))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Track":
        """Return the events at `rows`."""
        return Track(
            lead=self.lead[rows], at=self.at[rows], kind=self.kind[rows], value=self.value[rows]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class During:
    """The span of each lead that events fall into.

    Parameters
    ----------
    start : ndarray of int64 of shape (n,)
        Its beginning, in seconds since 1970-01-01 UTC.
    span : ndarray of int64 of shape (n,)
        Its length in seconds; where it is negative the span lies before `start`.
    bend : float
        1 spreads the events evenly; more crowds them towards `start`.
    """

    start: NDArray[np.int64]
    span: NDArray[np.int64]
    bend: float = 1.0


def counted(track: Track, *, until: NDArray[np.int64]) -> dict[str, Numbers]:
    """Return each lead's counters, minutes and flags from its events up to a moment.

    Parameters
    ----------
    track : Track
        The leads' events.
    until : ndarray of int64 of shape (n,)
        The moment of each lead, in seconds since 1970-01-01 UTC; an event at it counts.
    """
    n = len(until)
    seen = track.take(track.at <= until[track.lead])
    times = seen.counts(n)
    visits = seen.take(seen.kind == KINDS.index("website_visit"))
    minutes = np.bincount(visits.lead, weights=visits.value, minlength=n)
    return {
        **{name: times[kind] for name, kind in COUNTERS.items()},
        "time_on_site_minutes": minutes.astype(np.float64),
        **{name: np.minimum(times[name], 1.0) for name in FLAGS},
    }


def draw_before(rng: np.random.Generator, people: People) -> tuple[Track, Numbers]:
    """Draw the events until the leads are scored, and how good each looks to its seller.

    Returns
    -------
    Track
        Events, none after `as_of`.
    ndarray of shape (n,)
        The seller's guess: 0 for the usual lead, 1 for one that looks much better.
    """
    flags = _flags(rng, people)
    guess = look(rng, people, inquired=flags["inquiry_submitted"])
    parts = [*_browsing(rng, people), *_attempts(rng, people, guess)]
    for name, yes in flags.items():
        lead = np.flatnonzero(yes)
        at = people.created[lead] + rng.integers(0, SCORED_AFTER + 1, size=len(lead))
        parts.append(_plain(lead, at, name))
    return Track.joined(parts), guess


def look(rng: np.random.Generator, people: People, *, inquired: NDArray[np.bool_]) -> Numbers:
    """Return how good the leads look to their sellers, who see little and misjudge some."""
    seen = 0.5 * (people.numbers["income"] > 150_000) + 0.5 * (people.numbers["credit_score"] > 740)
    source = 0.5 * (people.texts["source"] == "referral")
    error = rng.normal(0, 0.7, size=people.n)
    return np.asarray(seen + source + 0.6 * inquired - 0.6 + error, dtype=np.float64)


def scatter(rng: np.random.Generator, kind: str, *, means: Numbers, during: During) -> Track:
    """Draw a Poisson number of events for each lead, spread over a span.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    kind : str
        The kind of the events.
    means : ndarray of shape (n,)
        How many to expect of each lead.
    during : During
        When.
    """
    lead = np.repeat(np.arange(len(means), dtype=np.int32), rng.poisson(means))
    along = rng.random(len(lead)) ** during.bend
    at = during.start[lead] + (along * during.span[lead]).astype(np.int64)
    track = _plain(lead, at, kind)
    if kind != "website_visit":
        return track
    stay = _MINUTES_MEDIAN * np.exp(_MINUTES_SIGMA * rng.standard_normal(len(lead)))
    minutes = np.clip(np.round(stay), 1, _MINUTES_MOST)
    return Track(lead=lead, at=at, kind=track.kind, value=minutes.astype(np.float32))


def _plain(lead: NDArray[np.integer], at: NDArray[np.int64], kind: str) -> Track:
    return Track(
        lead=lead.astype(np.int32),
        at=at,
        kind=np.full(len(lead), KINDS.index(kind), dtype=np.int8),
        value=np.full(len(lead), np.nan, dtype=np.float32),
    )


def _browsing(rng: np.random.Generator, people: People) -> list[Track]:
    """Draw visits, views and opened mails: overdispersed, the later the denser."""
    n, keen = people.n, people.hidden["keen"]
    online = np.isin(people.texts["source"].astype(str), _ONLINE)
    visits = _VISITS * np.exp(0.45 * keen) * rng.gamma(1.3, 1 / 1.3, size=n)
    visits = visits * np.where(online, 1.0, 0.7)
    views = _VIEWS_A_VISIT * visits * rng.gamma(2.5, 1 / 2.5, size=n)
    opens = _OPENS * np.exp(0.25 * keen) * rng.gamma(1.0, 1.0, size=n)
    end = people.created + SCORED_AFTER
    span = np.full(n, -(_BROWSED_FOR + SCORED_AFTER), dtype=np.int64)
    means = {"website_visit": visits, "property_view": views, "email_open": opens}
    during = During(start=end, span=span, bend=2.5)
    return [scatter(rng, kind, means=mean, during=during) for kind, mean in means.items()]


def _flags(rng: np.random.Generator, people: People) -> dict[str, NDArray[np.bool_]]:
    """Draw which leads asked, were approved, named a budget or a place by the time of scoring."""
    keen, hidden = people.hidden["keen"], people.hidden
    # from the drift on, portals send an inquiry for whoever looks twice
    portal = np.where(people.drifted, 1.3, 0.4) * (people.texts["source"] == "portal")
    leaning = {
        "inquiry_submitted": -0.75 + 0.5 * keen + portal,
        "financing_pre_approved": -1.5 + 0.7 * hidden["credit"] + 0.3 * hidden["wealth"],
        "budget_disclosed": -0.4 + 0.4 * keen + 0.2 * hidden["wealth"],
        "location_preference_set": 0.0 + 0.4 * keen,
    }
    return {
        name: rng.random(people.n) < 1 / (1 + np.exp(-leaning[name].astype(np.float64)))
        for name in FLAGS
    }


def _attempts(rng: np.random.Generator, people: People, guess: Numbers) -> list[Track]:
    """Draw the sellers' attempts until the scoring: the first one, and those that follow it."""
    delay = _first_delay(rng, guess)
    tried = np.flatnonzero(delay <= SCORED_AFTER)
    first = _plain(tried, people.created[tried] + delay[tried], "contact_attempt")
    more = np.where(delay <= SCORED_AFTER, 0.9 * np.exp(0.4 * guess), 0.0)
    start = people.created + np.minimum(delay, SCORED_AFTER)
    during = During(start=start, span=people.created + SCORED_AFTER - start)
    return [first, scatter(rng, "contact_attempt", means=more, during=during)]


def _first_delay(rng: np.random.Generator, guess: Numbers) -> NDArray[np.int64]:
    """Draw the seconds until the first attempt; beyond the scoring where it comes late or never."""
    spot = rng.random(len(guess))
    spot = 1 / (1 + np.exp(-(np.log(spot / (1 - spot)) - 0.5 * guess)))
    bounds = (0.0, _WITHIN_HOUR, _WITHIN_DAY, _LATER, 1.0)
    hours = (0.03, 1.0, 24.0, 240.0, 100_000.0)
    return np.asarray(np.exp(np.interp(spot, bounds, np.log(hours))) * 3600).astype(np.int64)
