"""What the product costs beside its peers, as ratios."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadscore.flows.bench.apart import PLAIN
from leadscore.flows.bench.record import Bench
from leadscore.flows.bench.timing import Part

__all__ = ["HEADLINES", "Headline", "Ratio", "ratios", "sentences", "share_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A peer beside a way of ours that says at least as much.

    Parameters
    ----------
    part : {"one", "batch", "file"}
        What was scored.
    ours, peer : str
        The keys of both.
    times : float
        How many times the peer's cost is ours.
    """

    part: Part
    ours: str
    peer: str
    times: float


@dataclass(frozen=True, slots=True)
class Headline:
    """A comparison that is said in a sentence.

    Parameters
    ----------
    part : {"one", "batch", "file"}
        What is scored.
    ours : str
        The key of our way.
    peers : tuple of str
        The keys of the peer's ways; the cheapest counts.
    what, of : str
        What takes how much of the time of what.
    """

    part: Part
    ours: str
    peers: tuple[str, ...]
    what: str
    of: str

    def times(self, found: Sequence[Ratio]) -> float | None:
        """Return how many times the peer's cost is ours; None where either was not timed."""
        both = [one for one in found if (one.part, one.ours) == (self.part, self.ours)]
        return min((one.times for one in both if one.peer in self.peers), default=None)


_MODEL = "with the specified model"
_PROBA = ("predict_proba",)
_CONTRIBS = ("pred_contribs",)
_XGBOOST = (*_PROBA, "inplace_predict", "DMatrix predict")

#: What is said in a sentence, in order.
HEADLINES = (
    Headline("one", "default", ("usual",), "One lead, explained,", "the usual way, unexplained"),
    Headline(
        "one",
        "default",
        ("usual + pred_contribs",),
        "One lead, explained,",
        "the usual way and xgboost's pred_contribs",
    ),
    Headline(
        "one",
        "seed",
        ("inplace_predict",),
        f"One lead, unexplained, {_MODEL}",
        "xgboost's inplace_predict",
    ),
    Headline(
        "one",
        "seed explained",
        _CONTRIBS,
        f"One lead, explained, {_MODEL}",
        "xgboost's pred_contribs",
    ),
    Headline(
        "batch",
        "default",
        _PROBA,
        "A batch, explained,",
        "xgboost's predict_proba, unexplained",
    ),
    Headline(
        "batch",
        f"default{PLAIN}",
        _PROBA,
        "A batch, explained, without numba",
        "xgboost's predict_proba, unexplained",
    ),
    Headline(
        "batch",
        "seed",
        _XGBOOST,
        f"A batch, unexplained, {_MODEL}",
        "xgboost's fastest way",
    ),
    Headline(
        "batch",
        "seed effects",
        _CONTRIBS,
        f"A batch, its effects alone, {_MODEL}",
        "xgboost's pred_contribs",
    ),
    Headline(
        "file", "default", ("usual loop",), "A file, explained,", "the usual loop, unexplained"
    ),
    Headline(
        "file", "default", ("floor",), "A file, explained,", "reading it and writing a ready table"
    ),
)


def ratios(bench: Bench) -> tuple[Ratio, ...]:
    """Return every peer beside every way of ours that scores the same and says as much or more."""
    return tuple(
        Ratio(
            part=peer.way.part,
            ours=ours.way.key,
            peer=peer.way.key,
            times=peer.seconds / ours.seconds,
        )
        for ours in bench.timed
        for peer in bench.of(ours.way.part)
        if ours.way.ours and not peer.way.ours and ours.way.explained >= peer.way.explained
    )


def sentences(bench: Bench) -> tuple[str, ...]:
    """Return the headlines in words, as far as they were timed."""
    found = ratios(bench)
    told = ((one, one.times(found)) for one in HEADLINES)
    return tuple(
        f"{one.what} takes {share_words(times)} the time of {one.of}."
        for one, times in told
        if times is not None
    )


def share_words(times: float) -> str:
    """Return which share it is of something that takes `times` as long, in words.

    Examples
    --------
    >>> share_words(85.3), share_words(1.44), share_words(0.5)
    ('1/85 of', '1/1.4 of', '2 times')
    """
    return f"1/{_short(times)} of" if times >= 1 else f"{_short(1 / times)} times"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
