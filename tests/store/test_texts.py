"""Texts and folders: whole or absent, and nobody's own is replaced."""

import io
import sys
from pathlib import Path

import pytest

from leadscore.errors import BadInput, Exists, NotFound
from leadscore.store.texts import own_folder, read_text, refuse_existing, write_text


def test_a_text_comes_back(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "Zürich\n")
    assert read_text(tmp_path / "a.txt") == "Zürich\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_mark_at_the_beginning_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbfname = "a"')
    assert read_text(tmp_path / "a.toml") == 'name = "a"'


def test_what_is_there_is_replaced_when_forced_only(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "one")
    with pytest.raises(Exists, match="--force"):
        write_text(tmp_path / "a.txt", "two")
    write_text(tmp_path / "a.txt", "two", force=True)
    assert read_text(tmp_path / "a.txt") == "two"


@pytest.mark.parametrize("name", ["nothing.txt", "."])
def test_what_is_no_file_is_not_found(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_text(tmp_path / name)


def test_bytes_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="no UTF-8 text"):
        read_text(tmp_path / "a.txt")


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="folder"):
        refuse_existing(tmp_path / "no" / "a.txt")


def test_a_dash_is_never_there() -> None:
    refuse_existing("-")


def test_a_text_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    write_text("-", "page")
    assert capsys.readouterr().out == "page"


def test_a_text_comes_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}"), encoding="utf-8"))
    assert read_text("-") == "{}"


def test_our_folder_is_replaced(tmp_path: Path) -> None:
    ours = tmp_path / "a" / "demo"
    own_folder(ours)
    (ours / "old.txt").write_text("old", encoding="utf-8")
    own_folder(ours)
    assert not (ours / "old.txt").exists()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_not_ours_is_left_alone(kind: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    if kind == "folder":
        mine.mkdir()
    else:
        mine.write_text("mine", encoding="utf-8")
    with pytest.raises(Exists, match="did not make it"):
        own_folder(mine)
    assert mine.exists()
