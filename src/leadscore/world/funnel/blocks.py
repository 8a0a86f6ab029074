"""Leads of the market world that arrive after one another, with all that ever happens to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.world.funnel.calendar import SCORED_AFTER
from leadscore.world.funnel.chance import true_chance
from leadscore.world.funnel.fate import Fate, draw_after, draw_fate
from leadscore.world.funnel.people import draw_people
from leadscore.world.funnel.tracks import Track, counted, draw_before

__all__ = ["Block", "draw_block"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Leads, their events and their fate.

    Parameters
    ----------
    created : ndarray of int64 of shape (n,)
        When they arrived, in seconds since 1970-01-01 UTC.
    drifted : ndarray of bool of shape (n,)
        Whether the drift had set in by then.
    texts : mapping of str to ndarray of object of shape (n,)
        The categories as known when scored, None where missing.
    numbers : mapping of str to ndarray of float64 of shape (n,)
        The numbers as known when scored, NaN where missing.
    chance : ndarray of shape (n,)
        The exact probability to convert within the horizon.
    fate : Fate
        What becomes of them.
    track : Track
        All their events, by lead and then by time.
    """

    created: NDArray[np.int64]
    drifted: NDArray[np.bool_]
    texts: Mapping[str, NDArray[np.object_]]
    numbers: Mapping[str, Numbers]
    chance: Numbers
    fate: Fate
    track: Track

    @classmethod
    def joined(cls, parts: Sequence["Block"]) -> "Block":
        """Return blocks that follow one another as one."""
        sizes = np.cumsum([0, *(len(part.created) for part in parts)])
        first = parts[0]
        track = Track(
            lead=np.concatenate(
                [part.track.lead + np.int32(size) for part, size in zip(parts, sizes, strict=False)]
            ),
            at=np.concatenate([part.track.at for part in parts]),
            kind=np.concatenate([part.track.kind for part in parts]),
            value=np.concatenate([part.track.value for part in parts]),
        )
        return cls(
            created=np.concatenate([part.created for part in parts]),
            drifted=np.concatenate([part.drifted for part in parts]),
            texts={
                name: np.concatenate([one.texts[name] for one in parts]) for name in first.texts
            },
            numbers={
                name: np.concatenate([one.numbers[name] for one in parts]) for name in first.numbers
            },
            chance=np.concatenate([part.chance for part in parts]),
            fate=Fate.joined([part.fate for part in parts]),
            track=track,
        )


def draw_block(
    rng: np.random.Generator, created: NDArray[np.int64], *, drifted: NDArray[np.bool_]
) -> Block:
    """Draw the leads that arrive at these moments, and all that ever happens to them.

    The counters and flags of a lead are counted from its events, and its chance follows from what
    it shows; only then is its outcome drawn, and what happens after the scoring.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the draws come from.
    created : ndarray of int64 of shape (n,)
        When the leads arrive, in seconds since 1970-01-01 UTC.
    drifted : ndarray of bool of shape (n,)
        Whether the drift has set in by then.
    """
    people = draw_people(rng, created, drifted=drifted)
    before, guess = draw_before(rng, people)
    numbers = {**people.numbers, **counted(before, until=created + SCORED_AFTER)}
    told = numbers["budget_disclosed"] == 1
    numbers["stated_budget"] = np.where(told, numbers["stated_budget"], np.nan)
    chance = true_chance(numbers, people.texts, drifted=drifted)
    fate = draw_fate(rng, people, chance=chance)
    after = draw_after(rng, people, fate=fate, guess=guess)
    return Block(
        created=created,
        drifted=drifted,
        texts=people.texts,
        numbers=numbers,
        chance=chance,
        fate=fate,
        track=Track.joined([before, after]),
    )
