"""What a model does not know, in words: sets of tiers, similar leads, unknown fields."""

from collections.abc import Sequence

__all__ = ["rate_words", "set_words", "similar_words", "tier_words", "unknown_words"]

#: So many fields are named, the rest are counted.
_NAMED = 2


def set_words(names: Sequence[str]) -> str:
    """Return a set of classes as people say it, the highest first.

    Parameters
    ----------
    names : sequence of str
        The classes in the set, lowest first, as a score record has them.

    Examples
    --------
    >>> set_words(["Medium", "High"])
    'High or Medium'
    >>> set_words(["Low", "Medium", "High"])
    'High, Medium or Low'
    """
    *rest, last = reversed(list(names))
    return f"{', '.join(rest)} or {last}" if rest else last


def tier_words(tier: str, tier_set: Sequence[str]) -> str:
    """Return a stated tier with the doubt about it.

    Parameters
    ----------
    tier : str
        The stated tier.
    tier_set : sequence of str
        The tiers that cannot be ruled out, lowest first, as a score record has them.

    Examples
    --------
    >>> tier_words("High", ["High"]), tier_words("High", ["Medium", "High"])
    ('High', 'High or Medium')
    >>> tier_words("Cold", ["Hot"])
    'Cold, though more like Hot'
    """
    if tier in tier_set:
        return set_words(tier_set)
    # of two tiers a rare one is seldom the more probable, but such leads can be typical of it
    return f"{tier}, though more like {set_words(tier_set)}"


def similar_words(n: int, converted: int, low: float, high: float) -> str:
    """Return what came of similar reference leads, with the exact 95 % interval of their rate.

    Parameters
    ----------
    n, converted : int
        How many there are, and how many of them converted.
    low, high : float
        The interval, 0-1.

    Examples
    --------
    >>> similar_words(214, 31, 0.1006, 0.1989)
    'of 214 similar leads 31 converted (14 %, 10–20 %)'
    """
    rate = rate_words(converted / n) if n else "–"
    places = 0 if n and converted / n >= 0.095 else 1
    interval = f"{_percent(low, places)}–{_percent(high, places)} %"
    return f"of {n:,} similar leads {converted:,} converted ({rate}, {interval})"


def rate_words(rate: float) -> str:
    """Return a rate in per cent; one below ten keeps a decimal.

    Examples
    --------
    >>> [rate_words(one) for one in (0.1449, 0.014, 1.0)]
    ['14 %', '1.4 %', '100 %']
    """
    return f"{_percent(rate, 0 if rate >= 0.095 else 1)} %"


def unknown_words(names: Sequence[str], *, missing: int, share: float, fields: int) -> str:
    """Return why a lead of which too much is unknown has no score.

    Parameters
    ----------
    names : sequence of str
        The unknown fields in words; those that carry most come first.
    missing : int
        How many of them are missing; the rest are far outside what the model has seen, or of a
        category that it has not.
    share : float
        The share of the score's range, 0-1, that they carry.
    fields : int
        The number of the model's fields.

    Examples
    --------
    >>> unknown_words(["annual income", "credit score"], missing=2, share=0.71, fields=10)
    'Unscored: annual income and credit score are missing; they carry 71 % of the score'
    >>> unknown_words(["visits"], missing=0, share=0.52, fields=4)
    'Unscored: visits is far outside what the model has seen; it carries 52 % of the score'
    """
    alone = len(names) == 1
    kinds = [("missing", missing), (_FAR, len(names) - missing)]
    how = " or ".join(words for words, n in kinds if n)
    if share > 0.5:
        why = f"{'it carries' if alone else 'they carry'} {rate_words(share)} of the score"
    else:
        why = f"{'it is' if alone else 'they are'} {len(names)} of the model's {fields} fields"
    return f"Unscored: {_listed(names)} {'is' if alone else 'are'} {how}; {why}"


_FAR = "far outside what the model has seen"


def _listed(names: Sequence[str]) -> str:
    shown, more = names[:_NAMED], len(names) - _NAMED
    if more == 1:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(shown)} and {more} more" if more > 0 else " and ".join(shown)


def _percent(share: float, places: int) -> str:
    return f"{share * 100:.{places}f}"
