"""How cost grows with leads, fields and trees: the product beside XGBoost.

    python benchmarks/growth.py [FOLDER]

Models of drawn leads go through the model layer; of each pair both sides take turns, on one
thread. Files of up to ten million leads are then scored on all cores, in FOLDER or a temporary one.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import xgboost
from numpy.typing import NDArray

from leadscore.flows.bench.files import usual_loop
from leadscore.flows.bench.scene import Scene, make_scene
from leadscore.flows.bench.timing import Way, time_ways
from leadscore.flows.score import ScoreWish, score_file
from leadscore.flows.world import make_world
from leadscore.model.compile import compile_tables
from leadscore.model.expand import Expansion
from leadscore.model.member import Member
from leadscore.model.trees import Trees
from leadscore.score.reasons import top_reasons
from leadscore.score.scores import score_leads
from leadscore.wiring import files

Singles = NDArray[np.float32]
Ways = dict[str, tuple[int, Callable[[], object]]]
#: A table: its heading and its rows.
Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

FIELDS = (12, 25, 50, 100, 200)
TREES = (50, 100, 300, 1000, 2000)
LEADS = (1_000, 10_000, 100_000, 1_000_000)
IN_FILES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
#: A file with more leads is not scored the usual way: minutes, for the same figure a lead.
USUAL_UPTO = 1_000_000
LEARNED = 5_000
BATCH = 20_000
#: Leads whose contributions XGBoost is asked for: a millisecond and more each.
FEW = 50
ROUNDS = 3


def main() -> None:
    """Print every table."""
    for table in (*by_fields(), *by_trees()):
        print_table(table)
    scene = make_scene(LEADS[-1])
    print_table(by_leads(scene))
    with tempfile.TemporaryDirectory() as name:
        print_table(by_file(scene, Path(sys.argv[1]) if len(sys.argv) > 1 else Path(name)))


def by_fields() -> tuple[Table, Table]:
    """Return what a lead costs, in microseconds, with more and more fields."""
    return _engines("fields, 300 trees", [(count, count, 300) for count in FIELDS])


def by_trees() -> tuple[Table, Table]:
    """Return what a lead costs, in microseconds, with more and more trees."""
    return _engines("trees, 12 fields", [(count, 12, count) for count in TREES])


def by_leads(scene: Scene) -> Table:
    """Return what a lead costs, in microseconds, in larger and larger batches."""
    model, all_leads = scene.engines.default, scene.engines.leads

    def explain(count: int) -> object:
        scores = score_leads(model, all_leads.take(slice(0, count)))
        return top_reasons(scores.effects, 3)

    rows = []
    for count in LEADS:
        told = timed(
            {
                "ours": (count, partial(explain, count)),
                "xgboost": (
                    count,
                    partial(scene.usual.classifier.predict_proba, scene.scaled[:count]),
                ),
            }
        )
        rows.append((f"{count:,}", micro(told["ours"]), *beside(told, "xgboost", "ours")))
    head = ("leads in memory", "default recipe, explained", "xgboost predict_proba", "times")
    return head, rows


def by_file(scene: Scene, folder: Path) -> Table:
    """Return what a lead costs, in microseconds, in larger and larger Parquet files."""
    model = f"{folder}/model"
    files().write_model(model, scene.engines.default, force=True)
    scene.usual.threads(2)
    wish = ScoreWish(force=True)
    ways: Ways = {}
    for count in IN_FILES:
        source = f"{folder}/{count}.parquet"
        with files().writer(source, force=True) as writer:
            make_world(count, preset="seed", seed=7, writer=writer)
        work = partial(score_file, model, source, f"{folder}/out.parquet", wish, files=files())
        ways[f"ours {count}"] = (count, work)
        if count <= USUAL_UPTO:
            usual = partial(usual_loop, source, f"{folder}/usual.parquet", scene.usual)
            ways[f"usual {count}"] = (count, usual)
    ways[f"ours {IN_FILES[2]}"][1]()
    told = timed(ways, cold=True)
    scene.usual.threads(1)
    level = told[f"ours {IN_FILES[2]}"]
    rows = [
        (
            f"{count:,}",
            digits(told[f"ours {count}"] * count),
            f"{1 / told[f'ours {count}']:,.0f}",
            f"{level / told[f'ours {count}']:.2f}",
            f"{1 / told[f'usual {count}']:,.0f}" if count <= USUAL_UPTO else "",
        )
        for count in IN_FILES
    ]
    head = (
        "leads in a file",
        "default recipe, explained, seconds",
        "leads/s",
        "beside 100,000 leads",
        "the usual loop, leads/s",
    )
    return head, rows


def _engines(what: str, points: Sequence[tuple[int, int, int]]) -> tuple[Table, Table]:
    """Return the table of trees of depth 2, and that of trees of depth 6."""
    told = [(f"{count:,}", _one_point(fields, trees)) for count, fields, trees in points]
    shallow = [
        (
            count,
            micro(one["tables"]),
            *beside(one, "shallow inplace", "tables"),
            *beside(one, "shallow contribs", "tables"),
        )
        for count, one in told
    ]
    deep = [
        (
            count,
            micro(one["margin"]),
            *beside(one, "inplace", "margin"),
            micro(one["effects"]),
            *beside(one, "contribs", "effects"),
        )
        for count, one in told
    ]
    inplace, contribs = ("inplace_predict", "times"), ("pred_contribs", "times")
    return (
        ((what, "step tables, effects", *inplace, *contribs), shallow),
        ((what, "forest, margin", *inplace, "forest, effects", *contribs), deep),
    )


def _one_point(fields: int, trees: int) -> dict[str, float]:
    """Return the seconds a lead of models with trees of depth 2 and of depth 6."""
    x, y = drawn(LEARNED, fields)
    shallow, deep = grown(x, y, trees, depth=2), grown(x, y, trees, depth=6)
    tables = compile_tables([shallow], x)
    forest = Trees.centred([deep], fields=fields)
    leads, _ = drawn(BATCH, fields, seed=1)
    few = leads[:FEW]
    return timed(
        {
            "tables": (BATCH, lambda: tables.effects(leads)),
            "shallow inplace": (BATCH, lambda: shallow.booster.inplace_predict(leads)),
            "shallow contribs": (FEW, lambda: contributions(shallow, few)),
            "margin": (BATCH, lambda: forest.margin(leads)),
            "inplace": (BATCH, lambda: deep.booster.inplace_predict(leads)),
            "effects": (BATCH, lambda: forest.effects(leads)),
            "contribs": (FEW, lambda: contributions(deep, few)),
        }
    )


def contributions(member: Member, x: Singles) -> object:
    """Return XGBoost's own contributions."""
    return member.booster.predict(xgboost.DMatrix(x, nthread=1), pred_contribs=True)


def drawn(leads: int, fields: int, *, seed: int = 0) -> tuple[Singles, NDArray[np.float64]]:
    """Return drawn leads, and what is to be learned of them: every field counts, some in pairs."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(leads, fields)).astype(np.float32)
    weights, half = np.random.default_rng(99).normal(size=fields), fields // 2
    pairs = x[:, :half] * x[:, half : 2 * half]
    return x, x @ weights + pairs.sum(axis=1) + rng.normal(size=leads)


def grown(x: Singles, y: NDArray[np.float64], trees: int, *, depth: int) -> Member:
    """Return a member of boosted trees."""
    settings = {"max_depth": depth, "eta": 0.05, "nthread": 1, "min_child_weight": 3}
    booster = xgboost.train(settings, xgboost.DMatrix(x, y, nthread=1), trees)
    fields = x.shape[1]
    expansion = Expansion(sources=np.arange(fields, dtype=np.intp), values=(None,) * fields)
    return Member(booster=booster, expansion=expansion, centre=0.0)


def timed(ways: Ways, *, cold: bool = False) -> dict[str, float]:
    """Return the median seconds a lead of each way, all taken in turns; `cold`: not warmed up."""
    made = [
        Way(
            key=key,
            name=key,
            part="batch",
            explained=False,
            leads=leads,
            call=lambda _, work=work: work(),
            ours=True,
            warm=(lambda: None) if cold else None,
        )
        for key, (leads, work) in ways.items()
    ]
    found, _ = time_ways(made, rounds=ROUNDS, clock=time.perf_counter, turn=0.0 if cold else 0.02)
    return {one.way.key: one.seconds for one in found}


def beside(told: dict[str, float], peer: str, ours: str) -> tuple[str, str]:
    """Return what a peer takes, and how many times ours that is."""
    return micro(told[peer]), digits(told[peer] / told[ours])


def micro(seconds: float) -> str:
    """Return microseconds."""
    return digits(seconds * 1e6)


def digits(number: float) -> str:
    """Return a number with three digits or more."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def print_table(table: Table) -> None:
    """Print a table in columns."""
    head, rows = table
    sizes = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for row in (head, *rows):
        print(
            "  ".join(cell.rjust(size) for cell, size in zip(row, sizes, strict=True)), flush=True
        )
    print()


if __name__ == "__main__":
    main()
