"""Train a model on a file of leads and save it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from leadscore.errors import BadRequest
from leadscore.flows.fingerprint import fingerprint
from leadscore.flows.labelled import Labelled, class_names, labelled
from leadscore.flows.ports import Files, Table, Teller, no_news
from leadscore.flows.schema import ChosenSchema, SchemaWish, choose_schema
from leadscore.leads.guess.names import protected
from leadscore.leads.schema import Schema
from leadscore.leads.values import LEAD_ID
from leadscore.measure.metrics import Metrics, evaluate
from leadscore.measure.report import Warn, calibration_warning, leak_note
from leadscore.model.bundle import Model
from leadscore.model.train import Fitted, RecipeName, fit_model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RECIPES", "TrainWish", "Trained", "draws_for", "train_file", "train_frame"]

#: The recipes that one can ask for.
RECIPES: tuple[RecipeName, ...] = ("auto", "ordinal", "logistic", "seed")

#: Up to this many leads, intervals have all their draws; beyond, they are narrow anyway and a
#: fifth of the draws tells them as well.
_MANY_LEADS, _DRAWS, _FEWER_DRAWS = 60_000, 1000, 200


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
    unused : tuple of str
        The file's columns that are not scored; ids, time, group and label aside.
    rows : int
        How many leads it learned from.
    still_open : int
        How many were left out because their label is not known.
    metrics : Metrics
        Figures on leads that were held out of the fits.
    held_out : int
        How many those are.
    warnings : tuple of Warn
        What could fool the reader.
    """

    model: Model
    chosen: ChosenSchema
    unused: tuple[str, ...]
    rows: int
    still_open: int
    metrics: Metrics
    held_out: int
    warnings: tuple[Warn, ...]


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
        If the file has faults (all of them are named), the wish does not fit it, or there are too
        few leads; nothing is written then.
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
    chosen = choose_schema(frame, wish.schema, files)
    _refuse_unlabelled(chosen, frame)
    data = labelled(frame, chosen.schema, table=table)
    columns = tuple(map(str, frame.columns))
    # the texts of a large file take more room than training does
    del frame
    tell(f"Training on {len(data.rows):,} leads")
    fitted = fit_model(
        data.leads, data.labels, chosen.schema, recipe=recipe, seed=wish.seed, n_jobs=wish.jobs
    )
    tell("Measuring on leads that were held out")
    told = _told(fitted, data, chosen, wish)
    # made-up leads come with their truth, and are known to be that easy
    asked = leak_note(told.metrics["auc"], worlds=any(one.startswith("true_") for one in columns))
    return replace(
        told,
        unused=_unused(columns, told.model.schema),
        warnings=(*told.warnings, asked) if asked else told.warnings,
    )


def draws_for(n: int) -> int:
    """Return how many bootstrap draws intervals over `n` leads are worth."""
    return _DRAWS if n <= _MANY_LEADS else _FEWER_DRAWS


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


def _told(fitted: Fitted, data: Labelled, chosen: ChosenSchema, wish: TrainWish) -> Trained:
    """Measure the fitted model and write down what was done."""
    model = fitted.model
    metrics = evaluate(
        fitted.labels,
        fitted.probabilities,
        classes=class_names(model.schema),
        boot=draws_for(len(fitted.labels)),
        seed=wish.seed,
    )
    off = calibration_warning(fitted.labels, fitted.probabilities, seed=wish.seed)
    return Trained(
        model=replace(
            model,
            name=wish.name,
            metrics={"split": "held out", **metrics},
            card={**model.card, **_card(model.schema, data)},
        ),
        chosen=chosen,
        unused=(),
        rows=len(data.rows),
        still_open=data.still_open,
        metrics=metrics,
        held_out=len(fitted.labels),
        warnings=tuple(one for one in (off, _protected(model.schema)) if one),
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


def _card(schema: Schema, data: Labelled) -> Mapping[str, object]:
    waivers = {one.name: one.waiver for one in schema.fields if one.waiver}
    return {
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
