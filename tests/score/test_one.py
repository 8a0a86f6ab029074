"""One lead by itself: what it is told is what `score_leads` tells of it, to the last bit."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, fields, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leadscore.errors import BadBundle, BadInput, BadRequest, Fault
from leadscore.flows.explain import explain_values
from leadscore.leads.schema import Field, Label, Schema, investor, tiers_for
from leadscore.leads.table import Leads
from leadscore.leads.values import conform_lead
from leadscore.model.bundle import Model
from leadscore.model.calibration import Calibration
from leadscore.model.curves import Curves
from leadscore.model.engine import EngineKind
from leadscore.model.expand import Expansion
from leadscore.model.lookup.lines import Line
from leadscore.model.member import Member
from leadscore.model.tables import PairTable, StepTables
from leadscore.model.trees import Trees
from leadscore.score.one import LeadScorer
from leadscore.score.one_fields import least_rounded
from leadscore.score.one_margin import margin_cells
from leadscore.score.one_pieces import height_at, pieces_of
from leadscore.score.reasons import NO_REASON, top_reasons
from leadscore.score.scores import Scores, score_leads
from leadscore.store.bundles import read_bundle
from leadscore.testing.makers import make_lead
from leadscore.testing.models import make_leads, make_model, outcome_schema

LARGEST = float(np.finfo(np.float32).max)
KINDS: tuple[EngineKind, ...] = ("tables", "curves", "trees")
SINGLE = st.floats(-LARGEST, LARGEST) | st.floats(-LARGEST, LARGEST, width=32)
VARIANTS = ("plain", "sure", "point", "steps", "rough")


def odd_schema() -> Schema:
    """Return a schema with all that a field may be, and classes of its own."""
    return Schema(
        name="odd",
        fields=(
            Field(name="age", type="integer", role="audit", limits=(0, 120), missing=False),
            Field(name="segment", type="category", role="sales", placeholders=("Select",)),
            Field(name="first_seen", type="time", role="time", unit="d/m/y"),
            Field(name="source", type="category", placeholders=("Select",)),
            Field(name="visits", type="integer", range=(0, 50), placeholders=("999", "7")),
            Field(name="spend", type="number", limits=(-10.5, 1000), unit="USD"),
            Field(name="free", type="number", placeholders=("-1", "n.a.")),
            Field(name="asked", type="flag", placeholders=("True",)),
            Field(name="sure", type="flag", missing=False),
            Field(name="last_seen", type="time"),
            Field(name="heat", type="integer", role="label"),
        ),
        label=Label(field="heat", classes=tuple("abcd")),
        tiers=tiers_for(tuple("abcd")),
        decimal=",",
    )


SCHEMAS: dict[str, Callable[[], Schema]] = {
    "tier": investor,
    "outcome": outcome_schema,
    "odd": odd_schema,
}


def steps(margins: NDArray[np.float64], classes: int, floor: float) -> Calibration:
    """Return rising steps through some of the margins, twins and level parts among them."""
    draws = np.random.default_rng(3)
    knots = [np.sort(draws.choice(margins, 30)) for _ in range(classes - 1)]
    heights = [np.sort(draws.random(30).round(1)) for _ in range(classes - 1)]
    return Calibration(
        kind="steps", cuts=np.empty(0), knots=tuple(knots), heights=tuple(heights), floor=floor
    )


def rougher(model: Model) -> Model:
    """Return the model with knots that float32 rounds, and with more pairs in any order."""
    draws = np.random.default_rng(5)
    if isinstance(model.engine, Curves):
        curves = tuple(
            replace(one, knots=one.knots + draws.uniform(0, 1e-3, len(one.knots)))
            for one in model.engine.curves
        )
        return replace(model, engine=replace(model.engine, curves=curves))
    if not isinstance(model.engine, StepTables):
        return model
    axes = model.engine.axes
    pairs = tuple(
        PairTable(
            fields=(first, second),
            axes=(axes[first], axes[second]),
            values=draws.normal(size=(axes[first].cells, axes[second].cells)),
        )
        for first, second in ((0, 1), (3, 2), (0, 4), (2, 3), (1, 0), (2, 2))
    )
    return replace(model, engine=replace(model.engine, pairs=pairs))


@cache
def model_of(label: str, kind: EngineKind, variant: str = "plain") -> Model:
    schema = SCHEMAS[label]()
    point: dict[str, object] | None = None
    if variant == "point":
        names = [one.name for one in schema.tiers]
        point = {"tiers": names, "cuts": ["-inf", *np.linspace(-0.5, 1, len(names) - 2).tolist()]}
    model = make_model(schema=schema, engine=kind, operating_point=point, doubt=variant != "sure")
    if variant in ("steps", "rough") and schema.label:
        floor = 1e-3 if variant == "steps" else 0.0
        calibration = steps(model.reference.margins, len(schema.label.names), floor)
        model = replace(model, calibration=calibration)
    return rougher(model) if variant == "rough" else model


@cache
def scorer_of(label: str, kind: EngineKind, variant: str = "plain") -> LeadScorer:
    return LeadScorer(model_of(label, kind, variant))


every_model = pytest.mark.parametrize(
    ("label", "kind"), [(label, kind) for label in SCHEMAS for kind in KINDS]
)
Said = dict[str, object] | tuple[Fault, ...]


def of_row(scores: Scores, row: int) -> Said:
    """Return what scores say of the lead at `row`, to the bit."""
    names = (*scores.tier_names, "Unscored")
    places = [at for at in top_reasons(scores.effects, 3)[row] if at != NO_REASON]
    return {
        "score": float(scores.score[row]).hex(),
        "tier": names[scores.tier[row]],
        "confidence": float(scores.confidence[row]).hex(),
        "probabilities": [float(one).hex() for one in scores.probabilities[row]],
        "expected_conversion": float(scores.expected_conversion[row]).hex(),
        "base": float(scores.base).hex(),
        "effects": [float(one).hex() for one in scores.effects[row]],
        "reasons": [(scores.fields[at], float(scores.effects[row, at]).hex()) for at in places],
        "unscored": bool(scores.unscored[row]),
        "as_of": scores.as_of,
    }


def told(model: Model, lead: Mapping[str, object]) -> Said:
    """Return what `score_leads` says of a lead, or the lead's faults."""
    found = conform_lead(lead, model.schema)
    label = model.schema.label.field if model.schema.label else ""
    faults = tuple(one for one in found.faults if one.field != label)
    return faults or of_row(score_leads(model, found.leads), 0)


def said(scorer: LeadScorer, lead: Mapping[str, object]) -> Said:
    """Return what the scorer says of a lead, or the lead's faults."""
    try:
        found = scorer.score(lead)
    except BadInput as error:
        return error.faults
    return {one.name: exact(getattr(found, one.name)) for one in fields(found)}


def exact(value: object) -> object:
    if isinstance(value, tuple):
        pairs = bool(value) and isinstance(value[0], tuple)
        return [tuple(map(exact, one)) if pairs else exact(one) for one in value]
    return value.hex() if type(value) is float else value


def as_json(leads: Leads, row: int, schema: Schema) -> dict[str, object]:
    """Return a lead as JSON has it, some of its whole numbers as integers."""
    lead: dict[str, object] = {"shoe_size": 43, "lead_id": "x"}
    for name, column in leads.columns.items():
        value = column.tolist()[row]
        if isinstance(value, float) and value.is_integer():
            moment = schema.field(name).type == "time"
            value = _moment(value) if moment else int(value) if row % 2 else value
        lead[name] = value
    return lead


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


def edges_of(model: Model, place: int) -> list[float]:
    """Return the numbers at which something changes for the model, and their neighbours."""
    engine, found = model.engine, [0.0, 1.0, 1023.0, 1024.0, 2.0**53, 1e300]
    if isinstance(engine, StepTables):
        found += engine.axes[place].edges.tolist()
    if isinstance(engine, Curves):
        found += engine.curves[place].knots.tolist()
    if isinstance(engine, Trees):
        found += engine.edges(place).tolist()
    if model.doubt is not None:
        known = model.doubt.known
        found += [one for one in (known.low[place], known.high[place]) if one == one]
    found += model.schema.features[place].limits or ()
    near = np.array(found, np.float64)
    ways = (-np.inf, np.inf)
    with np.errstate(over="ignore"):
        single = near.astype(np.float32)
        beside = [np.nextafter(single, np.float32(way)).astype(np.float64) for way in ways]
    between = [(single + one) / 2 for one in beside]
    finer = [np.nextafter(one, way) for one in (near, *between) for way in ways]
    every: list[float] = np.unique(np.concatenate([near, *beside, *between, *finer])).tolist()
    return every


ANY: list[object] = [
    *(None, float("nan"), float("inf"), -float("inf"), True, False, 0, 1, -1, 2, 7, 999, -0.0),
    *(0.5, 3.0, 2**53 + 1, 10**40, -(10**400), 1e16, "", " ", "na", "Select", "True", "yes", "12"),
    *("1,5", "1.5", "$1,200", "a lot", "-1", "n.a.", " 12 ", "Web", " Web ", "Fax", "(other)"),
    *("2026-01-31", "31/01/2026", 20260131, 20260131.0, 1.7e9, Decimal("3"), [1], {"a": 1}),
    *(np.int64(3), np.float64(3.0), np.float32(0.1), np.bool_(True), np.str_("Event")),
]


@cache
def values_of(label: str, kind: EngineKind, variant: str, name: str) -> st.SearchStrategy[object]:
    """Return what may stand in a field: where something changes, or anything at all."""
    model = model_of(label, kind, variant)
    near: list[object] = []
    if name in model.encoder.fields and name not in model.encoder.levels:
        near += edges_of(model, model.encoder.fields.index(name))
        near += [int(one) for one in near if isinstance(one, float) and np.isfinite(one)]
    return st.sampled_from(near + ANY) | st.integers() | st.floats() | st.text(max_size=3)


@every_model
@given(data=st.data())
def test_any_lead_is_told_what_score_leads_tells_of_it(
    label: str, kind: EngineKind, data: st.DataObject
) -> None:
    variant, row = data.draw(st.sampled_from(VARIANTS)), data.draw(st.integers(0, 49))
    model = model_of(label, kind, variant)
    lead = as_json(make_leads(50, schema=model.schema, seed=11), row, model.schema)
    names = [one.name for one in model.schema.fields]
    for name in data.draw(st.lists(st.sampled_from(names), max_size=3)):
        lead[name] = data.draw(values_of(label, kind, variant, name))
    for name in data.draw(st.sets(st.sampled_from(names), max_size=3)):
        lead.pop(name, None)
    assert said(scorer_of(label, kind, variant), lead) == told(model, lead)


@pytest.mark.parametrize("variant", VARIANTS)
@every_model
def test_each_of_many_leads_is_told_the_same_alone(
    label: str, kind: EngineKind, variant: str
) -> None:
    model, scorer = model_of(label, kind, variant), scorer_of(label, kind, variant)
    drawn = make_leads(80, schema=model.schema, seed=12)
    leads = [as_json(drawn, row, model.schema) for row in range(drawn.n)]
    found = [(lead, conform_lead(lead, model.schema)) for lead in leads]
    kept = [(lead, one.leads) for lead, one in found if not one.faults]
    assert len(kept) > 20
    together = Leads(
        columns={
            name: np.concatenate([one.columns[name] for _, one in kept])
            for name in kept[0][1].columns
        },
        ids={},
        n=len(kept),
    )
    scores = score_leads(model, together)
    for row, (lead, _) in enumerate(kept):
        assert said(scorer, lead) == of_row(scores, row)


@given(
    classes=st.integers(2, 10),
    kind=st.sampled_from(["line", "steps"]),
    floor=st.sampled_from([0.0, 1e-4, 0.3]),
    seed=st.integers(0, 99),
)
def test_any_margin_has_the_bits_of_a_batch(
    classes: int, kind: str, floor: float, seed: int
) -> None:
    draws = np.random.default_rng(seed)
    known = draws.normal(size=200)
    if kind == "line":
        cuts = np.sort(draws.normal(size=classes - 1))
        calibration = Calibration(kind="line", slope=1.3, cuts=cuts, floor=floor)
    else:
        calibration = steps(known, classes, floor)
    model = replace(model_of("tier", "tables"), calibration=calibration)
    margins = np.concatenate([known, np.nextafter(known, np.inf), draws.normal(0, 40, 200)])
    cells = margin_cells(model)
    together = np.round(calibration.probabilities(margins), 12)
    alone = np.array([cells.told(margin, None)[2] for margin in margins.tolist()])
    assert alone.tobytes() == together.tobytes()


@given(bounds=st.lists(SINGLE, min_size=1, max_size=5), number=SINGLE)
def test_rounding_is_folded_into_the_edges(bounds: list[float], number: float) -> None:
    edges = least_rounded(np.array(bounds))
    finite = edges[np.isfinite(edges)]
    near = np.concatenate([[number], finite, np.nextafter(finite, 0), np.nextafter(finite, number)])
    # as the encoder has it
    rounded = near.clip(-LARGEST, LARGEST).astype(np.float32)
    for bound, edge in zip(bounds, edges, strict=True):
        assert ((near >= edge) == (rounded >= np.float64(bound))).all()


@given(
    knots=st.lists(st.integers(-3, 3), min_size=1, max_size=6).map(sorted),
    seed=st.integers(0, 99),
)
def test_a_piece_is_where_the_line_is(knots: list[int], seed: int) -> None:
    draws = np.random.default_rng(seed)
    at, heights = np.array(knots, np.float64) / 3, draws.normal(size=len(knots)).round(1)
    numbers = np.concatenate([draws.uniform(-2, 2, 20), at])
    pieces = pieces_of(numbers, at, heights)
    found = [height_at(*one) for one in zip(numbers.tolist(), pieces, strict=True)]
    assert np.array(found).tobytes() == Line(at, heights).at(numbers).tobytes()


@given(data=st.data())
def test_too_much_is_unknown_of_the_same_leads(data: st.DataObject) -> None:
    model = model_of("tier", "tables")
    assert model.doubt is not None
    known = replace(
        model.doubt.known,
        weight=np.array(data.draw(st.permutations([0.0, *[0.05] * 5, 0.1, 0.15, 0.2, 0.3]))),
        usual_share=data.draw(st.sampled_from([0.0, 0.5, 0.55])),
        usual_strange=data.draw(st.integers(0, 5)),
    )
    model = replace(model, doubt=replace(model.doubt, known=known))
    lead = make_lead()
    for name in model.encoder.fields:
        far = 10**6 if name.endswith(("visits", "opens", "views", "minutes")) else 1e9
        own = lead[name]
        usual = own if name.endswith(("score", "d", "set")) else far
        lead[name] = data.draw(st.sampled_from([own, None, usual]))
    assert said(LeadScorer(model), lead) == told(model, lead)


def test_classes_that_the_trees_tell_themselves_are_theirs() -> None:
    model = model_of("tier", "tables")
    x = model.encoder.encode(make_leads(300, seed=1))
    fields = x.shape[1]
    booster = xgboost.train(
        {"objective": "multi:softprob", "num_class": 3, "max_depth": 4, "nthread": 1},
        xgboost.DMatrix(x, np.arange(300) % 3, nthread=1),
        num_boost_round=4,
    )
    expansion = Expansion(sources=np.arange(fields), values=(None,) * fields)
    member = Member(booster=booster, expansion=expansion, centre=0.0, classes=3)
    model = replace(model, engine=Trees.centred([member], fields=fields))
    scorer = LeadScorer(model)
    for lead in (make_lead(), make_lead(income=40_000, website_visits=None)):
        assert said(scorer, lead) == told(model, lead)


def test_all_faults_of_a_lead_are_told_at_once_as_explain_tells_them() -> None:
    lead = make_lead(income="a lot", credit_score=9000, inquiry_submitted=2, age=-1, tier="Best")
    with pytest.raises(BadInput) as found:
        scorer_of("tier", "tables").score(lead)
    with pytest.raises(BadInput) as wanted:
        explain_values(model_of("tier", "tables"), lead)
    assert str(found.value) == str(wanted.value)
    assert len(found.value.faults) == 4


@pytest.mark.parametrize("lead", [{}, {"age": 40, "lead_id": "x"}])
def test_a_lead_with_none_of_the_models_fields_is_refused(lead: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="none of the model's fields"):
        scorer_of("tier", "tables").score(lead)


def test_what_became_of_a_lead_is_no_part_of_scoring_it() -> None:
    scorer = scorer_of("tier", "tables")
    assert scorer.score(make_lead(tier="Best")) == scorer.score(make_lead())


def test_a_lead_of_which_nothing_is_known_has_no_score() -> None:
    found = scorer_of("tier", "tables").score({"income": None})
    assert (found.tier, found.unscored, found.reasons) == ("Unscored", True, ())
    numbers = (found.score, found.confidence, *found.probabilities, *found.effects)
    assert np.isnan(numbers).all()
    assert (len(found.probabilities), len(found.effects)) == (3, 10)


def test_fields_without_an_effect_are_no_reasons() -> None:
    model = model_of("tier", "tables", "sure")
    assert isinstance(model.engine, StepTables)
    nothing = tuple(np.zeros(len(one)) for one in model.engine.values)
    one_alone = (model.engine.values[0], *nothing[1:])
    engine = replace(model.engine, values=one_alone, pairs=())
    found = LeadScorer(replace(model, engine=engine)).score(make_lead())
    assert [name for name, _ in found.reasons] == ["income"]


def test_a_scorer_keeps_nothing_of_a_lead_and_what_it_says_stays_as_it_is() -> None:
    scorer = scorer_of("tier", "tables")
    lead = make_lead()
    first = scorer.score(lead, as_of="2026-01-31")
    scorer.score(make_lead(income=30_000, website_visits=None))
    assert scorer.score(lead, as_of="2026-01-31") == first
    assert first.as_of == "2026-01-31"
    assert lead == make_lead()
    with pytest.raises(FrozenInstanceError):
        first.score = 100.0  # type: ignore[misc]  # that is the mistake


def test_an_operating_point_that_is_none_is_refused_when_the_scorer_is_made() -> None:
    with pytest.raises(BadBundle, match=r"operating.point"):
        LeadScorer(make_model(operating_point={"tiers": ["A"], "cuts": []}))


ALONE = """
import sys
sys.modules["numba"] = None
from zipfile import ZipFile
from leadscore.model.bundle import load_model
from leadscore.score.one import LeadScorer
with ZipFile(sys.argv[1]) as kept:
    model = load_model({name: kept.read(name) for name in kept.namelist()})
print(LeadScorer(model).score({"income": 120000, "credit_score": 700, "email_opens": None}))
print(*sorted({"pandas", "pyarrow", "scipy", "sklearn", "xgboost"} & set(sys.modules)))
"""


def test_numpy_alone_says_the_same() -> None:
    bundle = Path(__file__).parents[1] / "data" / "format_3_deep.zip"
    run = subprocess.run(
        [sys.executable, "-c", ALONE, str(bundle)], capture_output=True, text=True, check=False
    )
    lead = {"income": 120_000, "credit_score": 700, "email_opens": None}
    found = LeadScorer(read_bundle(bundle)).score(lead)
    assert (run.stdout, run.stderr) == (f"{found}\n\n", "")


@pytest.mark.parametrize("lead", [None, [1], "income"])
def test_what_is_no_mapping_is_refused_in_words(lead: object) -> None:
    model = make_model()
    for ask in (LeadScorer(model).score, lambda one: explain_values(model, one)):
        with pytest.raises(BadRequest, match=f"The lead is a {type(lead).__name__}"):
            ask(lead)  # type: ignore[arg-type]  # a caller without types
