"""Which stages of a sale are still open: nothing has come of such a lead yet."""

import re

from leadscore.leads.guess.names import words_of

__all__ = ["says_closed", "still_open"]

#: A word of these ends a stage whatever else is said.
_CLOSED_WORDS = (
    "closed lost won converted unconverted disqualified unqualified rejected refused "
    "declined junk spam dead invalid duplicate cancelled canceled expired abandoned customer "
    "client uninterested verloren gewonnen geschlossen abgelehnt abgesagt konvertiert kunde "
    "unqualifiziert perdido perdida ganado ganada cerrado cerrada convertido convertida "
    "rechazado cliente perdu perdue gagné gagnée fermé fermée converti convertie rejeté "
    "perso vinto chiuso"
)
_CLOSED = frozenset(_CLOSED_WORDS.split())
_CLOSED_FORMS = re.compile(
    r"\b(?:not? (?:longer )?(?:interest\w*|qualified|converted|a fit)|bad (?:fit|timing|data|lead)|"
    r"wrong (?:number|person)|do not (?:call|contact)|kein interesse|nicht interessiert)\b"
)
#: How the names of open stages begin.
_OPEN = re.compile(
    r"(?:open|reopened|working|work in progress|new|(?:not (?:yet )?)?contacted|contact in future|"
    r"contacting|attempt\w*|connected|engaged|nurtur\w+|negotiat\w+|proposal|quote sent|"
    r"contract sent|value proposition|prospecting|qualification|qualifying|pre qualification|"
    r"needs analysis|perception analysis|id decision makers|decision maker bought in|discovery|"
    r"(?:appointment|presentation|demo|meeting|call) (?:scheduled|booked|set)|"
    r"in (?:progress|process)|pending|on hold|follow(?:ing)? up|unknown|undecided|"
    r"unassigned|assigned|"
    r"offen|neu|neuer?|in bearbeitung|in arbeit|in verhandlung|kontaktiert|angebot|unbekannt|"
    r"en (?:curso|proceso|cours)|abiert[oa]|nuev[oa]|contactad[oa]|negociación|propuesta|"
    r"desconocid[oa]|ouvert|ouverte|nouveau|nouvelle|contacté|contactée|négociation|inconnu|"
    r"in (?:corso|lavorazione)|apert[oa]|nuovo|em (?:andamento|curso)|abert[oa]|nov[oa]|"
    r"in behandeling)\b"
)
#: These end some processes and are steps of others.
_PASSED = re.compile(r"(?:(?:pre |sales |marketing )?qualified|mql|sql|sal|qualifiziert)\b")


def says_closed(stage: str) -> bool:
    """Tell whether a stage's name says that the lead is won or lost, for good.

    Examples
    --------
    >>> [says_closed(one) for one in ("Closed - Converted", "Not Qualified", "Qualified")]
    [True, True, False]
    """
    words = words_of(stage)
    return bool(_CLOSED & set(words)) or bool(_CLOSED_FORMS.search(" ".join(words)))


def still_open(stages: list[str], positive: str) -> list[str]:
    """Return the stages, without the positive one, whose names say that the lead is still open.

    "Qualified" is a step on the way only where other names say what won and what lost.

    Parameters
    ----------
    stages : list of str
        All values of the label.
    positive : str
        The one that counts as converted, as it is spelled in `stages`.

    Examples
    --------
    >>> still_open(["Closed - Converted", "Lost", "Working - Contacted"], "Closed - Converted")
    ['Working - Contacted']
    """
    rest = [one for one in stages if one != positive and not says_closed(one)]
    lost = [one for one in stages if one != positive and says_closed(one)]
    known = says_closed(positive) and bool(lost)
    texts = {one: " ".join(words_of(one)) for one in rest}
    return [
        one for one, text in texts.items() if _OPEN.match(text) or (known and _PASSED.match(text))
    ]
