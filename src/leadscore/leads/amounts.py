"""Amounts as people write them: with a currency or a percent sign, or with marked thousands."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Amount", "read_amount", "same_sign", "sign_in"]

_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU"
_OTHERS = "AED BGN BHD BRL CHF CRC DOP GHS JOD KES KWD MAD MYR OMR PEN QAR RON RSD SAR TND ZAR"
#: What each sign may stand for; in a unit it stands for the first.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "$": tuple(_DOLLARS.split()),
    "€": ("EUR",),
    "£": ("GBP", "EGP"),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₫": ("VND",),
    "₴": ("UAH",),
    "₪": ("ILS",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "฿": ("THB",),
    "US$": ("USD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "AU$": ("AUD",),
    "NZ$": ("NZD",),
    "S$": ("SGD",),
    "HK$": ("HKD",),
    "NT$": ("TWD",),
    "MX$": ("MXN",),
    "R$": ("BRL",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "SEK", "NOK", "ISK"),
    "zł": ("PLN",),
    "Kč": ("CZK",),
    "Ft": ("HUF",),
    "Fr.": ("CHF",),
    "Rs": ("INR", "PKR", "LKR", "NPR"),
    "Rs.": ("INR", "PKR", "LKR", "NPR"),
    "Rp": ("IDR",),
    "%": ("%",),
}
#: ISO 4217, and words for units that people write out.
_CODES = {*_OTHERS.split(), *(code for codes in _SIGNS.values() for code in codes)} - {"%"}
_WORDS = {"dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "percent": "%"}

_BLANK = "[ \u00a0\u2009\u202f]"
_BEFORE = "|".join(sorted(map(re.escape, {*_SIGNS, *_CODES} - {"%"}), key=len, reverse=True))
#: Groups of exactly three digits, all marked by one and the same mark, or no groups at all.
_WHOLE = "(?:[1-9][0-9]{{0,2}}(?P<mark>[{marks}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*|[0-9]+)"
_AMOUNTS: Mapping[str, re.Pattern[str]] = {
    decimal: re.compile(
        rf"(?P<outer>[+-])?(?:(?P<before>{_BEFORE}){_BLANK}?)?(?P<inner>[+-])?"
        rf"(?P<digits>(?:{whole}(?:[{decimal}][0-9]+)?|[{decimal}][0-9]+))"
        rf"(?:{_BLANK}?(?P<after>{_BEFORE}|%))?"
    )
    for decimal in (".", ",")
    for whole in [_WHOLE.format(marks=",.'’ \u00a0\u2009\u202f".replace(decimal, ""))]
}
_NOT_DIGITS = {decimal: re.compile(rf"[^0-9{decimal}]") for decimal in (".", ",")}
_SIGN_IN = re.compile(rf"(?<!\w)(?:{_BEFORE})(?!\w)|%|\b(?:{'|'.join(_WORDS)})\b")


class Amount(NamedTuple):
    """A number, and the sign that it was written with: a currency's, ``%`` or none."""

    number: float
    sign: str


def read_amount(text: str, decimal: str) -> Amount | None:
    """Return the amount that a text is, or None where it is none or could be two.

    Thousands may be marked by blanks, apostrophes, and by whichever of comma and dot is not the
    decimal mark, in groups of three digits each.

    Parameters
    ----------
    text : str
        The text, without blanks around it.
    decimal : {".", ","}
        The decimal mark.

    Examples
    --------
    >>> read_amount("$412,930", ".")
    Amount(number=412930.0, sign='$')
    >>> read_amount("-1.234,5 €", ",")
    Amount(number=-1234.5, sign='€')
    >>> read_amount("1,23", ".") is None
    True
    """
    match = _AMOUNTS[decimal].fullmatch(text)
    if match is None or (match["outer"] and match["inner"]) or (match["before"] and match["after"]):
        return None
    number = float(_NOT_DIGITS[decimal].sub("", match["digits"]).replace(",", "."))
    minus = "-" in (match["outer"], match["inner"])
    return Amount(-number if minus else number, match["before"] or match["after"] or "")


def sign_in(unit: str) -> str:
    """Return the currency's sign or code, or the ``%``, that a unit names; empty where none.

    Examples
    --------
    >>> sign_in("USD a year"), sign_in("percent"), sign_in("points")
    ('USD', '%', '')
    """
    match = _SIGN_IN.search(unit)
    return _WORDS.get(match[0], match[0]) if match else ""


@lru_cache(maxsize=512)
def same_sign(sign: str, unit: str) -> bool:
    """Tell whether an amount with this sign, or with none, is in the unit.

    Parameters
    ----------
    sign : str
        The sign of an `Amount`.
    unit : str
        A field's unit.

    Examples
    --------
    >>> same_sign("$", "USD a year"), same_sign("€", "USD a year"), same_sign("$", "")
    (True, False, False)
    """
    named = sign_in(unit)
    return not sign or bool(named and _SIGNS.get(named, (named,))[0] in _SIGNS.get(sign, (sign,)))
