"""Numbers as people read them, en-US: 1,234 and 12.3 %."""

__all__ = ["compact", "count", "decimal", "percent", "percent_range", "signed", "times"]

#: Keeps a number and its unit on one line.
SPACE = "\u00a0"


def count(n: float) -> str:
    """Return a whole number with thousands set apart.

    Examples
    --------
    >>> count(1234.0)
    '1,234'
    """
    return _minus(f"{n:,.0f}")


def decimal(x: float, *, digits: int = 3) -> str:
    """Return a number with `digits` places.

    Examples
    --------
    >>> decimal(0.26749)
    '0.267'
    """
    return _minus(f"{x:,.{digits}f}")


def percent(x: float, *, digits: int = 1) -> str:
    """Return a share (0-1) in per cent, a no-break space before the sign."""
    return f"{decimal(100 * x, digits=digits)}{SPACE}%"


def percent_range(low: float, high: float, *, digits: int = 1) -> str:
    """Return two shares (0-1) as a range in per cent, for example ``31-44 %`` with an en dash."""
    return f"{decimal(100 * low, digits=digits)}–{percent(high, digits=digits)}"


def signed(x: float, *, digits: int = 2) -> str:
    """Return a number with its sign, plus or minus.

    Examples
    --------
    >>> signed(1.3, digits=1)
    '+1.3'
    """
    words = decimal(x, digits=digits)
    return words if words.startswith("−") or not float(words.replace(",", "")) else f"+{words}"


def times(x: float, *, digits: int = 1) -> str:
    """Return a factor, for example ``2.4 ×`` with a no-break space."""
    return f"{decimal(x, digits=digits)}{SPACE}×"


def compact(x: float) -> str:
    """Return an axis number as short as it can be: 250,000, 1.5M, 0.25.

    Examples
    --------
    >>> [compact(one) for one in (250000, 1500000, 0.25, 3.0)]
    ['250,000', '1.5M', '0.25', '3']
    """
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if abs(x) >= size:
            return _minus(f"{x / size:.4g}{letter}")
    return _minus(f"{x:,.0f}" if float(x).is_integer() else f"{x:.4g}")


def _minus(words: str) -> str:
    if words.startswith("-") and not any(digit in words for digit in "123456789"):
        return words[1:]
    return words.replace("-", "−")
