"""Models in the registry: added, found, listed and put side by side."""

from collections.abc import Collection, Mapping, Sequence

from leadscore.errors import BadRequest, NotFound
from leadscore.flows.service.access.trail import note as note_trail
from leadscore.flows.service.context import Context
from leadscore.flows.service.ports import Work
from leadscore.flows.service.registry.champion import model_of, open_parts
from leadscore.flows.service.registry.figures import figures_of, with_intervals
from leadscore.flows.service.service_rows import ModelRow
from leadscore.leads.event import TEXT_WORDS, is_storable
from leadscore.leads.moment import moment_text
from leadscore.score.record import Json

__all__ = ["add_model", "compare_models", "find_model", "list_models", "model_json", "said_why"]

_HEX = frozenset("0123456789abcdef")
#: A shorter text than this could be a name as well.
_SHORTEST_PREFIX = 6
_NAMED = "a digest, its first 6 or more characters, name@version, or live"
_NEXT = "See which there are: leadscore models list."
_FEWEST, _MOST = 2, 10


def add_model(
    work: Work,
    context: Context,
    parts: Mapping[str, bytes],
    *,
    note: str = "",
    taught_by: Collection[str] = (),
) -> dict[str, Json]:
    """Keep a model, opened and checked; one that is kept already stays as it is.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        When, and who brings it.
    parts : mapping of str to bytes
        The parts of its bundle by their names.
    note : str
        Why it is added.
    taught_by : collection of str
        The leads that it learned from: when one is erased, the model is marked.

    Returns
    -------
    dict
        The model as `list_models` has it, and ``added``: whether it is new.

    Raises
    ------
    BadBundle
        If the parts are no bundle.
    BadRequest
        If the note cannot be kept.
    """
    model = open_parts(parts)
    row = ModelRow(
        digest=model.digest,
        name=model.name,
        version=model.version,
        recipe=model.recipe,
        added_at=context.now,
        added_by=context.caller.actor,
        note=said_why("note", note),
        size=sum(map(len, parts.values())),
        about=figures_of(model),
    )
    added = work.models.add(row, parts, taught_by=taught_by)
    if added:
        note_trail(work, context, "model.add", about=row.digest, taught_by=len(taught_by))
    kept = work.models.get(row.digest) or row
    return {**model_json(kept, live=_live(work)), "added": added}


def list_models(work: Work) -> list[dict[str, Json]]:
    """Return all models, the last one added first.

    Returns
    -------
    list of dict
        Of each ``digest, name, version, recipe, added_at, added_by, note, size, erased`` (how many
        of the leads that it learned from were erased since), ``live`` and ``figures``.
    """
    live = _live(work)
    return [model_json(one, live=live) for one in work.models.all()]


def find_model(work: Work, wanted: str) -> ModelRow:
    """Return the model that a person means.

    Parameters
    ----------
    work : Work
        The transaction.
    wanted : str
        A digest, its first 6 or more characters, ``name@version``, or ``live``.

    Raises
    ------
    NotFound
        If there is none.
    BadRequest
        If it may be several; the message names them.
    """
    text = wanted.strip()
    found = [one for one in work.models.all() if _is_meant(one, text, live=_live(work))]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(f"There is no model {wanted!r}. Allowed: {_NAMED}.", next_step=_NEXT)
    several = ", ".join(f"{one.digest[:12]} ({one.name}@{one.version})" for one in found)
    raise BadRequest(
        f"{wanted!r} may be any of {len(found)} models: {several}.",
        allowed=_NAMED,
        next_step="Give more of the digest.",
    )


def compare_models(work: Work, digests: Sequence[str]) -> dict[str, Json]:
    """Put the figures that models were measured with side by side.

    Parameters
    ----------
    work : Work
        The transaction.
    digests : sequence of str
        Two to ten models, each as `find_model` takes it.

    Returns
    -------
    dict
        ``models``, as `list_models` has them without their figures; ``figures``, by name a list
        with a ``{value, low, high}`` for each model, null where it has none; ``fields``, by field
        for each model whether it scores it, of the fields that not all of them do; ``same_data``,
        whether all learned from the same leads.

    Raises
    ------
    BadRequest
        If there are fewer than two or more than ten, or the same one twice.
    NotFound
        If there is no such model.
    """
    rows = [find_model(work, one) for one in digests]
    if not _FEWEST <= len({one.digest for one in rows}) == len(rows) <= _MOST:
        names = ", ".join(digests) or "nothing"
        raise BadRequest(
            f"Asked to compare {names}.", allowed=f"{_FEWEST} to {_MOST} different models"
        )
    live = _live(work)
    prints = {one.about.get("fingerprint") for one in rows}
    return {
        "models": [_without_figures(model_json(one, live=live)) for one in rows],
        "figures": _side_by_side(rows),
        "fields": _unshared_fields(work, rows),
        "same_data": len(prints) == 1 and None not in prints,
    }


def model_json(row: ModelRow, *, live: str | None) -> dict[str, Json]:
    """Return a model's row as JSON values; `live` is the digest of the champion."""
    return {
        "digest": row.digest,
        "name": row.name,
        "version": row.version,
        "recipe": row.recipe,
        "added_at": moment_text(row.added_at),
        "added_by": row.added_by,
        "note": row.note,
        "size": row.size,
        "erased": row.erased,
        "live": row.digest == live,
        "figures": dict(row.about),
    }


def said_why(where: str, text: str) -> str:
    """Return what a person said, without blanks around it.

    Raises
    ------
    BadRequest
        If it cannot be kept.
    """
    if not is_storable(text):
        raise BadRequest(f"The {where} has {len(text):,} characters.", allowed=TEXT_WORDS)
    return text.strip()


def _live(work: Work) -> str | None:
    live = work.promotions.live()
    return live.digest if live else None


def _is_meant(row: ModelRow, text: str, *, live: str | None) -> bool:
    if text == "live":
        return row.digest == live
    prefix = len(text) >= _SHORTEST_PREFIX and _HEX.issuperset(text.lower())
    return f"{row.name}@{row.version}" == text or (prefix and row.digest.startswith(text.lower()))


def _without_figures(model: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in model.items() if name != "figures"}


def _side_by_side(rows: Sequence[ModelRow]) -> dict[str, Json]:
    each = [with_intervals(one.about) for one in rows]
    names = dict.fromkeys(name for figures in each for name in figures)
    return {name: [_figure(figures.get(name)) for figures in each] for name in names}


def _figure(figure: Mapping[str, Json] | None) -> Json:
    return None if figure is None else dict(figure)


def _unshared_fields(work: Work, rows: Sequence[ModelRow]) -> dict[str, Json]:
    """Return the fields that some of the models score and others do not."""
    models = [model_of(work, one.digest) for one in rows]
    scored = [[field.name for field in one.schema.features] if one else [] for one in models]
    names = dict.fromkeys(name for fields in scored for name in fields)
    shares = {name: [name in fields for fields in scored] for name in names}
    return {name: [*told] for name, told in shares.items() if not all(told)}
