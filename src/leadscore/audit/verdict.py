"""From charges to a verdict, in words that a person can act on."""

from leadscore.audit.evidence.charge import Charge
from leadscore.audit.evidence.names import Hint
from leadscore.audit.findings import Evidence, Finding, Verdict, Worth, worst
from leadscore.audit.lone import Lone

__all__ = ["charge_of_name", "finding", "verdict_of"]

#: What a name alone is not enough for, by the AUC of the column by itself.
_BACKED, _HEARD, _STRONG = 0.65, 0.57, 0.85
#: A name of the kind `call` is believed where the column also buys this much AUC.
_CALLED, _BUYS, _BUYS_SOME = 0.72, 0.03, 0.015
#: How things stand now, where that buys this much beside all that is honest, is the outcome.
_BUYS_MUCH = 0.1
#: From this standard error of the AUC on, that a column says nothing is not known either.
_UNSURE = 0.04
#: Kinds of evidence, the ones that a person understands at once first.
_TOLD = (
    *("filled_after", "filled_once_known", "marked_after", "near_copy", "late"),
    *("group_average", "own_rate", "one_sided", "ordered_id", "name_outcome", "name_call"),
    *("only_for_some", "dominates", "name_seller", "name_state"),
)
#: Two of these are still one question: names are no proof, and the others are mere strength.
_OF_ONE_MIND = frozenset(
    [
        *("name_outcome", "name_call", "name_seller", "name_state"),
        *("dominates", "only_for_some", "one_sided", "marked_after"),
    ]
)
_GRAVE: tuple[Verdict, ...] = ("leak", "ask", "clean")


def charge_of_name(
    hint: Hint, said: Lone | None, *, gain: float, charged: Verdict
) -> Charge | None:
    """Return what the column's name is enough for, or None.

    Parameters
    ----------
    hint : Hint
        What the name says.
    said : Lone, optional
        What the column says by itself; none where too few outcomes are known.
    gain : float
        What it buys in AUC beside the columns that are scored.
    charged : Verdict
        What the other evidence is enough for.
    """
    verdict = _by_name(hint, said, gain=gain, charged=charged)
    if verdict == "clean":
        return None
    words = f"{hint.words}"
    return Charge(
        evidence=Evidence(kind=f"name_{hint.kind}", value=None, words=words),
        verdict=verdict,
        why=hint.words,
    )


def verdict_of(charges: list[Charge]) -> Verdict:
    """Return the verdict: the gravest charge, or a leak where two questions are about the same."""
    found = worst(one.verdict for one in charges)
    told = {one.evidence.kind for one in charges if one.evidence.kind not in _OF_ONE_MIND}
    return "leak" if found == "ask" and len(told) > 1 else found


def finding(  # noqa: PLR0913  -- each is a part of the finding, and all are known at one place
    field: str,
    role: str,
    *,
    scored: bool,
    charges: list[Charge],
    said: Lone | None,
    worth: Worth | None,
    beside: tuple[str, ...],
) -> Finding:
    """Return the finding on one column.

    Parameters
    ----------
    field, role : str
        The column and its role in the schema.
    scored : bool
        Whether the schema scores it; only then there is a line to put.
    charges : list of Charge
        What speaks against it.
    said : Lone, optional
        What it says by itself.
    worth : Worth, optional
        What it buys.
    beside : tuple of str
        Suspects that were dropped with it, since they say the same.
    """
    charges = sorted(
        charges, key=lambda one: (_GRAVE.index(one.verdict), _TOLD.index(one.evidence.kind))
    )
    verdict = verdict_of(charges)
    evidence = [one.evidence for one in charges]
    if worth and beside:
        evidence.append(_joint(worth, beside))
    if said is not None:
        words = f"AUC {said.auc:.3f} by itself, for leads with {said.cut.top}"
        evidence.append(Evidence(kind="lone_auc", value=said.auc, words=words))
    because = charges[0].why if charges else ""
    return Finding(
        field=field,
        verdict=verdict,
        role=role,
        evidence=tuple(evidence),
        worth=worth,
        line=_line(verdict, because) if scored else "",
        why=_sentence(verdict, because, worth),
    )


def _by_name(hint: Hint, said: Lone | None, *, gain: float, charged: Verdict) -> Verdict:
    auc = said.auc if said and said.telling else 0.5
    if hint.kind == "outcome":
        if auc >= _BACKED or charged != "clean":
            return "leak"
        # a column that says nothing about the outcome is not the outcome, whatever its name
        return "ask" if said is None or auc >= _HEARD or said.error > _UNSURE else "clean"
    if hint.kind == "call" and auc >= _CALLED and gain >= _BUYS:
        return "leak"
    if charged == "ask" or (auc >= _STRONG and gain >= _BUYS_SOME):
        return "leak"
    if hint.kind == "state" and gain >= _BUYS_MUCH:
        return "leak"
    return "ask" if auc >= _HEARD else "clean"


def _joint(worth: Worth, beside: tuple[str, ...]) -> Evidence:
    return Evidence(
        kind="joint",
        value=worth.auc_with - worth.auc_without,
        words=f"says the same as {', '.join(beside)}: AUC {worth.auc_with:.3f} with all of them, "
        f"{worth.auc_without:.3f} without",
    )


def _line(verdict: Verdict, because: str) -> str:
    if verdict == "clean":
        return ""
    return f'role = "ignore"  # {because}' if verdict == "leak" else f"# ask: {because}"


def _sentence(verdict: Verdict, because: str, worth: Worth | None) -> str:
    if verdict == "clean":
        return "Nothing odd was found."
    buys = f"; AUC {worth.auc_with:.3f} with it, {worth.auc_without:.3f} without" if worth else ""
    if verdict == "leak":
        return f"It gives the outcome away: {because}{buys}."
    return f"Was it known when the lead was to be scored? {because[:1].upper()}{because[1:]}{buys}."
