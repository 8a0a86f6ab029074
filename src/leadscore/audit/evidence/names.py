"""What a column's name says about when, and by whom, it was written."""

import re
import unicodedata
from typing import Literal, NamedTuple

from leadscore.audit.evidence import lexicon, lexicon_abroad
from leadscore.leads.guess.names import words_of

__all__ = ["Hint", "hint_of"]

Kind = Literal["outcome", "call", "seller", "state"]

#: Words run together, as `closedate`, are taken apart from this length on.
_LONG = 7


class Hint(NamedTuple):
    """What a name says: the kind of column, and that in words."""

    kind: Kind
    words: str


_TABLE: tuple[tuple[Kind, tuple[str, ...], str], ...] = (
    ("outcome", lexicon.OUTCOME + lexicon_abroad.OUTCOME, "its name says how the lead ended"),
    ("call", lexicon.CALL, "its name says how long a contact took, which is known after it"),
    ("seller", lexicon.SELLER + lexicon_abroad.SELLER, "its name says that sales wrote it"),
    (
        "state",
        lexicon.STATE + lexicon_abroad.STATE,
        "its name says how things stood when the file was written",
    ),
)
_COMPILED = tuple((kind, re.compile("|".join(forms)), said) for kind, forms, said in _TABLE)
_ORDINARY = re.compile(f"{lexicon.ORDINARY}|{lexicon_abroad.ORDINARY}")
_PARTS = re.compile(f"(?:{lexicon.PARTS})+")
_PART = re.compile(lexicon.PARTS)


def hint_of(name: str) -> Hint | None:
    """Return what the name says about when the column was written; None where nothing.

    Examples
    --------
    >>> [hint.kind for hint in map(hint_of, ("CloseDate", "Tags", "Last Activity")) if hint]
    ['outcome', 'seller', 'state']
    >>> hint_of("marital status") is None and hint_of("credit_score") is None
    True
    """
    words = words_of(_plain(name))
    # as it is written, and with a space between words that were run together
    forms = {" ".join(words), " ".join(_apart(word) for word in words)}
    if any(_ORDINARY.search(form) for form in forms):
        return None
    for kind, pattern, said in _COMPILED:
        if any(pattern.search(form) for form in forms):
            return Hint(kind, said)
    return None


def _plain(name: str) -> str:
    """Return the name without accents."""
    apart = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(one for one in apart if not unicodedata.combining(one))


def _apart(word: str) -> str:
    """Return a word that is made of telling words alone with spaces between those."""
    if len(word) < _LONG or not _PARTS.fullmatch(word):
        return word
    return " ".join(_PART.findall(word))
