"""The bench: ways in turns, medians, peers that are absent or break, and ratios."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leadscore.errors import BadRequest
from leadscore.flows.bench.apart import PLAIN, without_numba
from leadscore.flows.bench.ours import our_ways
from leadscore.flows.bench.page import bench_json, bench_markdown, foot_words, rows
from leadscore.flows.bench.peers.peer import Asked, Peer, matrix_ways
from leadscore.flows.bench.peers.roster import PEERS
from leadscore.flows.bench.peers.specified import USUAL, XGBOOST
from leadscore.flows.bench.ratios import HEADLINES, Ratio, ratios, sentences
from leadscore.flows.bench.record import Bench, BenchWish, Machine
from leadscore.flows.bench.run import Around, run_bench
from leadscore.flows.bench.scene import Engines, Scene, make_scene
from leadscore.flows.bench.timing import Broken, Part, Timed, Way, time_ways
from leadscore.score.scores import score_leads
from leadscore.testing.models import make_model, outcome_schema
from leadscore.wiring import files

MACHINE = Machine(cpu="a processor", cores=2, system="Linux", python="3.11.7")


class Time:
    """A clock that moves by what calls add to it, and by `tick` whenever it is read."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now = 0.0
        self.tick = tick
        self.calls: list[str] = []

    def __call__(self) -> float:
        self.now += self.tick
        return self.now

    def way(self, key: str, *seconds: float, ours: bool = False, leads: int = 1) -> Way:
        """Return a way whose calls take `seconds`, the last of them for ever."""
        left = list(seconds)

        def call(_: int) -> None:
            self.calls.append(key)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return make_way(key, call, ours=ours, leads=leads)


def make_way(
    key: str,
    call: Callable[[int], object] = abs,
    *,
    part: Part = "one",
    ours: bool = False,
    why: bool = False,
    leads: int = 1,
) -> Way:
    return Way(key=key, name=key, part=part, explained=why, leads=leads, call=call, ours=ours)


def timed(key: str, seconds: float, **kind: object) -> Timed:
    return Timed(way=replace(make_way(key), **kind), rounds=(seconds,))  # type: ignore[arg-type]  # a way's own fields


# ---------------------------------------------------------------------------- turns


def test_ways_take_turns_and_every_second_round_goes_back() -> None:
    time = Time()
    ways = [time.way("a", 1.0), time.way("b", 1.0), time.way("c", 1.0)]
    time_ways(ways, rounds=3, clock=time, turn=0.0)
    assert "".join(time.calls) == "abc" + "abc" + "cba" + "abc"


def test_the_median_round_counts_and_the_warm_up_does_not() -> None:
    time = Time()
    slow_once = time.way("a", 100.0, 3.0, 9.0, 4.0, leads=2)
    [found], _ = time_ways([slow_once], rounds=3, clock=time, turn=0.0)
    assert found.rounds == (1.5, 4.5, 2.0)
    assert found.seconds == 2.0


def test_short_calls_are_repeated_until_a_turn_is_long_enough() -> None:
    time = Time()
    [found], _ = time_ways([time.way("a", 0.25)], rounds=1, clock=time, turn=1.0)
    assert len(time.calls) == 1 + 1 + 4
    assert found.seconds == 0.25


def test_a_first_call_that_compiles_does_not_make_the_turns_short() -> None:
    time = Time()
    [found], _ = time_ways([time.way("a", 9.0, 0.25)], rounds=1, clock=time, turn=1.0)
    assert len(time.calls) == 1 + 1 + 4
    assert found.seconds == 0.25


def test_a_call_that_was_slow_for_once_does_not_make_the_turns_short() -> None:
    time = Time()
    hiccup = time.way("a", 0.25, 9.0, 0.25)
    [found], _ = time_ways([hiccup], rounds=3, clock=time, turn=1.0)
    assert len(time.calls) == 1 + 1 + 1 + 4 + 4
    assert found.rounds == (0.25, 0.25, 0.25)


def test_a_call_is_given_its_number() -> None:
    given: list[int] = []
    time_ways([make_way("a", given.append)], rounds=2, clock=Time(), turn=0.0)
    assert given == [0, 1, 2]


def test_what_warms_a_way_up_stands_for_its_first_call() -> None:
    time, warmed = Time(), []
    way = replace(time.way("a", 1.0), warm=lambda: warmed.append(True))
    time_ways([way], rounds=2, clock=time, turn=0.0)
    assert (warmed, time.calls) == ([True], ["a", "a"])


def test_a_peer_that_raises_in_a_later_round_is_named_and_left_out() -> None:
    time = Time()

    def fail(number: int) -> None:
        if number == 2:
            raise KeyError("weight\nand more")

    found, broken = time_ways(
        [make_way("x", fail), time.way("a", 1.0)], rounds=3, clock=time, turn=0.0
    )
    assert [one.way.key for one in found] == ["a"]
    assert broken == (Broken(name="x", error=r"KeyError: 'weight\nand more'"),)


def test_one_of_ours_may_not_raise() -> None:
    def fail(_: int) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        time_ways([make_way("x", fail, ours=True)], rounds=1, clock=Time())


# ---------------------------------------------------------------------------- ratios and pages


def test_a_ratio_needs_a_way_of_ours_that_says_as_much() -> None:
    ours = timed("default", 1.0, ours=True, explained=True), timed("seed", 2.0, ours=True)
    theirs = timed("usual", 60.0), timed("why", 500.0, explained=True)
    found = ratios(make_bench(*ours, *theirs))
    assert found == (
        Ratio(part="one", ours="default", peer="usual", times=60.0),
        Ratio(part="one", ours="default", peer="why", times=500.0),
        Ratio(part="one", ours="seed", peer="usual", times=30.0),
    )


def test_a_sentence_says_the_share_beside_the_cheapest_peer() -> None:
    found = make_bench(
        timed("seed", 1.0, ours=True, part="batch"),
        timed("predict_proba", 1.5, part="batch"),
        timed("inplace_predict", 2.5, part="batch"),
    )
    assert sentences(found) == (
        "A batch, unexplained, with the specified model takes 1/1.5 of the time of xgboost's "
        "fastest way.",
    )


def test_every_headline_names_ways_that_there_are(scene: Scene) -> None:
    parts: tuple[Part, ...] = ("one", "batch")
    ours = {(way.part, way.key) for way in our_ways(scene.engines, parts)}
    theirs = {(way.part, way.key) for peer in (USUAL, XGBOOST) for way in peer.setup(scene)}
    for one in HEADLINES:
        if one.part != "file":
            assert (one.part, one.ours.removesuffix(PLAIN)) in ours
            assert {(one.part, key) for key in one.peers} <= theirs


def test_a_table_has_ours_first_and_explanations_last() -> None:
    found = make_bench(
        timed("why", 500.0, explained=True),
        timed("usual", 60.0),
        timed("default", 1.0, ours=True, explained=True),
        timed("seed explained", 5.0, ours=True, explained=True),
        timed("seed", 2.0, ours=True),
    )
    told = rows(found, "one")
    assert [row.name for row in told][-2:] == ["usual", "why"]
    assert [row.ours for row in told] == [True, True, True, False, False]
    assert [row.cells[-2:] for row in told[-2:]] == [("60", "30"), ("500", "100")]


def test_a_page_names_what_did_not_take_part() -> None:
    found = replace(
        make_bench(timed("default", 1e-5, ours=True, explained=True)),
        absent={"shap": "pip install shap"},
        broken=(Broken(name="catboost", error="TypeError: no"),),
    )
    assert foot_words(found) == (
        "Not installed: shap (pip install shap)",
        "Did not work: catboost: TypeError: no",
    )
    page = bench_markdown(found)
    assert "| default | yes | 10 μs | 100,000 |" in page
    assert "pip install shap" in page
    assert "numpy 2.4.6" in page


def make_bench(*found: Timed) -> Bench:
    return Bench(wish=BenchWish(), machine=MACHINE, versions={"numpy": "2.4.6"}, timed=found)


# ---------------------------------------------------------------------------- the scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(300, learned=1000, model=make_model(doubt=True))


def test_the_usual_way_says_what_the_bundle_says(scene: Scene) -> None:
    told = score_leads(scene.engines.seed, scene.engines.leads).probabilities
    for place, record in enumerate(scene.engines.records[:20]):
        tier, probabilities = scene.usual.one(record)
        assert np.allclose(probabilities, told[place], atol=2e-5)
        assert tier == told[place].argmax()


def test_peers_are_given_the_leads_as_the_trees_see_them(scene: Scene) -> None:
    told = score_leads(scene.engines.seed, scene.engines.leads).probabilities
    found = scene.usual.classifier.predict_proba(scene.scaled)
    # scaling rounds, and a threshold lies on a value: a lead may fall on its other side
    assert np.mean(np.abs(found - told).max(axis=1) < 1e-5) > 0.9


def test_single_leads_are_those_of_the_batch(scene: Scene) -> None:
    records, leads = scene.engines.records, scene.engines.leads
    assert len(records) == 300
    assert [one["income"] for one in records] == leads.columns["income"].tolist()


def test_every_way_of_ours_and_of_xgboost_scores(scene: Scene) -> None:
    parts: tuple[Part, ...] = ("one", "batch")
    ways = [*our_ways(scene.engines, parts), *USUAL.setup(scene), *XGBOOST.setup(scene)]
    assert len({(way.part, way.key) for way in ways}) == len(ways)
    for way in ways:
        assert way.call(3) is not None
        assert way.leads == (1 if way.part == "one" else min(300, way.leads))


def test_without_numba_the_same_ways_run_elsewhere(scene: Scene) -> None:
    here = our_ways(scene.engines, ("one", "batch"))
    with without_numba(scene.engines, ("one", "batch")) as ways:
        assert [way.key for way in ways] == [way.key + PLAIN for way in here]
        for way in ways:
            way.call(0)


def test_a_model_of_other_fields_is_refused() -> None:
    with pytest.raises(BadRequest, match="source"):
        make_scene(10, model=make_model(schema=outcome_schema()))


# ---------------------------------------------------------------------------- the run


def peers_of(time: Time) -> tuple[Peer, ...]:
    def fine(scene: Scene) -> tuple[Way, ...]:
        def call(_: object) -> None:
            time.now += 1.0

        return matrix_ways(scene.plain, Asked(key="fine", name="fine", call=call, slow=True))

    def broken(_: Scene) -> tuple[Way, ...]:
        raise RuntimeError("built for another numpy")

    return (
        Peer(name="fine", setup=fine),
        Peer(name="broken", setup=broken),
        Peer(name="absent", setup=broken, needs=("there", "not-there")),
    )


@contextmanager
def nowhere(engines: Engines, parts: Sequence[Part]) -> Iterator[tuple[Way, ...]]:
    yield tuple(replace(way, key=way.key + PLAIN) for way in our_ways(engines, parts))


@pytest.fixture(scope="module")
def bench(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    time = Time(tick=1.0)
    around = Around(
        files=files(),
        folder=str(tmp_path_factory.mktemp("bench")),
        clock=time,
        machine=MACHINE,
        peers=peers_of(time),
        installed=lambda name: "" if name == "not-there" else "1.0",
        apart=nowhere,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leadscore.flows.bench.run.make_scene", lambda *_, **__: scene)
        return run_bench(BenchWish(leads=300, rounds=1), around)


def test_each_part_is_timed(bench: Bench) -> None:
    assert {one.way.part for one in bench.timed} == {"one", "batch", "file"}
    assert [one.way.key for one in bench.of("file")] == ["default", "usual loop", "floor"]
    keys = [one.way.key for one in bench.of("one")]
    assert {"default", f"default{PLAIN}", "seed", "seed explained", "fine"} <= set(keys)


def test_a_peer_that_is_absent_or_does_not_load_is_named(bench: Bench) -> None:
    assert bench.absent == {"absent": "pip install not-there"}
    assert bench.broken == (Broken(name="broken", error="RuntimeError: built for another numpy"),)


def test_a_slow_peer_is_given_few_leads_and_judged_by_the_lead(bench: Bench) -> None:
    [fine] = [one for one in bench.of("batch") if one.way.key == "fine"]
    assert fine.way.leads == 200
    assert fine.seconds == 2.0 / 200


def test_the_bench_is_json(bench: Bench) -> None:
    alike = replace(bench, timed=tuple(replace(one, rounds=(1e-6, 3e-6)) for one in bench.timed))
    told = json.loads(json.dumps(bench_json(alike), allow_nan=False))
    assert told["machine"]["cores"] == 2
    assert told["versions"]["numpy"] == "1.0"
    assert {one["seconds"] for one in told["figures"]} == {2e-6}
    assert {one["times"] for one in told["ratios"]} == {1.0}
    assert all(told[key] for key in ("absent", "broken", "words"))


@pytest.mark.parametrize("wish", [BenchWish(leads=0), BenchWish(rounds=0)])
def test_a_number_out_of_range_is_refused(wish: BenchWish, tmp_path: Path) -> None:
    around = Around(files=files(), folder=str(tmp_path), clock=Time(), machine=MACHINE)
    with pytest.raises(BadRequest, match="rounds"):
        run_bench(wish, around)


def test_every_peer_says_what_it_needs() -> None:
    assert [one.name for one in PEERS if not one.needs] == ["the usual way", "xgboost"]
    assert len({one.name for one in PEERS}) == len(PEERS)
