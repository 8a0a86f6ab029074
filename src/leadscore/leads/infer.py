"""A schema from a file that nobody has described yet."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from leadscore.errors import BadInput, BadRequest, NotFound
from leadscore.leads.guess.kind import Guess, date_unit, guess_field
from leadscore.leads.guess.label import GuessedLabel, guess_label
from leadscore.leads.guess.names import LABEL_NAMES, says_came_in
from leadscore.leads.guess.numbers import decimal_mark
from leadscore.leads.guess.profile import Profile, profile, without
from leadscore.leads.schema import DEFAULT_TIERS, Field, Schema

__all__ = ["Inferred", "infer"]

#: A date that fewer leads have does not say when each of them came in.
_DATED = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """A schema made from a file, and what a person should know about its fields.

    Parameters
    ----------
    schema : Schema
        The schema.
    comments : mapping of str to str
        Words on fields, by name; `schema_toml` puts them above the fields.
    """

    schema: Schema
    comments: Mapping[str, str]


def infer(  # noqa: PLR0913  -- each is an option of the verb, and a person says any of them
    frame: pd.DataFrame,
    *,
    label: str | None = None,
    positive: str | None = None,
    time: str | None = None,
    group: str | None = None,
    order_rows: bool = False,
) -> Inferred:
    """Return a schema for the columns of `frame`.

    Types, placeholders ("Select" and the like), values, usual spans and themes are read off the
    columns and their names. What is constant, free text, a date or an id is not scored, and a
    comment says so. Directions are left free, limits open, and every field may be missing.

    Parameters
    ----------
    frame : pandas.DataFrame
        All text as CSV files are read, or typed as Parquet files are.
    label : str, optional
        The column to predict; where None, a column called converted, tier, won, y, outcome, label
        or target, if its values say what they mean.
    positive : str, optional
        The value that counts as converted; guessed for 0/1, no/yes, false/true, lost/won.
    time : str, optional
        The column that says when a lead came in; where None, and the rows are not said to be in
        order, the one date whose name says so and that is hardly ever missing.
    group : str, optional
        The column whose leads belong together (one person, one company).
    order_rows : bool
        Whether the rows are in time order.

    Raises
    ------
    NotFound
        If a named column is not there.
    BadRequest
        If the label, the positive value or the time cannot be what they are said to be.
    BadInput
        If there are no rows, or nothing to score by.
    """
    _refuse(frame, {"--label": label, "--time": time, "--group": group})
    profiles = {str(name): profile(frame[name], str(name)) for name in frame}
    decimal = "," if decimal_mark(profiles.values()) == "," else "."
    free = {name: one for name, one in profiles.items() if name not in (time, group)}
    found = _label(free, label, positive)
    guesses = _guesses(free, found, decimal)
    if time is not None:
        guesses[time] = Guess(_time_field(profiles[time], decimal))
    elif not order_rows:
        guesses |= _came_in(profiles, guesses)
    if group is not None:
        guesses[group] = Guess(_group_field(profiles[group]))
    schema = Schema(
        name="inferred",
        fields=tuple(guesses[name].field for name in profiles if name in guesses),
        label=found.label if found else None,
        tiers=found.tiers if found else DEFAULT_TIERS,
        order="rows" if order_rows else "",
        decimal="," if decimal == "," else ".",
    )
    comments = {name: guess.comment for name, guess in guesses.items() if guess.comment}
    if not schema.features:
        said = "; ".join(f"{name}: {words}" for name, words in comments.items())
        raise BadInput(f"The file has no column to score by. {said}".strip())
    return Inferred(schema=schema, comments=comments)


def _guesses(
    profiles: Mapping[str, Profile], found: GuessedLabel | None, decimal: str
) -> dict[str, Guess]:
    guesses: dict[str, Guess] = {}
    for name, one in profiles.items():
        if found is None or name != found.label.field:
            guesses[name] = guess_field(one, decimal)
        elif found.field is not None:
            guesses[name] = Guess(found.field, found.comment)
    return guesses


def _came_in(profiles: Mapping[str, Profile], guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return the one date that says when each lead came in, as the time; else nothing."""
    dates = [
        name
        for name, one in guesses.items()
        if one.field.type == "time" and says_came_in(name) and "unit =" not in one.comment
    ]
    if len(dates) != 1 or profiles[dates[0]].filled < _DATED * profiles[dates[0]].rows:
        return {}
    field = replace(guesses[dates[0]].field, role="time")
    said = "When leads came in, by its name: models are judged on those that came later."
    return {dates[0]: Guess(field, said)}


def _group_field(one: Profile) -> Field:
    return Field(name=one.name, type="category", role="group", placeholders=one.placeholders)


def _refuse(frame: pd.DataFrame, named: Mapping[str, str | None]) -> None:
    """Refuse a frame without rows, columns that are not there, and one column in two parts."""
    if not len(frame):
        raise BadInput("The file has no rows to infer a schema from.")
    columns = [str(name) for name in frame]
    for option, name in named.items():
        if name is not None and name not in columns:
            close = difflib.get_close_matches(name, columns, n=3, cutoff=0.5)
            ordered = [*close, *(one for one in columns if one not in close)]
            raise NotFound(
                f"The file has no column {name!r} ({option}).",
                allowed=", ".join(ordered[:100]),
                next_step=f"Did you mean {close[0]!r}?" if close else "",
            )
    given = [name for name in named.values() if name is not None]
    if len(set(given)) < len(given):
        raise BadRequest(
            "One column cannot be two of --label, --time and --group: "
            + ", ".join(f"{option} {name!r}" for option, name in named.items() if name is not None)
        )


def _label(
    profiles: Mapping[str, Profile], label: str | None, positive: str | None
) -> GuessedLabel | None:
    if label is not None:
        return guess_label(profiles[label], positive)
    by_name = {name.lower(): name for name in [*profiles][::-1]}
    for likely in LABEL_NAMES:
        if likely not in by_name:
            continue
        try:
            return guess_label(profiles[by_name[likely]], positive)
        except BadRequest:
            # a column of that name that is no label, or one that only a person can explain
            continue
    if positive is not None:
        raise BadRequest(
            f"No column has the positive value {positive!r}, or it is not clear which one.",
            next_step="Name the column with --label.",
        )
    return None


def _time_field(one: Profile, decimal: str) -> Field:
    seen = one.placeholders
    values = without(one, seen, words=True)
    field = Field(name=one.name, type="time", role="time", placeholders=seen)
    unit = date_unit(values)
    if values.distinct and bool(values.are_dates(unit or "").all()):
        return replace(field, unit=unit or "")
    if values.distinct and bool(values.are_numbers(decimal).all()):
        return replace(field, type="number")
    if unit is None and bool(values.are_dates("d/m/y").all() or values.are_dates("m/d/y").all()):
        raise BadRequest(
            f"The dates of {one.name!r} can be read with day or month first: {values.texts[0]!r}.",
            next_step='Infer without --time, then set role = "time" and unit = "d/m/y" or "m/d/y".',
        )
    bad = values.texts[~(values.are_dates(unit or "") | values.are_numbers(decimal))]
    raise BadRequest(
        f"The column {one.name!r} (--time) is no date everywhere: "
        + ", ".join(repr(text) for text in bad[:5]),
        allowed="dates such as 2026-01-31, or numbers",
    )
