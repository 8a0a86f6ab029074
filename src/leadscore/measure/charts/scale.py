"""From values to places on the page, and the round numbers to mark there."""

import math
from dataclasses import dataclass

__all__ = ["Scale", "nice_span", "nice_ticks"]

#: The steps between ticks that people count in, times a power of ten.
STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight line from values to pixels.

    Parameters
    ----------
    low, high : float
        The ends in values; equal ends put everything in the middle.
    start, end : float
        The ends in pixels.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of `value`, kept within the ends."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        return self.start + share * (self.end - self.start)


def nice_ticks(low: float, high: float, *, most: int = 6) -> tuple[float, ...]:
    """Return at most `most` round numbers within `low` to `high`, evenly spaced.

    Examples
    --------
    >>> nice_ticks(0, 0.37)
    (0.0, 0.1, 0.2, 0.3)
    """
    if not high > low:
        return (low,)
    step = _step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(_round(i * step, step) for i in range(first, last + 1))


def nice_span(low: float, high: float, *, most: int = 6) -> tuple[float, float]:
    """Return the span widened to round numbers, so that an axis begins and ends at a tick.

    Examples
    --------
    >>> nice_span(-0.7, 1.93)
    (-1.0, 2.0)
    """
    if not high > low:
        return low - 0.5, high + 0.5
    step = _step(high - low, most)
    return (
        _round(math.floor(low / step + 1e-9) * step, step),
        _round(math.ceil(high / step - 1e-9) * step, step),
    )


def _step(span: float, most: int) -> float:
    rough = span / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))


def _round(value: float, step: float) -> float:
    # 3 * 0.1 is 0.30000000000000004, which a label would print.
    return round(value, max(0, 2 - math.floor(math.log10(step)))) + 0.0
