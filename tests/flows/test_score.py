"""A file is scored piece by piece, to the same bytes however often it was stopped on the way."""

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from leadscore.errors import BadInput, BadRequest, Exists, UserError
from leadscore.flows import score
from leadscore.flows.score import ScoredFile, ScoreWish, score_file, score_frame
from leadscore.flows.score_pieces import score_piece
from leadscore.flows.spread import threads
from leadscore.leads.schema import investor
from leadscore.store.journal import Finished
from leadscore.store.local import LocalFiles
from leadscore.store.pieces import parts_folder
from leadscore.testing.makers import make_frame
from leadscore.testing.models import make_model

LEADS, PIECE = 230, 50
WISH = ScoreWish()
NUMBERS = [field.name for field in investor().features]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a model and leads; pieces are small."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(score, "_PIECE", PIECE)
    LocalFiles().write_model("model", make_model(doubt=True), force=False)
    leads().to_parquet("leads.parquet", row_group_size=70, index=False)
    return tmp_path


def leads(n: int = LEADS, *, seed: int = 3) -> pd.DataFrame:
    frame = make_frame(n, seed=seed).astype(dict.fromkeys(NUMBERS, "float64"))
    frame.loc[frame.index % 7 == 3, "income"] = np.nan
    frame.loc[frame.index % 11 == 5, "website_visits"] = 90
    frame.loc[frame.index % 50 == 49, NUMBERS] = np.nan
    return frame


def do(to: str = "out.parquet", wish: ScoreWish = WISH, *, of: str = "leads.parquet") -> ScoredFile:
    """Score, with two pieces at once."""
    return score_file("model", of, to, wish, files=LocalFiles(), spread=threads(2))


def kill(to: str = "out.parquet", *, after: int, how: str = "PieceFile.add") -> None:
    """Score in a process that is killed once it has finished some pieces."""
    code = f"""
import os, signal
from leadscore.flows import score
from leadscore.store import pieces
from leadscore.wiring import files
score._PIECE = {PIECE}
calls, old = [], pieces.{how}
def dying(*given, **named):
    found = old(*given, **named)
    calls.append(1)
    if len(calls) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
pieces.{how} = dying
score.score_file("model", "leads.parquet", {to!r}, score.ScoreWish(), files=files())
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not Path(to).exists()


def stop(
    by: type[BaseException] = KeyboardInterrupt,
    wish: ScoreWish = WISH,
    *,
    after: int = 3,
    of: str = "leads.parquet",
) -> None:
    """Score and be stopped once some pieces are finished."""

    def headway(done: int, total: int, /) -> None:
        assert total >= done
        if done >= after * PIECE:
            raise by

    with pytest.raises(by):
        score_file("model", of, "out.parquet", wish, files=LocalFiles(), headway=headway)


def test_a_file_says_what_a_frame_says(here: Path) -> None:
    done = do()
    assert (done.leads, done.scored, done.resumed) == (LEADS, LEADS - 4, 0)
    frame = score_frame(LocalFiles().read_model("model"), leads(), ScoreWish())
    found = pd.read_parquet(here / "out.parquet")
    coded = frame.select_dtypes("category").columns
    plain = frame.astype(dict.fromkeys(coded, object))
    # a file keeps the words of all tiers, a frame those that are there
    pd.testing.assert_frame_equal(
        found.astype(dict.fromkeys(coded, object)), plain, check_exact=True, check_dtype=False
    )
    assert pq.ParquetFile("out.parquet").num_row_groups == -(-LEADS // PIECE)


@pytest.mark.parametrize("to", ["out.parquet", "out.csv", "out.csv.gz"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_threads_change_no_byte(here: Path, to: str, count: int) -> None:
    do(f"two.{to}")
    files = LocalFiles()
    score_file("model", "leads.parquet", to, ScoreWish(), files=files, spread=threads(count))
    assert (here / to).read_bytes() == (here / f"two.{to}").read_bytes()


@pytest.mark.parametrize(
    ("to", "after", "how"),
    [
        ("out.parquet", 1, "PieceFile.add"),
        ("out.parquet", 3, "PieceFile.add"),
        ("out.parquet", 5, "PieceFile.add"),
        ("out.csv", 3, "PieceFile.add"),
        ("out.csv.gz", 3, "PieceFile.add"),
        # the rows are written, and the line that tells of them is not
        ("out.parquet", 4, "Finished.line"),
    ],
)
def test_a_killed_run_goes_on_to_the_same_bytes(here: Path, to: str, after: int, how: str) -> None:
    do(f"whole.{to}")
    kill(to, after=after, how=how)
    done = do(to)
    finished = after - 1 if how == "Finished.line" else after
    assert done.resumed == min(finished * PIECE, LEADS)
    assert (done.leads, done.scored) == (LEADS, LEADS - 4)
    assert sum(done.tiers.values()) == LEADS - 4
    assert (here / to).read_bytes() == (here / f"whole.{to}").read_bytes()
    assert not parts_folder(to).exists()


def test_finished_pieces_are_not_scored_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stop()
    scored: list[int] = []

    def counted(*given: object, **named: object) -> object:
        scored.append(1)
        return score_piece(*given, **named)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(score, "score_piece", counted)
    do()
    assert len(scored) == 2


def test_a_csv_file_goes_on_as_well(here: Path) -> None:
    leads().to_csv(here / "leads.csv", index=False)
    do("whole.parquet", of="leads.csv")
    stop(after=2, of="leads.csv")
    assert do(of="leads.csv").resumed == 2 * PIECE
    assert Path("out.parquet").read_bytes() == Path("whole.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "harm", "left"),
    [
        ("rows", lambda raw: raw + b"rubbish", 3),
        ("rows", lambda raw: raw[:-1], 2),
        ("rows", lambda raw: raw[:50] + bytes([raw[50] ^ 1]) + raw[51:], 0),
        ("pieces.jsonl", lambda raw: raw + b'{"place": 12', 3),
        ("pieces.jsonl", lambda raw: raw[:-20], 2),
        ("pieces.jsonl", lambda raw: raw[:0], 0),
        ("pieces.jsonl", lambda raw: b'{"other": 1}\n' + raw, 0),
        ("work.json", lambda raw: raw[:1], 0),
        ("work.json", lambda raw: b"[" + raw + b"]", 0),
    ],
)
def test_what_did_not_reach_the_disk_is_scored_again(
    here: Path, name: str, harm: Callable[[bytes], bytes], left: int
) -> None:
    do("whole.parquet")
    stop()
    path = parts_folder("out.parquet") / name
    path.write_bytes(harm(path.read_bytes()))
    assert do().resumed == left * PIECE
    assert (here / "out.parquet").read_bytes() == (here / "whole.parquet").read_bytes()


def other_model() -> None:
    LocalFiles().write_model("model", make_model(doubt=True, seed=1), force=True)


def other_leads() -> None:
    leads(seed=4).to_parquet("leads.parquet", index=False)


def touched_leads() -> None:
    os.utime("leads.parquet", ns=(1, 1))


@pytest.mark.parametrize(
    ("change", "wish", "word"),
    [
        (other_model, WISH, "the model"),
        (other_leads, WISH, "the leads"),
        (touched_leads, WISH, "the leads"),
        (None, ScoreWish(reasons=1), "the options"),
        (None, ScoreWish(as_of="2026-01-31"), "the options"),
        (None, ScoreWish(words=True), "the options"),
    ],
)
def test_other_work_starts_anew_and_says_so(
    here: Path, change: Callable[[], None] | None, wish: ScoreWish, word: str
) -> None:
    stop()
    if change:
        change()
    told: list[str] = []
    args = ("model", "leads.parquet", "out.parquet", wish)
    done = score_file(*args, files=LocalFiles(), tell=told.append)
    assert done.resumed == 0
    assert len(told) == 1
    assert word in told[0]
    do("anew.parquet", wish)
    assert (here / "out.parquet").read_bytes() == (here / "anew.parquet").read_bytes()
    assert not parts_folder("out.parquet").exists()


def test_another_version_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stop()
    monkeypatch.setattr("leadscore.store.pieces.__version__", "0.0.0")
    assert do().resumed == 0


def test_a_run_that_lives_is_left_alone() -> None:
    do("whole.parquet")
    with LocalFiles().pieces("out.parquet", work={}, metadata={}, force=False) as pieces:
        with pytest.raises(Exists, match="Another run is writing"):
            do()
        pieces.add(pieces.pack(pq.read_table("whole.parquet")), "")
        pieces.close()
    assert pq.read_table("out.parquet").num_rows == LEADS
    assert not parts_folder("out.parquet").exists()


def test_an_interrupt_keeps_what_is_finished(here: Path) -> None:
    do("whole.parquet")
    stop(after=2)
    assert not (here / "out.parquet").exists()
    assert do().resumed == 2 * PIECE
    assert (here / "out.parquet").read_bytes() == (here / "whole.parquet").read_bytes()


def test_an_interrupt_says_how_to_go_on() -> None:
    told: list[str] = []

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            score_file(
                "model",
                "leads.parquet",
                "out.parquet",
                WISH,
                files=LocalFiles(),
                headway=interrupt,
                tell=told.append,
            )
    assert [words.split()[0] for words in told] == ["Stopped.", "Going", "Stopped."]


def test_what_comes_from_stdin_is_not_gone_on_with(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = (here / "leads.parquet").read_bytes()
    for by in (KeyboardInterrupt, ZeroDivisionError):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        stop(by, of="-")
        assert not parts_folder("out.parquet").exists()
    stop()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    assert do(of="-").resumed == 0
    assert not parts_folder("out.parquet").exists()


def test_an_error_leaves_nothing(here: Path) -> None:
    before = sorted(here.rglob("*"))
    stop(ZeroDivisionError)
    assert sorted(here.rglob("*")) == before


def test_files_without_locks_are_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def lockless(file: int) -> None:
        assert file > 0
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("leadscore.store.lock._lock", lockless)
    assert do().leads == LEADS


@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_and_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, kind: int
) -> None:
    before = sorted(here.rglob("*"))

    lines = iter([b"1", b"2"])

    def full(piece: Finished) -> bytes:
        assert piece.end > 0
        for line in lines:
            return line
        raise OSError(kind, "No space left on device")

    monkeypatch.setattr(Finished, "line", full)
    with pytest.raises(UserError, match=r"no room for 'out.parquet'.*\nMake room"):
        do()
    assert sorted(here.rglob("*")) == before


def test_a_folder_that_may_not_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *, exist_ok: bool) -> None:
        assert exist_ok
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(PermissionError):
        do()


def faulty(*rows: int) -> None:
    frame = leads()
    frame["income"] = frame["income"].astype(object)
    frame.loc[list(rows), "income"] = -1.0
    frame.astype({"income": "float64"}).to_parquet("leads.parquet", index=False)


def test_faults_of_late_pieces_are_all_told_and_leave_nothing(here: Path) -> None:
    faulty(120, 121, 229)
    before = sorted(here.rglob("*"))
    with pytest.raises(BadInput, match="has 3 faults") as found:
        do()
    assert [fault.row for fault in found.value.faults] == [120, 121, 229]
    assert sorted(here.rglob("*")) == before


def test_faults_behind_a_kill_leave_nothing_either() -> None:
    faulty(229)
    stop(after=2)
    with pytest.raises(BadInput, match="has 1 fault"):
        do()
    assert not parts_folder("out.parquet").exists()


@pytest.mark.parametrize("way", ["skip", "unscored"])
def test_rejects_outlive_a_kill(here: Path, way: str) -> None:
    faulty(3, 120, 121, 229)
    wish = ScoreWish(on_error=way)
    whole = do("whole.parquet", wish)
    stop(wish=wish)
    done = do(wish=wish)
    assert done.resumed == 3 * PIECE
    assert (done.skipped, done.unscored) == (whole.skipped, whole.unscored)
    assert done.faults == whole.faults
    for end in ("", ".rejects.csv"):
        got, want = (here / f"{name}.parquet{end}" for name in ("out", "whole"))
        assert got.read_bytes() == want.read_bytes()


def test_a_table_without_rows_is_a_file_without_rows(here: Path) -> None:
    leads().head(0).to_parquet("none.parquet", index=False)
    leads().head(0).to_csv("none.csv", index=False)
    do("all.parquet")
    for of in ("none.parquet", "none.csv"):
        for to in ("out.parquet", "out.csv"):
            assert do(to, ScoreWish(force=True), of=of).leads == 0
        assert pq.read_schema("out.parquet").equals(pq.read_schema("all.parquet"))
        assert pd.read_csv(here / "out.csv").shape == (0, len(pq.read_schema("out.parquet")))


def test_a_piece_of_which_all_is_skipped_is_no_gap() -> None:
    faulty(*range(50, 100))
    assert do(wish=ScoreWish(on_error="skip")).skipped == 50
    assert pq.read_table("out.parquet").num_rows == LEADS - 50


def test_one_row_group_and_many_are_scored_the_same(here: Path) -> None:
    table = pq.read_table("leads.parquet")
    for at, size in enumerate((LEADS, 1, 64)):
        pq.write_table(table, "other.parquet", row_group_size=size)
        do(f"{at}.parquet", of="other.parquet")
    assert len({(here / f"{at}.parquet").read_bytes() for at in range(3)}) == 1


def test_coded_texts_are_read_like_others(here: Path) -> None:
    table = pq.read_table("leads.parquet")
    at = table.schema.get_field_index("lead_id")
    coded = table.set_column(at, "lead_id", table["lead_id"].dictionary_encode())
    pq.write_table(coded, "coded.parquet", row_group_size=33)
    do("a.parquet")
    do("b.parquet", of="coded.parquet")
    assert (here / "a.parquet").read_bytes() == (here / "b.parquet").read_bytes()


def test_a_wish_that_makes_no_sense_is_refused(here: Path) -> None:
    with pytest.raises(BadRequest, match="-1 reasons"):
        do(wish=ScoreWish(reasons=-1))
    with pytest.raises(BadRequest, match="no way 'ignore'"):
        do(wish=ScoreWish(on_error="ignore"))
    (here / "folder.csv").mkdir()
    with pytest.raises(Exists, match="folder"):
        do("folder.csv", ScoreWish(force=True))


@pytest.mark.parametrize(("of", "to"), [("parquet", "parquet"), ("csv", "csv")])
def test_a_plain_file_is_scored_without_pandas(here: Path, of: str, to: str) -> None:
    pd.read_parquet(here / "leads.parquet").to_csv("leads.csv", index=False)
    code = f"""
import sys
from leadscore.flows.score import ScoreWish, score_file
from leadscore.wiring import files
score_file("model", "leads.{of}", "out.{to}", ScoreWish(), files=files())
heavy = {{"pandas", "scipy", "sklearn", "xgboost", "matplotlib"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
