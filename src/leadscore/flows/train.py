"""Train a model on a file of leads and save it."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from leadscore import __version__
from leadscore.audit.findings import Audit
from leadscore.errors import BadRequest
from leadscore.flows.audit import ask_warning, leak_news, settle
from leadscore.flows.card import HeldOut, Split
from leadscore.flows.card_words import simpler_warning
from leadscore.flows.fingerprint import fingerprint
from leadscore.flows.labelled import Labelled, known_labels, last_time
from leadscore.flows.ports import Files, Table, Teller, no_news
from leadscore.flows.rehearsal import Honest, card_of, honest_figures
from leadscore.flows.schema import ChosenSchema, SchemaWish, choose_schema
from leadscore.leads.conform import conform
from leadscore.leads.guess.names import protected
from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Leads
from leadscore.leads.values import LEAD_ID
from leadscore.measure.metrics import Metrics
from leadscore.measure.report import Comparison, calibration_warning, leak_note
from leadscore.measure.warn import Warn
from leadscore.model.bundle import Model
from leadscore.model.train import Fitted, RecipeName, fit_model

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RECIPES",
    "TrainWish",
    "Trained",
    "refuse_two_schemas",
    "train_file",
    "train_frame",
]

#: What the audit says of the data that makes every figure doubtful.
_GRAVE = frozenset(["few_outcomes", "open_as_lost", "unripe", "straddling_groups"])

#: Probabilities that differ by less are the same for anyone who calls.
_ALIKE = 1e-3

#: What a model was made by, beside the libraries that fitted it.
_VERSIONS = {"leadscore": __version__, "python": platform.python_version()}

#: The recipes that one can ask for.
RECIPES: tuple[RecipeName, ...] = ("auto", "ordinal", "logistic", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainWish:
    """How to train.

    Parameters
    ----------
    schema : SchemaWish
        What was said about the schema.
    recipe : str
        One of `RECIPES`.
    seed : int
        Seed of everything random, 0 or more.
    name : str
        What the model is to be called.
    jobs : int
        How many fits to run at once; the model does not depend on it.
    """

    schema: SchemaWish = field(default_factory=SchemaWish)
    recipe: str = "auto"
    seed: int = 0
    name: str = "model"
    jobs: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model, and what a person should know about how it came to be.

    Parameters
    ----------
    model : Model
        The model.
    chosen : ChosenSchema
        Its schema, and where that is from.
    audit : Audit
        What the audit of the file found.
    unused : tuple of str
        The file's columns that are not scored; ids, time, group and label aside.
    rows : int
        How many leads it learned from.
    still_open : int
        How many were left out because their label is not known.
    split : {"forward", "group", "random"}
        How leads were kept apart from the fits that the figures are of.
    metrics : Metrics
        Figures on leads that were held out of the fits.
    held_out : int
        How many those are.
    comparison : tuple of Comparison
        What other recipes and baselines reach on leads that they had not seen.
    warnings : tuple of Warn
        What could fool the reader.
    """

    model: Model
    chosen: ChosenSchema
    audit: Audit
    unused: tuple[str, ...]
    rows: int
    still_open: int
    split: Split
    metrics: Metrics
    held_out: int
    comparison: tuple[Comparison, ...]
    warnings: tuple[Warn, ...]

    @property
    def leaks(self) -> tuple[str, ...]:
        """What became of columns that give the outcome away, a line each."""
        return tuple(leak_news(self.audit, self.chosen.schema))


def train_file(  # noqa: PLR0913  -- input, output, the wish, and who helps
    path: str,
    out: str,
    wish: TrainWish,
    *,
    files: Files,
    force: bool = False,
    tell: Teller = no_news,
) -> Trained:
    """Train on the file at `path` and save the model at `out`.

    Parameters
    ----------
    path : str
        The leads; ``-`` is stdin.
    out : str
        A folder, or a name that ends in .zip.
    wish : TrainWish
        How to train.
    files : Files
        Who reads and writes.
    force : bool
        Whether what is at `out` may be replaced.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    UserError
        If the file has faults (all of them are named), the wish does not fit it, a schema that
        was given scores a leak, or there are too few leads; nothing is written then.
    """
    if out == "-":
        raise BadRequest("A model cannot go to stdout.", allowed="a folder, or a name in .zip")
    _recipe(wish)
    files.refuse_existing(out, force=force)
    tell("Reading the leads")
    with files.table(path) as table:
        trained = train_frame(table.frame(), wish, files=files, table=table, tell=tell)
    tell("Saving the model")
    return replace(trained, model=files.write_model(out, trained.model, force=force))


def train_frame(
    frame: "pd.DataFrame",
    wish: TrainWish,
    *,
    files: Files | None = None,
    table: Table | None = None,
    tell: Teller = no_news,
) -> Trained:
    """Train on the rows of `frame`; see `train_file`."""
    recipe = _recipe(wish)
    refuse_two_schemas(wish.schema)
    chosen = choose_schema(frame, wish.schema, files)
    _refuse_unlabelled(chosen, frame)
    data, schema, audit = _audited(frame, chosen, table, wish.seed, tell)
    columns = tuple(map(str, frame.columns))
    # the texts of a large file take more room than training does
    del frame
    tell(f"Training on {len(data.rows):,} leads")
    fitted = fit_model(
        data.leads, data.labels, schema, recipe=recipe, seed=wish.seed, n_jobs=wish.jobs
    )
    honest = honest_figures(fitted, data, schema, seed=wish.seed, tell=tell)
    # made-up leads come with their truth, and are known to be that easy
    worlds = any(one.startswith("true_") for one in columns)
    warnings = _warnings(honest, fitted.model.schema, audit, worlds=worlds)
    return Trained(
        model=_dressed(fitted, honest, data, wish, audit, warnings),
        chosen=replace(chosen, schema=schema),
        audit=audit,
        unused=_unused(columns, fitted.model.schema),
        rows=len(data.rows),
        still_open=data.still_open,
        split=honest.held_out[0].split,
        metrics=honest.held_out[0].metrics,
        held_out=len(honest.rows),
        comparison=honest.comparison,
        warnings=warnings,
    )


def _audited(
    frame: "pd.DataFrame", chosen: ChosenSchema, table: Table | None, seed: int, tell: Teller
) -> tuple[Labelled, Schema, Audit]:
    """Return the leads with a label, the schema to train by, and the audit that says so."""
    known = conform(frame, chosen.schema)
    data = known_labels(known, chosen.schema, table=table)
    tell(f"Judging {frame.shape[1]:,} columns")
    schema, audit = settle(
        frame,
        chosen.schema,
        inferred=chosen.source == "inferred",
        conformed=known,
        table=table,
        seed=seed,
    )
    return replace(data, leads=_without(data.leads, schema.with_role("ignore"))), schema, audit


def refuse_two_schemas(wish: SchemaWish) -> None:
    """Refuse a schema beside options that say what a schema says.

    Raises
    ------
    BadRequest
        If both were given.
    """
    said = wish.time is not None or wish.group is not None or wish.rows_in_order
    if wish.schema is not None and said:
        raise BadRequest(
            "--time, --group and --rows-in-order are for files without a schema, and --schema was "
            "given.",
            next_step='Write role = "time", role = "group" or order = "rows" into the schema.',
        )


def _recipe(wish: TrainWish) -> RecipeName:
    for recipe in RECIPES:
        if wish.recipe == recipe:
            if wish.seed < 0:
                raise BadRequest(f"The seed is {wish.seed}.", allowed="0 or more")
            return recipe
    raise BadRequest(f"There is no recipe {wish.recipe!r}.", allowed=", ".join(RECIPES))


def _refuse_unlabelled(chosen: ChosenSchema, frame: "pd.DataFrame") -> None:
    if chosen.schema.label is None and chosen.source == "inferred":
        raise BadRequest(
            "Which column says what became of the leads? None is called converted, tier, won, y, "
            "outcome, label or target, or its values do not say what they mean.",
            allowed=", ".join(map(str, frame.columns[:100])),
            next_step="Name it with --label, and the value that counts as converted with "
            "--positive.",
        )


def _without(leads: Leads, fields: tuple[Field, ...]) -> Leads:
    """Return the leads as they are when read by a schema that ignores `fields`."""
    ignored = {one.name for one in fields}
    columns = {name: one for name, one in leads.columns.items() if name not in ignored}
    return replace(leads, columns=columns)


def _dressed(  # noqa: PLR0913  -- all that a bundle says beside its scores
    fitted: Fitted,
    honest: Honest,
    data: Labelled,
    wish: TrainWish,
    audit: Audit,
    warnings: tuple[Warn, ...],
) -> Model:
    """Return the model with its name, its figures and its card."""
    first = honest.held_out[0]
    model = replace(
        fitted.model,
        name=wish.name,
        metrics={"split": first.split, **first.metrics},
        card={
            **fitted.model.card,
            **_card(fitted.model.schema, data, audit),
            "versions": {**_VERSIONS, **fitted.model.card["versions"]},
        },
    )
    return card_of(model, honest, data, audit=audit, warnings=warnings)


def _warnings(honest: Honest, schema: Schema, audit: Audit, *, worlds: bool) -> tuple[Warn, ...]:
    first = honest.held_out[0]
    found = (
        _nothing_learned(first),
        *(Warn(words=one.words) for one in audit.quality if one.kind in _GRAVE),
        ask_warning(audit, schema),
        simpler_warning(honest.simpler),
        calibration_warning(first.labels, first.probabilities),
        leak_note(first.metrics["auc"], worlds=worlds),
        _protected(schema),
    )
    return tuple(one for one in found if one)


def _nothing_learned(figures: HeldOut) -> Warn | None:
    """Return a warning where all leads are told the same."""
    if np.ptp(figures.probabilities[:, -1]) > _ALIKE:
        return None
    return Warn(
        words="It learned nothing: every lead gets the same probability.",
        advice="Its scores and tiers say nothing. Give more leads, or columns that tell more.",
    )


def _protected(schema: Schema) -> Warn | None:
    """Return a warning where fields that laws protect in many places are scored."""
    names = [one.name for one in schema.features if protected(one.name) and not one.waiver]
    if not names:
        return None
    return Warn(
        words=f"Scored, and perhaps protected by law: {', '.join(names)}.",
        advice='In the schema, role = "audit" keeps a field for checks of fairness and out of the '
        "score; with a waiver it says why it is scored all the same.",
    )


def _card(schema: Schema, data: Labelled, audit: Audit) -> Mapping[str, object]:
    waivers = {one.name: one.waiver for one in schema.fields if one.waiver}
    suspects = {one.field: one.verdict for one in audit.findings if one.verdict != "clean"}
    last = last_time(data, schema)
    return {
        "suspects": suspects,
        **({} if last is None else {"last": last}),
        "fingerprint": fingerprint(data.leads, data.labels),
        "still_open": data.still_open,
        "waivers": waivers,
    }


def _unused(columns: tuple[str, ...], schema: Schema) -> tuple[str, ...]:
    known = {LEAD_ID, schema.label.field if schema.label else ""}
    known |= {
        one.name for one in schema.fields if one.scored or one.role in ("id", "time", "group")
    }
    return tuple(one for one in columns if one not in known)
