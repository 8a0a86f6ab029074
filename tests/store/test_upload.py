"""What came as bytes is read as a file is, and nothing of it stays."""

from pathlib import Path

import pytest

from leadscore.errors import BadInput, Fault
from leadscore.store.upload import uploaded_table


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let temporary files be made in an empty folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_table_is_read_and_gone_afterwards(folder: Path) -> None:
    with uploaded_table("name;income\nÅsa;5\n".encode(), name="leads.csv") as table:
        assert table.names() == ("name", "income")
        assert table.frame().to_dict("records") == [{"name": "Åsa", "income": "5"}]
        fault = Fault(field="income", got="5", allowed="more", row=0)
        assert table.with_lines((fault,))[0].line == 2
        [made] = folder.iterdir()
        assert made.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04not text", b"a,a\n1,2\n", b'a,b\n"open,2\n', b"PAR1 is not it"]
)
def test_what_is_no_table_is_told_by_the_name_that_the_sender_knows(
    folder: Path, content: bytes
) -> None:
    with (
        pytest.raises(BadInput) as told,
        uploaded_table(content, name="my leads.csv") as table,
    ):
        table.frame()
    assert "'my leads.csv'" in str(told.value)
    assert str(folder) not in str(told.value)
    assert list(folder.iterdir()) == []
