"""From leads and labels to a model, by the recipe that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import sklearn
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.leads.schema import Direction, Schema
from leadscore.leads.table import Leads
from leadscore.model.auto import AutoRecipe
from leadscore.model.bundle import Model
from leadscore.model.conformal import fit_sets
from leadscore.model.doubt import Doubt
from leadscore.model.encode import Encoder, fit_encoder
from leadscore.model.estimator import MarginClassifier
from leadscore.model.known import fit_known
from leadscore.model.logistic import OrdinalSplines
from leadscore.model.member import member_parts
from leadscore.model.ordinal import OrdinalBoosting
from leadscore.model.reference import Reference
from leadscore.model.rehearse import Rehearsal, last_part, rehearse
from leadscore.model.remember import fit_reference
from leadscore.model.seed import SeedRecipe
from leadscore.model.split import FEWEST, folds_by_group

__all__ = ["Fitted", "RecipeName", "fit_model", "rehearse_model", "scored_schema"]

RecipeName = Literal["auto", "ordinal", "logistic", "seed"]
_FOLDS = 5
_SIGNS: Mapping[Direction, int] = {"up": 1, "down": -1, "free": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model, and what it says of leads that it had not seen.

    Parameters
    ----------
    model : Model
        The model, fitted to all leads.
    held_out : ndarray of shape (m,)
        The rows that were held out of some fit.
    labels : ndarray of shape (m,)
        Their classes.
    probabilities : ndarray of shape (m, K)
        P(class) from fits and calibrations that had not seen them.
    estimator : MarginClassifier
        The recipe as it was fitted.
    """

    model: Model
    held_out: NDArray[np.intp]
    labels: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    estimator: MarginClassifier


def fit_model(  # noqa: PLR0913 - the public call of a recipe: three inputs, three choices
    leads: Leads,
    labels: NDArray[np.int64],
    schema: Schema,
    *,
    recipe: RecipeName = "auto",
    seed: int = 0,
    n_jobs: int = 1,
) -> Fitted:
    """Fit a model to leads whose label is known.

    Parameters
    ----------
    leads : Leads
        The leads, in the file's order.
    labels : ndarray of shape (n,)
        Each lead's class as its place in the schema's classes (outcomes: 0 or 1).
    schema : Schema
        The fields and the label.
    recipe : RecipeName
        How to fit; ``seed`` uses the audit and sales fields too, as specified.
    seed : int
        Seed of everything random.
    n_jobs : int
        Models fitted at once; the result does not depend on it.

    Raises
    ------
    BadRequest
        If the schema has no label, a class has fewer than 40 leads, or all are in one group.
    """
    schema = scored_schema(schema, recipe)
    classes = _classes(schema)
    _enough(labels, classes)
    encoder = fit_encoder(leads, schema)
    x = encoder.encode(leads)
    estimator = _estimator(schema, encoder, recipe, seed, n_jobs)
    estimator.fit(x, labels, **_how_judged(estimator, leads, schema, seed))
    rows = estimator.held_out_rows_
    chosen = estimator.choice_.chosen if isinstance(estimator, AutoRecipe) else recipe
    model = Model(
        name="model",
        version="1",
        recipe=chosen,
        schema=schema,
        encoder=encoder,
        engine=estimator.engine_,
        calibration=estimator.calibration_,
        reference=_reference(estimator, x, labels, schema, encoder),
        members=_members(estimator),
        doubt=_doubt(estimator, x, labels, encoder.unseen_places(leads), schema),
        card=_card(estimator, labels, classes, recipe, seed),
    )
    return Fitted(
        model=model,
        held_out=rows,
        labels=labels[rows].astype(np.intp),
        probabilities=estimator.held_out_probabilities_,
        estimator=estimator,
    )


def rehearse_model(
    fitted: Fitted,
    leads: Leads,
    labels: NDArray[np.int64],
    schema: Schema,
    *,
    seed: int = 0,
) -> Rehearsal:
    """Return what every recipe says of leads that it has not seen: later ones where times tell.

    Parameters
    ----------
    fitted : Fitted
        What `fit_model` returned.
    leads, labels, schema
        What it was given.
    seed : int
        Seed of everything random.
    """
    split = last_part(
        labels.astype(np.intp),
        times=_times(leads, schema),
        groups=_group_folds(leads, schema, seed),
        rng=np.random.default_rng(seed),
    )
    names: tuple[RecipeName, ...] = ("ordinal", "logistic", "seed")
    rivals: dict[str, tuple[MarginClassifier, NDArray[np.float32]]] = {
        name: _rival(name, leads, schema, seed) for name in names
    }
    return rehearse(fitted.estimator, labels.astype(np.intp), split=split, rivals=rivals)


def scored_schema(schema: Schema, recipe: RecipeName) -> Schema:
    """Return the schema as `recipe` scores it: ``seed`` makes audit and sales fields features.

    The specification's recipe uses all its fields; the waiver says so, and the card prints it.
    """
    if recipe != "seed":
        return schema
    waiver = "the specified recipe uses every field"
    fields = tuple(
        replace(field, waiver=field.waiver or waiver) if field.role in ("audit", "sales") else field
        for field in schema.fields
    )
    return replace(schema, fields=fields)


def _classes(schema: Schema) -> tuple[str, ...]:
    if schema.label is None:
        raise BadRequest(
            "The schema has no [label], so there is nothing to learn.",
            next_step="Name the label column with --label, or write a [label] into the schema.",
        )
    return schema.label.names


def _enough(labels: NDArray[np.int64], classes: tuple[str, ...]) -> None:
    counts = np.bincount(labels, minlength=len(classes))
    few = {name: int(n) for name, n in zip(classes, counts, strict=False) if n < FEWEST}
    if few:
        told = ", ".join(f"{name} {n}" for name, n in few.items())
        raise BadRequest(
            f"Too few leads with a known label to learn from: {told}.",
            allowed=f"at least {FEWEST} of each class",
            next_step="Add leads whose outcome is known.",
        )


def _estimator(
    schema: Schema, encoder: Encoder, recipe: RecipeName, seed: int, n_jobs: int
) -> MarginClassifier:
    places = encoder.categorical
    directions = tuple(_SIGNS[field.direction] for field in schema.features)
    match recipe:
        case "seed":
            return SeedRecipe(categorical=places, random_state=seed)
        case "logistic":
            return OrdinalSplines(categorical=places, random_state=seed)
        case "ordinal":
            return OrdinalBoosting(
                directions=directions, categorical=places, random_state=seed, n_jobs=n_jobs
            )
        case "auto":
            return AutoRecipe(
                directions=directions, categorical=places, random_state=seed, n_jobs=n_jobs
            )


def _rival(
    recipe: RecipeName, leads: Leads, schema: Schema, seed: int
) -> tuple[MarginClassifier, NDArray[np.float32]]:
    own = scored_schema(schema, recipe)
    encoder = fit_encoder(leads, own)
    return _estimator(own, encoder, recipe, seed, 1), encoder.encode(leads)


def _how_judged(
    estimator: MarginClassifier, leads: Leads, schema: Schema, seed: int
) -> dict[str, NDArray[np.generic] | None]:
    """Return the folds and the times that the estimator's `fit` takes."""
    if isinstance(estimator, SeedRecipe):
        return {}
    folds = _group_folds(leads, schema, seed)
    if isinstance(estimator, AutoRecipe):
        return {"folds": folds, "times": _times(leads, schema)}
    return {"folds": folds}


def _reference(
    estimator: MarginClassifier,
    x: NDArray[np.float32],
    labels: NDArray[np.int64],
    schema: Schema,
    encoder: Encoder,
) -> Reference:
    rows = estimator.held_out_rows_
    outcome = schema.label is not None and schema.label.outcome
    return fit_reference(
        estimator.held_out_margin_,
        x[rows],
        converted=labels[rows] == 1 if outcome else None,
        levels=tuple(len(encoder.levels.get(name, ())) for name in encoder.fields),
    )


def _doubt(
    estimator: MarginClassifier,
    x: NDArray[np.float32],
    labels: NDArray[np.int64],
    unseen: Mapping[int, NDArray[np.bool_]],
    schema: Schema,
) -> Doubt:
    held_out = labels[estimator.held_out_rows_]
    return Doubt(
        sets=fit_sets(estimator.held_out_probabilities_, held_out),
        known=fit_known(x, unseen, engine=estimator.engine_, schema=schema),
    )


def _times(leads: Leads, schema: Schema) -> NDArray[np.float64] | None:
    dated = schema.with_role("time")
    if dated:
        times = np.asarray(leads.columns[dated[0].name], np.float64)
        # A lead without a date counts as the oldest: nothing may learn from its future.
        return np.where(np.isnan(times), -np.inf, times)
    return np.arange(leads.n, dtype=np.float64) if schema.order == "rows" else None


def _group_folds(leads: Leads, schema: Schema, seed: int) -> NDArray[np.intp] | None:
    grouped = schema.with_role("group")
    if not grouped:
        return None
    column = leads.columns[grouped[0].name]
    # A lead without a group is a group of its own.
    groups = np.array([f"row {i}" if g is None else f"= {g}" for i, g in enumerate(column)], object)
    if len(set(groups.tolist())) < 2:
        raise BadRequest(
            f"All leads are in one group of {grouped[0].name!r}, so none can be left out.",
            allowed="two groups or more",
            next_step="Give the field another role, or add leads of other groups.",
        )
    return folds_by_group(groups, _FOLDS, np.random.default_rng(seed))


def _members(estimator: MarginClassifier) -> dict[str, bytes]:
    inner = estimator.estimator_ if isinstance(estimator, AutoRecipe) else estimator
    return member_parts(inner.members_) if isinstance(inner, OrdinalBoosting | SeedRecipe) else {}


def _card(
    estimator: MarginClassifier,
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    recipe: str,
    seed: int,
) -> dict[str, object]:
    counts = np.bincount(labels, minlength=len(classes))
    card: dict[str, object] = {
        "rows": len(labels),
        "classes": {name: int(n) for name, n in zip(classes, counts, strict=True)},
        "asked_for": recipe,
        "seed": seed,
        "calibration": estimator.calibration_.kind,
    }
    versions = {"numpy": np.__version__, "scikit-learn": sklearn.__version__}
    inner = estimator
    if isinstance(estimator, AutoRecipe):
        card["choice"] = estimator.choice_.to_json()
        inner = estimator.estimator_
    if isinstance(inner, OrdinalBoosting | SeedRecipe):
        import xgboost  # noqa: PLC0415 -- splines do without it

        versions["xgboost"] = xgboost.__version__
    if isinstance(inner, OrdinalBoosting):
        card["depth"] = inner.depth_
    if isinstance(inner, OrdinalSplines):
        card["ridge"] = inner.ridge_
    return card | {"versions": versions}
