"""Parquet files put one behind the other read as one, and as anybody's Parquet."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.store.forms import ParquetForm
from leadscore.store.parquet_join import MAGIC, join_footers, move_footer, split_file
from leadscore.store.thrift import read_struct, write_struct


def table(start: int, rows: int) -> pa.Table:
    at = np.arange(start, start + rows)
    return pa.table(
        {
            "id": pa.array([f"lead {one}" for one in at], pa.string()),
            "x": pa.array(np.sqrt(at), pa.float32(), mask=at % 5 == 0),
            "tier": pa.array([("Low", "High")[one % 2] for one in at]).dictionary_encode()
            if rows
            else pa.array([], pa.dictionary(pa.int32(), pa.string())),
            "n": pa.array(at, pa.int64()),
        }
    )


def plain(one: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(one, sink, **options)
    return sink.getvalue()


def joined(files: Sequence[bytes]) -> bytes:
    out, feet = bytearray(MAGIC), []
    for file in files:
        body, foot = split_file(memoryview(file))
        feet.append(move_footer(foot, len(out)))
        out += body
    return bytes(out) + join_footers(feet)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=20),
    st.sampled_from(["snappy", "zstd", "none"]),
    st.integers(1, 30),
    st.booleans(),
)
def test_joined_files_are_one_table(
    sizes: list[int], compression: str, group: int, coded: bool
) -> None:
    starts = np.cumsum([0, *sizes])
    parts = [table(int(at), n) for at, n in zip(starts, sizes, strict=False)]
    options = {"compression": compression, "row_group_size": group, "use_dictionary": coded}
    whole = joined([plain(part, **options) for part in parts])
    found = pq.ParquetFile(io.BytesIO(whole))
    assert found.schema_arrow.equals(parts[0].schema)
    assert found.read().to_pylist() == pa.concat_tables(parts).to_pylist()
    assert found.metadata.num_rows == sum(sizes)
    # each row group by itself, as a reader with a filter takes them
    rows = [
        row
        for at in range(found.num_row_groups)
        for row in found.read_row_group(at, columns=["n"])["n"].to_pylist()
    ]
    assert rows == list(range(sum(sizes)))


def test_the_least_and_largest_stay_with_their_row_groups() -> None:
    whole = joined([plain(table(at, 10)) for at in (0, 10, 20)])
    found = pq.ParquetFile(io.BytesIO(whole)).metadata
    spans = [found.row_group(at).column(3).statistics for at in range(3)]
    assert [(one.min, one.max) for one in spans] == [(0, 9), (10, 19), (20, 29)]


def test_a_file_alone_joins_to_itself() -> None:
    file = plain(table(0, 30), row_group_size=7)
    assert joined([file]) == file


def test_the_first_files_notes_are_the_notes() -> None:
    form = ParquetForm({"leadscore.model": "m@1"})
    packed = [form.pack(table(at, 9)) for at in (0, 9)]
    out, feet = bytearray(packed[0].head), []
    for one in packed:
        feet.append(form.placed(one.foot, len(out)))
        out += b"".join(one.body)
    found = pq.ParquetFile(io.BytesIO(bytes(out) + form.end(feet)))
    assert found.metadata.metadata[b"leadscore.model"] == b"m@1"
    assert found.schema_arrow.equals(table(0, 1).schema)


def test_what_cannot_be_joined_is_refused() -> None:
    indexed = plain(table(0, 30), write_page_index=True)
    with pytest.raises(ValueError, match="page index"):
        joined([indexed])
    for raw in (b"", b"PAR1PAR1", b"rubbish" * 9):
        with pytest.raises(ValueError, match="no Parquet file"):
            split_file(memoryview(raw))


def test_a_footer_is_written_as_it_was_read() -> None:
    for rows in (0, 1, 500):
        _, foot = split_file(memoryview(plain(table(0, rows), row_group_size=3)))
        assert write_struct(read_struct(foot)) == foot


@pytest.mark.parametrize("raw", [b"", b"\x16", b"\x18\x09ab", b"\x1b\x00"])
def test_what_is_no_footer_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"breaks off|no Parquet footer"):
        read_struct(raw)


structs = st.recursive(
    st.dictionaries(
        st.integers(-(2**15), 2**15 - 1),
        st.one_of(
            st.booleans().map(lambda one: (1 if one else 2, one)),
            st.integers(-(2**31), 2**31 - 1).map(lambda one: (5, one)),
            st.integers(-(2**63), 2**63 - 1).map(lambda one: (6, one)),
            st.binary(max_size=20).map(lambda one: (8, one)),
            st.lists(st.integers(-9, 9), max_size=20).map(lambda many: (9, (5, many))),
            st.integers(0, 255).map(lambda one: (3, one)),
            st.binary(min_size=8, max_size=8).map(lambda one: (7, one)),
        ),
        max_size=5,
    ),
    lambda inner: st.dictionaries(
        st.integers(1, 40),
        inner.map(lambda one: (12, one)) | st.lists(inner, max_size=16).map(lambda m: (9, (12, m))),
        max_size=3,
    ),
)


@given(structs)
def test_a_struct_reads_back_as_written(struct: dict[int, tuple[int, object]]) -> None:
    assert read_struct(write_struct(struct)) == struct  # type: ignore[arg-type]  # of any depth
