"""What a column's name says about it."""

import re

from leadscore.leads.field import Theme

__all__ = [
    "LABEL_NAMES",
    "looks_like_code",
    "looks_like_id",
    "protected",
    "says_came_in",
    "says_created",
    "theme_of",
    "words_of",
]

#: Columns that are taken for the label where none is named, in this order, case aside.
LABEL_NAMES = ("converted", "tier", "won", "y", "outcome", "label", "target")

_THEMES: tuple[tuple[Theme, str], ...] = (
    ("sales", "attempt attempts call calls called contacted outreach touches followup followups"),
    (
        "intent",
        "inquiry inquiries inquired enquiry enquiries preapproved approved demo demos request "
        "requests requested quote quotes quoted trial appointment appointments viewing viewings",
    ),
    (
        "engagement",
        "visit visits opens opened view views viewed click clicks clicked session sessions page "
        "pages pageviews download downloads website webinar webinars spent engagement",
    ),
    (
        "fit",
        "income salary revenue turnover budget credit age company employees industry job "
        "occupation profession specialization title seniority education marital city country state "
        "region province zip postcode balance wealth assets housing loan mortgage default gender",
    ),
)
_THEME_OF = {word: theme for theme, words in _THEMES for word in words.split()}
_ENGAGED = ("time on", "time spent")

_KEYS = frozenset(["id", "ids", "uuid", "guid", "key", "rownum", "rowid", "pk"])
_REACHES = frozenset(["email", "mail", "phone", "mobile", "telephone", "cell", "ssn", "passport"])
_NUMBERED = frozenset(["number", "no", "nr", "num", "address"])
_THINGS = _REACHES | frozenset(
    ["lead", "prospect", "customer", "client", "contact", "record", "account", "person", "case"]
)
_CODES = frozenset(["code", "codes", "type", "id"])
_POSTAL = frozenset(["zip", "zipcode", "postal", "postcode", "plz", "pincode"])
_CREATED = frozenset(
    ["created", "create", "creation", "date", "timestamp", "time", "received", "entered", "added"]
)
#: Without "date" and "time" alone, which may be the day of the sale.
_CAME_IN = frozenset(
    ["created", "creation", "create", "received", "entered", "added", "inquired", "submitted"]
)
#: Words for what comes after a lead came in: no date with one of them is that of its coming.
_AFTER = frozenset(
    ["close", "closed", "closing", "last", "latest", "modified", "updated", "update", "changed"]
) | frozenset(
    ["converted", "conversion", "won", "lost", "end", "ended", "expected", "due", "completed"]
)
_PROTECTED = frozenset(
    ["age", "birth", "birthday", "birthdate", "dob", "gender", "sex", "race", "ethnicity"]
) | frozenset(["ethnic", "religion", "nationality", "disability", "pregnant", "marital"])


def words_of(name: str) -> list[str]:
    """Return the words of a column's name in lower case.

    Examples
    --------
    >>> words_of("LeadNumber"), words_of("Prospect ID"), words_of("emp.var.rate")
    (['lead', 'number'], ['prospect', 'id'], ['emp', 'var', 'rate'])
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", spaced.lower())


def theme_of(name: str) -> Theme:
    """Return the theme that a word of the name belongs to, else ``other``."""
    words = words_of(name)
    text = " ".join(words)
    if any(phrase in text for phrase in _ENGAGED):
        return "engagement"
    if "pre approved" in text:
        return "intent"
    found = [_THEME_OF[word] for word in words if word in _THEME_OF]
    # "company visits" is about the visits, "requested pages" about the request
    order = [theme for theme, _ in _THEMES]
    return min(found, key=order.index, default="other")


def looks_like_id(name: str) -> bool:
    """Tell whether the name is that of a key, a lead's number, or an address to reach one.

    Examples
    --------
    >>> [looks_like_id(name) for name in ("Lead Number", "email", "email_opens", "nr.employed")]
    [True, True, False, False]
    """
    words = words_of(name)
    if not words:
        return False
    numbered = words[-1] in _NUMBERED and bool(_THINGS & set(words[:-1]))
    return words[-1] in _KEYS | _REACHES or words[0] in ("id", "uuid") or numbered


def looks_like_code(name: str) -> bool:
    """Tell whether whole numbers under this name are codes and not amounts."""
    words = words_of(name)
    return bool(words) and (words[-1] in _CODES or bool(_POSTAL & set(words)))


def says_created(name: str) -> bool:
    """Tell whether a date of this name may be the one that a lead came in at.

    Examples
    --------
    >>> [says_created(name) for name in ("Date", "Closed Date", "Last Modified Date")]
    [True, False, False]
    """
    words = set(words_of(name))
    return bool(_CREATED & words) and not _AFTER & words


def says_came_in(name: str) -> bool:
    """Tell whether a date of this name is the one that a lead came in at.

    Examples
    --------
    >>> [says_came_in(name) for name in ("Create Date", "created_at", "close_date", "date")]
    [True, True, False, False]
    """
    words = set(words_of(name))
    return bool(_CAME_IN & words) and not _AFTER & words


def protected(name: str) -> bool:
    """Tell whether the name is that of an attribute that laws protect in many places."""
    return bool(_PROTECTED & set(words_of(name)))
