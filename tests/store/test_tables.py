"""Tables are read as they are written, in any usual dialect, or refused with the line."""

import gzip
import io
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadInput, Fault, NotFound
from leadscore.store.tables import (
    as_file,
    column_names,
    file_identity,
    lines_of,
    name_lines,
    read_batches,
    read_chunks,
    read_frame,
    read_metadata,
)

WANT = {"Name": ["Ana", "Zoë"], "Income": ["1,5", "007"], "Note": ["", "a\nb"]}


def saved(folder: Path, content: bytes | str, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_usual_dialect_is_the_same_table(
    tmp_path: Path, separator: str, encoding: str, end: str, packed: bool
) -> None:
    rows = [["Name", "Income", "Note"], ["Ana", '"1,5"', ""], ["Zoë", "007", '"a\nb"']]
    content = (end.join(separator.join(row) for row in rows) + end).encode(encoding)
    path = saved(tmp_path, gzip.compress(content) if packed else content)
    frame = read_frame(path)
    assert frame.to_dict("list") == WANT
    assert column_names(path) == tuple(WANT)
    assert all(isinstance(dtype, pd.StringDtype) for dtype in frame.dtypes)
    pieces = list(read_chunks(path, rows=1))
    assert [len(piece) for piece in pieces] == [1, 1]
    assert pd.concat(pieces, ignore_index=True).equals(frame)


def test_a_letter_of_windows_1252_is_found_however_late(tmp_path: Path) -> None:
    content = b"a,b\n" + b"1,x\n" * 400_000 + "2,é".encode("cp1252")
    assert read_frame(saved(tmp_path, content)).iloc[-1].tolist() == ["2", "é"]


def test_texts_that_look_missing_stay_texts(tmp_path: Path) -> None:
    path = saved(tmp_path, 'a,b\nNA,""\nnan,null\n')
    assert read_frame(path).to_dict("list") == {"a": ["NA", "nan"], "b": ["", "null"]}


def test_the_separator_is_the_one_that_cuts_the_header_too(tmp_path: Path) -> None:
    path = saved(tmp_path, "a;b\n1,5;2,5\n3,5;4,5\n")
    assert read_frame(path).to_dict("list") == {"a": ["1,5", "3,5"], "b": ["2,5", "4,5"]}
    path = saved(tmp_path, "only\n1\n\n2\n")
    assert read_frame(path).to_dict("list") == {"only": ["1", "2"]}


@pytest.mark.parametrize("content", ["a,b", "a,b\n", "a,b\r\n\r\n"])
def test_a_header_alone_is_a_table_without_rows(tmp_path: Path, content: str) -> None:
    path = saved(tmp_path, content)
    assert read_frame(path).shape == (0, 2)
    assert [piece.shape for piece in read_chunks(path)] == [(0, 2)]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match="is empty"):
        read_frame(saved(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04rubbish",
        b"a,b\n\x00,\x01\n",
        b"a,\x81\n",
        gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9],
        b"PAR1rubbish",
        b"\xff\xfea",
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = saved(tmp_path, content)
    for read in (read_frame, lambda path: list(read_chunks(path)), column_names):
        with pytest.raises(BadInput, match=r"leads\.csv"):
            read(path)


def test_a_missing_file_and_a_folder_are_not_found(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(NotFound, match="Check the path"):
            read_frame(path)


def test_every_ragged_row_is_named_with_its_line(tmp_path: Path) -> None:
    path = saved(tmp_path, 'a,b\n"1\n2",3\n\n4\n5,6\n7,8,9\n')
    faults = (
        Fault(field="row", got="1 values", allowed="2, as the header has", line=5, row=1),
        Fault(field="row", got="3 values", allowed="2, as the header has", line=7, row=3),
    )
    for read in (read_frame, lambda path: list(read_chunks(path))):
        with pytest.raises(BadInput, match="line 5, row: got 1 values") as caught:
            read(path)
        assert caught.value.faults == faults


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"never closed.*\n.*line 3"):
        read_frame(saved(tmp_path, 'a,b\n1,x\n2,"y\n3,z\n'))
    path = saved(tmp_path, 'a,b\n1,5" pipe\n2,y\n')
    assert read_frame(path)["b"].tolist() == ['5" pipe', "y"]


def test_columns_of_one_name_or_none_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "a,b,,a \n1,2,3,4\n")
    with pytest.raises(BadInput, match=r"without a name \(number 3\) and .* same name \(a\)"):
        read_frame(path)
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(table, path)
    with pytest.raises(BadInput, match="columns twice"):
        read_frame(path)


def test_a_row_index_without_a_name_is_called_index(tmp_path: Path) -> None:
    assert list(read_frame(saved(tmp_path, ",a\n0,x\n"))) == ["index", "a"]


def test_lines_are_counted_through_quotes_and_blank_lines(tmp_path: Path) -> None:
    path = saved(tmp_path, '\na,b\n1,"x\r\n\r\ny"\n\n2,z\n3,w')
    lines = lines_of(path, np.array([2, 0, 1]))
    assert lines is not None
    assert lines.tolist() == [8, 3, 7]
    fault = Fault(field="a", got="'2'", allowed="1", row=1)
    whole = Fault(field="b", got="no such column", allowed="the column")
    named = name_lines(path, (whole, fault))
    assert named[0] == whole
    assert named[1].line == 7


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)


@given(st.lists(st.tuples(texts, st.sampled_from(["", "\n", "\r\n", 'q"', ",", ";"])), min_size=1))
def test_lines_are_those_that_a_person_counts(cells: list[tuple[str, str]]) -> None:
    """Build the file row by row and remember where each row starts."""
    clean = [(a + b).replace("\x85", "") for a, b in cells]
    out, starts = "id,text\n", []
    for at, cell in enumerate(clean):
        starts.append(len(io.StringIO(out, newline=None).read().split("\n")))
        out += f'{at},"{cell.replace(chr(34), chr(34) * 2)}"\n'
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder), out)
        lines = lines_of(path, np.arange(len(clean)))
        frame = read_frame(path)
    assert lines is not None
    assert lines.tolist() == starts
    assert frame["text"].tolist() == clean


def test_parquet_is_read_as_typed(tmp_path: Path) -> None:
    big = 2**60 + 1
    table = pa.table(
        {
            "id": pa.array([big, None]),
            "x": pa.array([0.5, 1.5], pa.float32()),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "on": pa.array([True, False]),
        }
    )
    path = tmp_path / "leads.bin"
    pq.write_table(table, path)
    frame = read_frame(path)
    assert frame["id"].tolist() == [big, None]
    assert frame["x"].dtype == "float32"
    assert isinstance(frame["kind"].dtype, pd.CategoricalDtype)
    assert [len(piece) for piece in read_chunks(path, rows=1)] == [1, 1]
    assert lines_of(path, np.array([0])) is None
    assert name_lines(path, (Fault(field="x", got="1", allowed="2", row=0),))[0].line is None
    assert read_metadata(path) == {}


def test_stdin_is_read_and_can_be_kept_to_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"a;b\n1;2\n")))
    with as_file("-") as path:
        assert read_frame(path).to_dict("list") == {"a": ["1"], "b": ["2"]}
        assert lines_of(path, np.array([0])) == np.array([2])
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"a;b\n1;2\n")))
    assert read_frame("-").shape == (1, 2)


def parquet(folder: Path, *, group: int) -> Path:
    table = pa.table(
        {
            "a": pa.array(range(23)),
            "a.b": pa.array([str(at) for at in range(23)]),
            "kind": pa.array([f"k{at // 4}" for at in range(23)]).dictionary_encode(),
        }
    )
    path = folder / "leads.parquet"
    pq.write_table(table, path, row_group_size=group)
    return path


@pytest.mark.parametrize("group", [1, 4, 5, 23])
@pytest.mark.parametrize("rows", [1, 5, 8, 50])
def test_batches_are_even_whatever_the_row_groups(tmp_path: Path, group: int, rows: int) -> None:
    path = parquet(tmp_path, group=group)
    batches = list(read_batches(path, rows=rows))
    assert {one.total for one in batches} == {23}
    assert {one.rows.num_rows for one in batches[:-1]} <= {rows}
    whole = pa.Table.from_batches([one.rows for one in batches])
    assert whole.to_pylist() == pq.read_table(path).to_pylist()
    for skipped in range(len(batches)):
        left = list(read_batches(path, rows=rows, skip=skipped * rows))
        assert [one.rows.to_pylist() for one in left] == [
            one.rows.to_pylist() for one in batches[skipped:]
        ]
    assert list(read_batches(path, rows=rows, skip=23)) == []


def test_columns_are_chosen_by_their_whole_name(tmp_path: Path) -> None:
    [batch] = read_batches(parquet(tmp_path, group=9), rows=50, columns=["kind", "a", "none"])
    assert batch.rows.schema.names == ["a", "kind"]
    path = saved(tmp_path, "x; y ;z\n1;2;3\n")
    [batch] = read_batches(path, rows=50, columns=["y"])
    assert batch.rows.to_pylist() == [{"y": "2"}]


@pytest.mark.parametrize("packed", [False, True])
def test_batches_of_text_skip_and_end_at_the_total(tmp_path: Path, packed: bool) -> None:
    content = b"a,b\n" + b"".join(b"%d,x\n" % at for at in range(1000))
    path = saved(tmp_path, gzip.compress(content) if packed else content)
    batches = list(read_batches(path, rows=300))
    assert [one.rows.num_rows for one in batches] == [300, 300, 300, 100]
    assert batches[-1].total == 1000
    left = list(read_batches(path, rows=300, skip=600))
    assert left[0].rows.column(0).to_pylist()[0] == "600"
    assert left[-1].total == 1000


def test_a_record_longer_than_a_block_is_read_all_the_same(tmp_path: Path) -> None:
    long = "x" * (3 << 20)
    rows = [f"{at},{long if at == 700_000 else 'y'}\n" for at in range(0, 1_000_000, 1000)]
    path = saved(tmp_path, "a,b\n" + "".join(rows))
    batches = list(read_batches(path, rows=64))
    whole = pa.Table.from_batches([one.rows for one in batches])
    assert whole["a"].to_pylist() == [str(at) for at in range(0, 1_000_000, 1000)]
    assert max(map(len, whole["b"].to_pylist())) == len(long)


def test_a_file_that_was_written_again_is_another(tmp_path: Path) -> None:
    path = saved(tmp_path, "a,b\n1,2\n")
    first = file_identity(path)
    assert file_identity(path) == first
    os.utime(path, ns=(5, 5))
    second = file_identity(path)
    saved(tmp_path, "a,b\n1,3\n")
    os.utime(path, ns=(5, 5))
    assert len({first, second, file_identity(path)}) == 3
