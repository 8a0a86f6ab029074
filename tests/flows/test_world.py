"""Writing a world: the file's columns, its metadata, and the same bytes for the same seed."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from leadscore.errors import BadRequest, Exists
from leadscore.flows.world import (
    METADATA_KEY,
    PRESETS,
    MarketWish,
    WorldSummary,
    make_market,
    make_world,
    refuse_preset,
)
from leadscore.leads.conform import conform
from leadscore.leads.schema import parse_schema
from leadscore.store.local import LocalFiles
from leadscore.store.writer import Writer
from leadscore.world.limits import bayes_limits
from leadscore.world.market import MarketSummary, market_schema
from leadscore.world.seed import BLOCK, FIELDS, generate


class KeptTable:
    """A table writer that keeps what it is given."""

    def __init__(self) -> None:
        self.parts: list[Mapping[str, NDArray[np.generic]]] = []
        self.metadata: dict[str, str] = {}

    def write(self, columns: pd.DataFrame | Mapping[str, NDArray[np.generic]]) -> None:
        assert not isinstance(columns, pd.DataFrame)
        self.parts.append(columns)

    def close(self, metadata: Mapping[str, str]) -> None:
        self.metadata = dict(metadata)

    def column(self, name: str) -> NDArray[np.generic]:
        return np.concatenate([part[name] for part in self.parts])


def write(n: int, *, preset: str = "seed", seed: int = 1) -> tuple[KeptTable, WorldSummary]:
    table = KeptTable()
    return table, make_world(n, preset=preset, seed=seed, writer=table)


def test_the_file_has_the_columns_of_a_world() -> None:
    table, _ = write(10)
    truth = ("true_low", "true_medium", "true_high")
    assert tuple(table.parts[0]) == ("lead_id", *FIELDS, "tier", *truth)
    assert set(table.column("tier")) <= {"Low", "Medium", "High"}
    assert sum(table.column(name) for name in truth) == pytest.approx(np.ones(10))


def test_the_metadata_are_the_summary() -> None:
    table, summary = write(2_000, preset="noisy", seed=7)
    stored = json.loads(table.metadata[METADATA_KEY])
    assert (stored["preset"], stored["seed"], stored["leads"]) == ("noisy", 7, 2_000)
    assert stored["bayes"]["accuracy"] == summary.bayes.accuracy
    assert sum(stored["tiers"].values()) == 2_000


def test_the_limits_are_those_of_the_leads_written() -> None:
    _, summary = write(BLOCK + 100)
    whole = bayes_limits(generate(BLOCK + 100, seed=1).truth)
    assert summary.bayes.accuracy == pytest.approx(whole.accuracy, rel=1e-12)
    assert summary.bayes.log_loss == pytest.approx(whole.log_loss, rel=1e-12)


def test_a_tier_without_leads_is_null_in_json() -> None:
    table, _ = write(1)
    stored = json.loads(table.metadata[METADATA_KEY])
    assert None in stored["bayes"]["recall"].values()


def test_leads_are_written_block_by_block() -> None:
    seen: list[int] = []
    table = KeptTable()
    make_world(BLOCK + 5, preset="seed", seed=1, writer=table, progress=seen.append)
    assert [len(part["tier"]) for part in table.parts] == [BLOCK, 5]
    assert seen == [BLOCK, BLOCK + 5]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_the_same_seed_gives_the_same_bytes(ending: str, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.{ending}" for name in ("one", "other")]
    for file in files:
        with Writer(file) as writer:
            make_world(BLOCK + 10, preset="seed", seed=9, writer=writer)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_parquet_file_knows_its_limits(tmp_path: Path) -> None:
    file = tmp_path / "world.parquet"
    with Writer(file) as writer:
        summary = make_world(100, preset="noisy", seed=9, writer=writer)
    stored = json.loads(pq.read_metadata(file).metadata[METADATA_KEY.encode()])
    assert stored["bayes"]["log_loss"] == summary.bayes.log_loss
    assert pq.read_table(file).column("income").type == "int64"


def test_an_unknown_preset_writes_nothing() -> None:
    table = KeptTable()
    with pytest.raises(BadRequest, match="no world 'market'"):
        make_world(10, preset="market", seed=1, writer=table)
    assert table.parts == []
    assert table.metadata == {}


def make_folder(out: Path, n: int = 400, **wish: object) -> MarketSummary:
    asked = MarketWish(**wish)  # type: ignore[arg-type]  # each test gives what the wish takes
    return make_market(n, out=str(out), files=LocalFiles(), wish=asked)


def test_a_market_world_is_a_folder_of_four_tables(tmp_path: Path) -> None:
    summary = make_folder(tmp_path / "world", seed=3, leaks=["near_copy"])
    tables = {
        name: pd.read_parquet(tmp_path / "world" / f"{name}.parquet")
        for name in ("leads", "events", "outcomes", "truth")
    }
    assert len(tables["leads"]) == len(tables["truth"]) == 400
    assert len(tables["events"]) == summary.events
    assert len(tables["outcomes"]) == summary.outcomes
    assert summary.leaks[0].field in tables["leads"]
    schema = parse_schema((tmp_path / "world" / "schema.toml").read_text(encoding="utf-8"))
    assert schema == market_schema()
    assert conform(tables["leads"], schema).faults == ()


def test_the_truth_of_a_market_world_is_told_apart_from_its_leads(tmp_path: Path) -> None:
    summary = make_folder(tmp_path / "world", leaks=2, seed=5)
    told = json.loads((tmp_path / "world" / "truth.json").read_text(encoding="utf-8"))
    assert (told["preset"], told["leads"], told["seed"]) == ("market", 400, 5)
    assert [leak["kind"] for leak in told["leaks"]] == [leak.kind for leak in summary.leaks]
    assert told["bayes"]["auc"] == summary.bayes["auc"]
    assert told["drift_at"] == "2025-01-01"
    inside = pq.read_metadata(tmp_path / "world" / "truth.parquet").metadata
    assert json.loads(inside[METADATA_KEY.encode()]) == told
    assert METADATA_KEY.encode() not in (
        pq.read_metadata(tmp_path / "world" / "leads.parquet").metadata or {}
    )


def test_whole_numbers_stay_whole_where_some_are_missing(tmp_path: Path) -> None:
    make_folder(tmp_path / "world")
    schema = pq.read_schema(tmp_path / "world" / "leads.parquet")
    assert {str(schema.field(name).type) for name in ("income", "age", "converted")} == {"int64"}


def test_the_same_market_world_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_folder(tmp_path / name, n=900, seed=9, leaks=4)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 7
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_a_market_world_replaces_only_what_leadscore_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "world", n=10)
    with pytest.raises(Exists, match="--force"):
        make_folder(tmp_path / "world", n=10)
    make_folder(tmp_path / "world", n=20, force=True)
    assert len(pd.read_parquet(tmp_path / "world" / "leads.parquet")) == 20
    (tmp_path / "own").mkdir()
    with pytest.raises(Exists, match="did not make it"):
        make_folder(tmp_path / "own", n=10, force=True)


@pytest.mark.parametrize("out", ["-", "world.csv", "world.PARQUET"])
def test_a_market_world_needs_a_folder(out: str) -> None:
    with pytest.raises(BadRequest, match="a folder's name"):
        make_market(10, out=out, files=LocalFiles())


def test_a_market_world_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no leak"):
        make_folder(tmp_path / "world", leaks=["drip"])
    assert list(tmp_path.iterdir()) == []


def test_what_is_done_is_told(tmp_path: Path) -> None:
    heard: list[str] = []
    make_market(10, out=str(tmp_path / "world"), files=LocalFiles(), tell=heard.append)
    assert heard == ["Making leads, events and outcomes", "Writing them"]


def test_a_preset_is_one_of_three() -> None:
    assert PRESETS == ("seed", "noisy", "market")
    refuse_preset("market")
    with pytest.raises(BadRequest, match="seed, noisy, market"):
        refuse_preset("dream")
