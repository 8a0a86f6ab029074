"""An Arrow batch conforms as the frame does that it makes, value by value and fault by fault."""

import datetime as dt
import decimal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.conform import conform
from leadscore.leads.conform_arrow import conform_batch, id_columns
from leadscore.leads.schema import Field, Schema, investor
from leadscore.testing.makers import make_frame
from tests.leads.test_conform import EPOCH, any_field, texts

whole = st.integers(-(2**62), 2**62) | st.integers(-3, 3) | st.sampled_from([999, 850, 851])
floats = (
    st.floats(width=32)
    | st.integers(-3, 1000).map(float)
    | st.sampled_from([-0.0, 0.0, 1.0, 999.0, 2.0**60, 0.5])
)
moments = st.integers(-(2**51), 2**51).map(lambda us: EPOCH + dt.timedelta(microseconds=us))

seconds = st.integers(-(2**33), 2**33).map(lambda one: EPOCH + dt.timedelta(seconds=one))


def arrays(
    values: st.SearchStrategy[object], kinds: list[pa.DataType]
) -> st.SearchStrategy[pa.Array]:
    """Return arrays of one kind, with gaps or without."""
    rows = st.lists(values, max_size=8) | st.lists(st.none() | values, max_size=8)
    return st.builds(pa.array, rows, st.sampled_from(kinds))


columns = st.one_of(
    arrays(whole, [pa.int64()]),
    arrays(st.integers(0, 100), [pa.int8(), pa.uint8(), pa.int32(), pa.uint64(), pa.float16()]),
    arrays(st.integers(0, 1), [pa.int64(), pa.uint8(), pa.float64()]),
    arrays(floats, [pa.float64(), pa.float32()]),
    arrays(st.booleans(), [pa.bool_()]),
    arrays(texts, [pa.string(), pa.large_string(), pa.string_view()]),
    arrays(texts, [pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.string())]),
    arrays(st.sampled_from(["0", "1", "", "12", "3.5", "999"]), [pa.string()]),
    arrays(whole, [pa.dictionary(pa.int32(), pa.int64())]),
    arrays(moments, [pa.timestamp("us"), pa.timestamp("ns", "UTC")]),
    arrays(seconds, [pa.timestamp("s"), pa.timestamp("ms", "Asia/Tokyo"), pa.timestamp("us")]),
    arrays(moments.map(dt.datetime.date), [pa.date32()]),
    arrays(st.decimals(-99, 99, places=2).map(decimal.Decimal), [pa.decimal128(9, 2)]),
    arrays(st.binary(max_size=3), [pa.binary()]),
    arrays(st.lists(st.integers(0, 1), max_size=2), [pa.list_(pa.int64())]),
    st.integers(0, 3).map(pa.nulls),
)


def of(array: pa.Array) -> pa.RecordBatch:
    return pa.record_batch([array], names=["x"])


def same(batch: pa.RecordBatch, schema: Schema) -> None:
    """Compare both ways, bit by bit."""
    frame = pa.Table.from_batches([batch]).to_pandas(
        ignore_metadata=True, integer_object_nulls=True
    )
    want, got = conform(frame, schema), conform_batch(batch, schema)
    assert got.faults == want.faults
    assert got.bad_rows.tolist() == want.bad_rows.tolist()
    assert list(got.leads.columns) == list(want.leads.columns)
    for name, column in want.leads.columns.items():
        assert got.leads.columns[name].dtype == column.dtype
        assert got.leads.columns[name].tolist() == pytest.approx(
            column.tolist(), abs=0, nan_ok=True
        )
    told = {name: ids.to_pylist() for name, ids in id_columns(batch, schema).items()}
    assert told == {name: ids.tolist() for name, ids in want.leads.ids.items()}


@given(columns, any_field, st.sampled_from([".", ","]), st.integers(0, 3))
def test_a_column_of_any_kind_conforms_as_in_a_frame(
    array: pa.Array, field: Field, mark: str, start: int
) -> None:
    same(of(array[start:]), Schema(name="s", fields=(field,), decimal="," if mark == "," else "."))


@given(columns, st.integers(0, 3))
def test_ids_of_any_kind_are_the_texts_of_a_frame(array: pa.Array, start: int) -> None:
    fields = (Field(name="x", type="text", role="id"), Field(name="y", type="number"))
    batch = pa.record_batch([array, pa.nulls(len(array))], names=["x", "y"])
    same(batch[start:], Schema(name="s", fields=fields))


def test_a_whole_batch_conforms_as_its_frame() -> None:
    frame = make_frame(200, seed=1)
    frame.loc[3, "income"] = "a lot"
    frame.loc[7, ["credit_score", "email_opens"]] = ["900", ""]
    schema = investor()
    bare = Schema(
        name="bare", fields=tuple(field for field in schema.fields if field.role != "label")
    )
    text = pa.RecordBatch.from_pandas(frame, preserve_index=False)
    same(text, bare)
    typed = frame.drop(index=[3, 7]).astype(
        {field.name: "int64" for field in bare.features} | {"age": "float64"}
    )
    same(pa.RecordBatch.from_pandas(typed, preserve_index=False), bare)


def test_blanks_around_an_id_go_even_those_outside_ascii() -> None:
    batch = pa.record_batch([pa.array([" a", "b\u00a0", "é", "", None])], names=["lead_id"])
    found = id_columns(batch, Schema(name="s", fields=()))
    assert found["lead_id"].to_pylist() == ["a", "b", "é", "", ""]


def test_usual_columns_never_load_pandas(tmp_path: Path) -> None:
    names = [field.name for field in investor().fields if field.role != "label"]
    kinds: list[list[object]] = [[500, None], ["500", "a lot"], [1.5, None], [True, False]]
    for at, values in enumerate(kinds):
        batch = pa.record_batch([pa.array(values)] * len(names), names=names)
        with pa.ipc.new_file(str(tmp_path / f"{at}.arrow"), batch.schema) as out:
            out.write(batch)
    code = """
import sys
import pyarrow as pa
from leadscore.leads.conform_arrow import conform_batch, id_columns
from leadscore.leads.schema import investor
for path in sys.argv[1:]:
    batch = pa.ipc.open_file(path).get_batch(0)
    found, ids = conform_batch(batch, investor()), id_columns(batch, investor())
    print(len(found.faults))
assert "pandas" not in sys.modules
"""
    command = [sys.executable, "-c", code, *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert min(int(line) for line in done.stdout.split()) > 0
