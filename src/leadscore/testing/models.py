"""Makers of small models, put together by hand, and of leads for them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field, Label, Schema, investor
from leadscore.leads.table import Column, Leads
from leadscore.model.bundle import Model
from leadscore.model.calibration import Calibration
from leadscore.model.conformal import fit_sets
from leadscore.model.curves import Curve, Curves
from leadscore.model.doubt import Doubt
from leadscore.model.encode import OTHER, Encoder
from leadscore.model.engine import Engine, EngineKind
from leadscore.model.expand import Expansion
from leadscore.model.known import fit_known
from leadscore.model.member import Member, member_parts
from leadscore.model.remember import fit_reference
from leadscore.model.tables import Axis, PairTable, StepTables
from leadscore.model.trees import Trees

__all__ = ["make_leads", "make_model", "outcome_schema"]

_LEVELS = ("Event", "Referral", "Web", OTHER)
_REFERENCE = 400


def outcome_schema() -> Schema:
    """Return a schema with a field of each scored type, and whether a lead converted.

    Examples
    --------
    >>> [field.type for field in outcome_schema().features]
    ['category', 'integer', 'number', 'flag', 'time']
    """
    return Schema(
        name="outcome",
        fields=(
            Field(name="source", type="category", theme="other"),
            Field(name="visits", type="integer", theme="engagement", range=(0, 50), unit="visits"),
            Field(name="spend", type="number", theme="fit", range=(0, 1000), unit="USD"),
            Field(name="asked", type="flag", theme="intent", phrase="question asked"),
            Field(name="last_seen", type="time", theme="engagement"),
            Field(name="converted", type="integer", role="label"),
        ),
        label=Label(field="converted", classes=("0", "1"), positive="1"),
    )


def make_model(
    *,
    schema: Schema | None = None,
    engine: EngineKind = "tables",
    operating_point: Mapping[str, object] | None = None,
    doubt: bool = False,
    seed: int = 0,
) -> Model:
    """Return a small model; its effects are drawn, its parts fit together.

    Parameters
    ----------
    schema : Schema, optional
        The leads it scores; the shipped one by default.
    engine : {"tables", "curves", "trees"}
        What it scores with.
    operating_point : mapping, optional
        The tiers' thresholds.
    doubt : bool
        Whether it keeps what it does not know, as trained models do: it then says which tiers
        cannot be ruled out, and leaves leads of which too little is known without a score.
    seed : int
        Equal seeds give equal models.

    Examples
    --------
    >>> make_model().engine.kind
    'tables'
    """
    schema = schema or investor()
    draws = np.random.default_rng(seed)
    features = schema.features
    levels = {one.name: _LEVELS for one in features if one.type == "category"}
    encoder = Encoder(fields=tuple(one.name for one in features), levels=levels)
    leads = make_leads(_REFERENCE, schema=schema, seed=seed)
    encoded = encoder.encode(leads)
    scorer = _engine(engine, features, encoded, draws)
    margin = scorer.base + scorer.effects(encoded).sum(axis=1)
    outcome = schema.label is not None and schema.label.outcome
    model = Model(
        name="made",
        version="1",
        recipe="logistic" if engine == "curves" else "ordinal",
        schema=schema,
        encoder=encoder,
        engine=scorer,
        calibration=_calibration(len(schema.label.classes) if schema.label else 2, margin),
        reference=fit_reference(
            margin,
            encoded,
            converted=draws.random(len(margin)) < 0.3 if outcome else None,
            levels=tuple(len(levels.get(one.name, ())) for one in features),
        ),
        members=member_parts(scorer.members) if isinstance(scorer, Trees) else {},
        operating_point=operating_point,
        metrics={"accuracy": {"value": 0.8, "low": 0.7, "high": 0.9}},
        card={"rows": len(margin), "seed": seed, "fingerprint": "made"},
    )
    return replace(model, doubt=_doubt(model, leads, draws)) if doubt else model


def make_leads(n: int, *, schema: Schema | None = None, seed: int = 0) -> Leads:
    """Return `n` leads with some values missing, unusual or unknown to `make_model`'s models.

    Examples
    --------
    >>> make_leads(2).ids["lead_id"].tolist()
    ['L1', 'L2']
    """
    draws = np.random.default_rng(seed)
    fields = (schema or investor()).fields
    ids = np.array([f"L{at}" for at in range(1, n + 1)], dtype=object)
    return Leads(
        columns={one.name: _column(one, n, draws) for one in fields if one.role != "label"},
        ids={"lead_id": ids},
        n=n,
    )


def _column(field: Field, n: int, draws: np.random.Generator) -> Column:
    missing = draws.random(n) < 0.1
    if field.type == "category":
        texts = np.array(["Event", "Referral", "Web", "Fax"], dtype=object)[draws.integers(0, 4, n)]
        texts[missing] = None
        return texts
    low, high = _span(field)
    # a twentieth beyond the usual span
    values = low + (high - low) * draws.uniform(0, 1.05, n)
    values = values if field.type == "number" else np.floor(values)
    return np.where(missing, np.nan, np.minimum(values, 1) if field.type == "flag" else values)


def _span(field: Field) -> tuple[float, float]:
    if field.type == "time":
        return 1.7e9, 1.75e9
    return field.range or (0.0, 2.0)


def _engine(
    kind: EngineKind,
    features: tuple[Field, ...],
    encoded: NDArray[np.float32],
    draws: np.random.Generator,
) -> Engine:
    match kind:
        case "tables":
            return _tables(features, draws)
        case "curves":
            return _curves(features, draws)
        case "trees":
            return _trees(encoded, draws)


def _trees(encoded: NDArray[np.float32], draws: np.random.Generator) -> Engine:
    import xgboost  # noqa: PLC0415 - a second to import, and the other engines do without

    fields = encoded.shape[1]
    expansion = Expansion(
        sources=np.arange(fields, dtype=np.intp), values=tuple(None for _ in range(fields))
    )
    drawn = np.nan_to_num(encoded).argsort(axis=0).sum(axis=1) + draws.normal(size=len(encoded))
    labels = (drawn > np.median(drawn)).astype(np.float64)
    booster = xgboost.train(
        {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": 0},
        xgboost.DMatrix(encoded, labels, nthread=1),
        num_boost_round=5,
    )
    return Trees.centred([Member(booster=booster, expansion=expansion, centre=0.5)], fields=fields)


def _tables(features: tuple[Field, ...], draws: np.random.Generator) -> Engine:
    axes = tuple(_axis(one) for one in features)
    pair = (axes[0], axes[1])
    return StepTables(
        base=float(draws.normal()),
        axes=axes,
        values=tuple(draws.normal(size=one.cells) for one in axes),
        pairs=(
            PairTable(
                fields=(0, 1), axes=pair, values=draws.normal(size=(pair[0].cells, pair[1].cells))
            ),
        ),
    )


def _axis(field: Field) -> Axis:
    if field.type == "category":
        return Axis(edges=np.array([], dtype=np.float32), levels=len(_LEVELS))
    if field.type == "flag":
        return Axis(edges=np.array([0.5], dtype=np.float32))
    return Axis(edges=np.linspace(*_span(field), 4, dtype=np.float32))


def _curves(features: tuple[Field, ...], draws: np.random.Generator) -> Engine:
    return Curves(base=float(draws.normal()), curves=tuple(_curve(one, draws) for one in features))


def _curve(field: Field, draws: np.random.Generator) -> Curve:
    knots = np.array([]) if field.type == "category" else np.linspace(*_span(field), 4)
    return Curve(
        knots=knots,
        heights=draws.normal(size=len(knots) or len(_LEVELS)),
        missing=float(draws.normal()),
    )


def _doubt(model: Model, leads: Leads, draws: np.random.Generator) -> Doubt:
    """Return the doubt of a model whose probabilities come true on its reference leads."""
    x = model.encoder.encode(leads)
    told = model.probabilities(x, model.engine.base + model.engine.effects(x).sum(axis=1))
    drawn = (draws.random((len(told), 1)) > told.cumsum(axis=1)).sum(axis=1)
    unseen = model.encoder.unseen_places(leads)
    return Doubt(
        sets=fit_sets(told, np.minimum(drawn, told.shape[1] - 1)),
        known=fit_known(x, unseen, engine=model.engine, schema=model.schema),
    )


def _calibration(classes: int, margin: NDArray[np.float64]) -> Calibration:
    shares = np.arange(1, classes) / classes
    return Calibration(kind="line", slope=1.2, cuts=1.2 * np.quantile(margin, shares))
