"""What a label column of an unknown file predicts."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from leadscore.errors import BadRequest, Fault
from leadscore.leads.field import DEFAULT_TIERS, Field, Label, Tier, tiers_for
from leadscore.leads.guess.profile import Profile, without
from leadscore.leads.guess.stages import still_open
from leadscore.leads.values import parse_label

__all__ = ["GuessedLabel", "guess_label"]

#: Pairs of which the second is the positive one.
_PAIRS = (
    ("0", "1"),
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("lost", "won"),
    ("closed lost", "closed won"),
    ("not converted", "converted"),
    ("not_converted", "converted"),
    ("unconverted", "converted"),
)
_SCALES = (("low", "medium", "high"), ("cold", "warm", "hot"))
#: More different values than this are no outcome and no tier.
_MOST = 50
#: So many of them are named, the most frequent first.
_NAMED = 12


class GuessedLabel(NamedTuple):
    """A label, its tiers, and the label's field where its column has to say more."""

    label: Label
    tiers: tuple[Tier, ...]
    field: Field | None = None
    comment: str = ""


def guess_label(one: Profile, positive: str | None) -> GuessedLabel:
    """Return what the column predicts.

    Parameters
    ----------
    one : Profile
        The label's column.
    positive : str, optional
        The value that counts as converted; guessed for pairs like no and yes where None.

    Raises
    ------
    BadRequest
        If it has one value only or too many, `positive` is none of them, or it takes a person to
        say which one is positive.
    """
    seen = tuple(text for text in one.placeholders if text != positive)
    values = _spellings(without(one, seen, words=True))
    if not 2 <= len(values) <= _MOST:
        raise BadRequest(
            f"The label {one.name!r} has {len(values):,} different values: {_some(values)}.",
            allowed=f"2 to {_MOST}: an outcome (converted or not) or tiers",
            next_step="Name another column with --label.",
        )
    if positive is None:
        return _with_field(_unsaid(one.name, values), seen)
    whole = _outcome(one.name, values, positive)
    if len(values) == 2:
        return _with_field(whole, seen)
    waiting = _waiting(whole.label)
    closed = [text for text in values if text not in waiting]
    kept = _outcome(one.name, closed, whole.label.positive) if waiting else whole
    words = _counted(one, kept.label.classes[:-1], waiting)
    # classes are found whatever their case is, placeholders are not
    low = {text.lower() for text in waiting}
    spelled = sorted(text for text in one.texts.tolist() if text.lower() in low)
    return _with_field(kept, (*seen, *spelled), words=words)


def _waiting(label: Label) -> list[str]:
    """Return the values of leads that nothing has come of yet: they are unknown, not lost."""
    found = still_open([*label.classes], label.positive)
    # one who asks for an open stage asks who gets that far
    asked = still_open([label.positive], "")
    return [] if asked or len(label.classes) - len(found) < 2 else found


def _counted(one: Profile, lost: Iterable[str], waiting: list[str]) -> str:
    """Say which values count as not converted and which as open, and how many leads have each."""
    said = f"Counted as not converted: {_each(one, lost)}"
    if waiting:
        said += f"; open, not learned from: {_each(one, waiting)}"
    return f"{said}. If one of them is wrong, edit classes and placeholders of the label."


def _each(one: Profile, values: Iterable[str]) -> str:
    texts = [_short(text).lower() for text in one.texts.tolist()]
    n = dict.fromkeys(values, 0)
    place = {value.lower(): value for value in n}
    for text, count in zip(texts, one.counts.tolist(), strict=True):
        if text in place:
            n[place[text]] += count
    order = sorted(n, key=lambda value: -n[value])
    more = f" and {len(order) - _NAMED} more" if len(order) > _NAMED else ""
    return ", ".join(f"{' '.join(value.split())} ({n[value]:,})" for value in order[:_NAMED]) + more


def _spellings(one: Profile) -> list[str]:
    """Return the distinct values, sorted; of spellings that mean one, the most frequent."""
    found: dict[str, str] = {}
    for at in (-one.counts).argsort(kind="stable"):
        text = _short(str(one.texts[int(at)]))
        found.setdefault(text.lower(), text)
    return sorted(found.values())


def _short(text: str) -> str:
    """Return a whole number without its ".0"."""
    return text[:-2] if re.fullmatch(r"-?[0-9]+\.0", text) else text


def _unsaid(name: str, values: list[str]) -> GuessedLabel:
    """Return the label where nobody said which value is positive."""
    spelled = {text.lower(): text for text in values}
    for low, high in _PAIRS:
        if set(spelled) == {low, high}:
            return _outcome(name, values, spelled[high])
    for scale in _SCALES:
        if set(spelled) <= set(scale):
            classes = tuple(spelled[word] for word in scale if word in spelled)
            return GuessedLabel(Label(field=name, classes=classes), _scale_tiers(classes))
    raise BadRequest(
        f"Which value of the label {name!r} counts as converted? It has {_some(values)}.",
        next_step="Say so with --positive VALUE; or, for tiers, write a schema with their order.",
    )


def _scale_tiers(classes: tuple[str, ...]) -> tuple[Tier, ...]:
    if len(classes) != len(DEFAULT_TIERS):
        return tiers_for(classes)
    named = zip(DEFAULT_TIERS, classes, strict=True)
    return tuple(
        Tier(
            name=name,
            share=tier.share,
            action=tier.action,
            text=tier.text,
            due_hours=tier.due_hours,
            conversion=tier.conversion,
        )
        for tier, name in named
    )


def _outcome(name: str, values: list[str], positive: str) -> GuessedLabel:
    at = parse_label(positive, Label(field=name, classes=tuple(values)))
    if isinstance(at, Fault) or at < 0:
        raise BadRequest(
            f"The label {name!r} has no value {positive!r}; it has {_some(values)}.",
            next_step="Say with --positive which of them counts as converted.",
        )
    rest = [text for text in values if text != values[at]]
    label = Label(field=name, classes=(*rest, values[at]), positive=values[at])
    return GuessedLabel(label, DEFAULT_TIERS)


def _with_field(
    guessed: GuessedLabel, placeholders: tuple[str, ...], *, words: str = ""
) -> GuessedLabel:
    if not placeholders and not words:
        return guessed
    name = guessed.label.field
    field = Field(name=name, type="category", role="label", placeholders=placeholders)
    return guessed._replace(field=field, comment=words)


def _some(values: list[str]) -> str:
    shown = ", ".join(map(repr, values[:10]))
    return shown + (", …" if len(values) > 10 else "") if shown else "none"
