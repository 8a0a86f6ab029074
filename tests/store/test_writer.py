"""A written table is whole or absent, and equal tables are equal bytes."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadRequest, Exists, NotFound
from leadscore.store.tables import read_frame, read_metadata
from leadscore.store.writer import Writer, write_frame

FRAME = pd.DataFrame(
    {
        "score": np.array([0.1, 90.0, np.nan], dtype=np.float32),
        "tier": pd.Categorical(["High", None, "Low"]),
        "note": ['a,"b"\nc', None, " d"],
        "row": [1, 2, 3],
    }
)


def test_csv_quotes_only_what_it_must(tmp_path: Path) -> None:
    write_frame(tmp_path / "out.csv", FRAME)
    want = 'score,tier,note,row\n0.1,High,"a,""b""\nc",1\n90,,,2\n,Low," d",3\n'
    assert (tmp_path / "out.csv").read_text() == want
    write_frame(tmp_path / "out.csv.gz", FRAME)
    assert read_frame(tmp_path / "out.csv.gz").equals(read_frame(tmp_path / "out.csv"))


def test_parquet_keeps_types_and_what_the_file_says_about_itself(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    with Writer(path, metadata={"seed": "1"}) as writer:
        writer.write(FRAME)
        writer.write(FRAME.assign(tier=pd.Categorical(["Medium", "Low", "Low"])))
        writer.close({"limit": "0.878"})
    assert read_metadata(path) == {"seed": "1", "limit": "0.878"}
    frame = read_frame(path)
    assert frame["score"].dtype == "float32"
    assert isinstance(frame["tier"].dtype, pd.CategoricalDtype)
    assert frame["tier"].astype(object).fillna("").tolist() == [
        *("High", "", "Low"),
        *("Medium", "Low", "Low"),
    ]


def test_a_first_piece_without_texts_does_not_forbid_them_later(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    with Writer(path) as writer:
        writer.write(pd.DataFrame({"note": pd.Series([None, None], dtype=object)}))
        writer.write({"note": np.array(["late"], dtype=object)})
    assert pq.read_table(path)["note"].to_pylist() == [None, None, "late"]


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_equal_tables_are_equal_bytes(tmp_path: Path, name: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_frame(tmp_path / folder / name, FRAME, metadata={"b": "1", "a": "2"})
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_a_failure_leaves_nothing(tmp_path: Path, name: str) -> None:
    def fail() -> None:
        with Writer(tmp_path / name) as writer:
            writer.write(FRAME)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("precious")
    with pytest.raises(Exists, match="--force"):
        Writer(path)
    assert path.read_text() == "precious"
    write_frame(path, FRAME[["row"]], force=True)
    assert path.read_text() == "row\n1\n2\n3\n"
    with pytest.raises(Exists, match="folder"):
        Writer(_folder(tmp_path / "folder.csv"), force=True)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_file_that_appeared_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    writer = Writer(path)
    writer.write(FRAME)
    path.write_text("precious")
    with pytest.raises(Exists):
        writer.close()
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text() == "precious"


def test_unknown_endings_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"\.parquet"):
        Writer(tmp_path / "out.xlsx")
    with pytest.raises(NotFound, match="folder"):
        Writer(tmp_path / "no" / "out.csv")


def test_a_dash_is_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=out))
    write_frame("-", FRAME[["row"]])
    assert out.getvalue() == b"row\n1\n2\n3\n"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5)


@given(st.lists(texts), st.booleans())
def test_csv_reads_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], alone: bool
) -> None:
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    frame = pd.DataFrame({"x": pd.Series(values, dtype="str")})
    write_frame(path, frame if alone else frame.assign(y="1"))
    assert read_frame(path)["x"].tolist() == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_read_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, values: list[float]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    write_frame(path, pd.DataFrame({"x": pd.Series(values, dtype="float64")}))
    assert [float(text) for text in read_frame(path)["x"]] == values
