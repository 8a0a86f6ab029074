"""What a scored file is compared with: the usual loop and the floor."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadscore.flows.bench.files import floor, ready_table, usual_loop
from leadscore.flows.bench.scene import Scene, make_scene
from leadscore.flows.world import make_world
from leadscore.testing.models import make_model
from leadscore.wiring import files

LEADS = 700


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(50, learned=1000, model=make_model())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "leads.parquet"
    with files().writer(str(path), force=False) as writer:
        make_world(LEADS, preset="seed", seed=7, writer=writer)
    return path


def test_the_usual_loop_writes_what_the_model_says(
    scene: Scene, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "usual.parquet"
    assert usual_loop(str(source), str(target), scene.usual, rows=300) == LEADS
    leads, found = pd.read_parquet(source), pd.read_parquet(target)
    places, told = scene.usual.many(leads[list(scene.usual.fields)])
    assert found["lead_id"].tolist() == leads["lead_id"].tolist()
    assert found["tier"].tolist() == [scene.usual.tiers[place] for place in np.asarray(places)]
    assert np.array_equal(found[["p_low", "p_medium", "p_high"]].to_numpy(), told)
    assert np.array_equal(found["confidence"].to_numpy(), told.max(axis=1))


def test_the_floor_reads_the_leads_and_writes_as_many_ready_rows(
    source: Path, tmp_path: Path
) -> None:
    scored, target = tmp_path / "scored.parquet", tmp_path / "floor.parquet"
    rows = pa.table(
        {
            "score": pa.array(np.arange(300.0), pa.float32()),
            "tier": pa.array(["High"] * 300).dictionary_encode(),
        }
    )
    pq.write_table(rows, scored, use_dictionary=["tier"], compression="zstd")
    ready = ready_table(str(scored))
    assert floor(str(source), str(target), ready, columns=("lead_id", "income")) == LEADS
    found = pq.ParquetFile(target)
    assert found.metadata.num_rows == LEADS
    assert found.schema_arrow == rows.schema
    group = found.metadata.row_group(0)
    assert [group.column(place).compression for place in (0, 1)] == ["ZSTD", "ZSTD"]
    coded = ["RLE_DICTIONARY" in group.column(place).encodings for place in (0, 1)]
    assert coded == [False, True]
