"""A score run that is killed, as a person meets it: run again, it goes on and says so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadscore.store.local import LocalFiles
from leadscore.store.pieces import parts_folder
from leadscore.testing.makers import make_frame
from leadscore.testing.models import make_model
from tests.cli.conftest import Run

PIECES = 8


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of some pieces, each a moment's work."""
    some = make_frame(2048, seed=11).drop(columns="tier")
    some = some.astype({name: "int64" for name in some.columns if name != "lead_id"})
    table = pa.concat_tables([pa.Table.from_pandas(some, preserve_index=False)] * 32 * PIECES)
    path = tmp_path_factory.mktemp("many") / "leads.parquet"
    pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model"
    LocalFiles().write_model(str(path), make_model(), force=False)
    return path


#: Whoever starts the tests in the background has the interrupt ignored, and so would the child. It
#: rests after each piece, so that it lives when it is killed.
START = """
import signal, time
from leadscore.__main__ import main
from leadscore.store.pieces import PieceFile
signal.signal(signal.SIGINT, signal.default_int_handler)
add = PieceFile.add
PieceFile.add = lambda *given: (add(*given), time.sleep(0.3))[0]
main()
"""


def killed(model: Path, leads: Path, by: signal.Signals) -> None:
    """Score until the first piece is finished, and then no further."""
    command = [sys.executable, "-c", START, "score", str(model), str(leads), "out.parquet"]
    journal = parts_folder("out.parquet") / "pieces.jsonl"
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (journal.is_file() and journal.stat().st_size):
            time.sleep(0.001)
        os.kill(process.pid, by)
        _, said = process.communicate(timeout=300)
    assert process.returncode == (130 if by == signal.SIGINT else -by), said
    assert not Path("out.parquet").exists()


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_run_goes_on(
    model: Path, here: Path, leads: Path, run: Run, by: signal.Signals
) -> None:
    killed(model, leads, by)
    said = run("score", model, leads, "out.parquet", "--json")
    assert said.code == 0, said.err
    resumed = said.json["resumed"]
    assert isinstance(resumed, int)
    assert 0 < resumed < 65536 * PIECES
    assert resumed % 65536 == 0
    assert "Going on where an earlier run for out.parquet was stopped" in said.err
    assert said.json["scored"] == 65536 * PIECES
    whole = run("score", model, leads, "whole.parquet", "--json")
    assert whole.json["resumed"] == 0
    assert (here / "out.parquet").read_bytes() == (here / "whole.parquet").read_bytes()
    assert {path.name for path in here.iterdir()} == {"out.parquet", "whole.parquet"}


def test_a_changed_wish_starts_anew_and_says_why(
    model: Path, here: Path, leads: Path, run: Run
) -> None:
    killed(model, leads, signal.SIGKILL)
    said = run("score", model, leads, "out.parquet", "--reasons", 1)
    assert said.code == 0, said.err
    assert "of no use, for the options changed since" in said.err
    assert "reason_2" not in pq.read_schema(here / "out.parquet").names
    assert {path.name for path in here.iterdir()} == {"out.parquet"}
