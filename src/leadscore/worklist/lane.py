"""Lanes: most leads are called by rank, a few by lot, so that the model keeps being tested."""

import datetime as dt
import hashlib
from typing import Literal

__all__ = ["Lane", "lane_of"]

Lane = Literal["priority", "explore"]


def lane_of(lead_id: str, day: dt.date, *, share: float) -> Lane:
    """Return a lead's lane on a day: ``explore`` for a `share` of the leads, drawn by their ids.

    The draw is a hash, so the same lead on the same day always has the same lane, and a lead that
    is explored at one share is so at every larger one.

    Parameters
    ----------
    lead_id : str
        The lead.
    day : datetime.date
        The day on which its task was made.
    share : float
        How many of the leads are explored, 0-1.

    Examples
    --------
    >>> lanes = [lane_of(f"L{at}", dt.date(2026, 3, 9), share=0.1) for at in range(1000)]
    >>> lanes.count("explore")
    95
    """
    text = f"{day.isoformat()} {lead_id}"
    drawn = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]
    return "explore" if int.from_bytes(drawn) < share * 2**64 else "priority"
