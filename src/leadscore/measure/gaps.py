"""When a gap between what was said and what came true is worth a word."""

__all__ = ["GAP", "RELATIVE_GAP", "worth_a_word"]

#: A gap smaller than this share of what came true is not warned of, however sure it is.
RELATIVE_GAP = 0.10

#: Nor is one smaller than this, in probability, where nearly all came true.
GAP = 0.01


def worth_a_word(said: float, came: float) -> bool:
    """Return whether a gap is large enough to act on; whether it is sure is another question.

    Parameters
    ----------
    said : float
        What was said on average, in 0-1.
    came : float
        The share that came true, in 0-1.

    Notes
    -----
    A gap of a tenth of what came true matters. So does one of a tenth of what did not, and of
    0.01 at least: 90 % said and 86 % right is nearly half as many wrong ones again as said.

    Examples
    --------
    >>> worth_a_word(0.14, 0.13), worth_a_word(0.015, 0.018), worth_a_word(0.90, 0.86)
    (False, True, True)
    """
    gap = abs(said - came)
    return gap >= RELATIVE_GAP * came or gap >= max(GAP, RELATIVE_GAP * (1 - came))
