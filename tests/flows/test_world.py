"""Writing a world: the file's columns, its metadata, and the same bytes for the same seed."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.flows.world import METADATA_KEY, WorldSummary, make_world
from leadscore.store.writer import Writer
from leadscore.world.limits import bayes_limits
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
