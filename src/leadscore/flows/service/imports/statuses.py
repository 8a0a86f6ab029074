"""What a CRM's status says came of a lead."""

from leadscore.leads.guess.names import words_of
from leadscore.leads.guess.stages import says_closed
from leadscore.leads.outcome import OutcomeKind
from leadscore.leads.values import FALSE_WORDS, TRUE_WORDS

__all__ = ["outcome_of", "says_nothing"]

_NO = FALSE_WORDS | {"0", ""}
_YES = TRUE_WORDS | {"1"}
_WON = frozenset(
    ["won", "converted", "customer", "client", "konvertiert", "gewonnen", "kunde", "ganado"]
) | frozenset(["ganada", "convertido", "convertida", "cliente", "gagné", "gagnée", "vinto"])
_DENIED = frozenset(["not", "no", "non", "nicht", "never", "lost", "former"])
_QUALIFIED = frozenset(["qualified", "sql", "sal", "opportunity", "qualifiziert"])
#: Marketing's own judgement comes before a person has spoken to anybody.
_MARKETING = frozenset(["marketing", "mql", "pre", "un", "unqualified"])
_CONTACTED = frozenset(["contacted", "connected", "kontaktiert", "contactado", "contacté"])
_TRIED = frozenset(["attempt", "attempted", "attempting", "future", "to"])


def outcome_of(status: str) -> OutcomeKind | None:
    """Return what came of a lead of this status; None where nothing did, or nobody can tell.

    Examples
    --------
    >>> [outcome_of(one) for one in ("Closed - Converted", "Closed - Not Converted", "Customer")]
    ['converted', 'lost', 'converted']
    >>> [outcome_of(one) for one in ("Working - Contacted", "Open - Not Contacted", "Unqualified")]
    ['contacted', None, 'lost']
    """
    words = frozenset(words_of(status))
    if status.strip().lower() in _YES:
        return "converted"
    if says_closed(status):
        return "converted" if words & _WON and not words & _DENIED else "lost"
    if words & _DENIED:
        return None
    if words & _QUALIFIED and not words & _MARKETING:
        return "qualified"
    return "contacted" if words & _CONTACTED and not words & _TRIED else None


def says_nothing(status: str) -> bool:
    """Tell whether a status is a plain no, or nothing at all: the lead is open then."""
    return status.strip().lower() in _NO
