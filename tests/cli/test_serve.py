"""``leadscore serve``: what keeps it from serving is said before anything is served."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_postgresql_without_tables_is_refused_with_what_to_do(
    bare_url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSCORE_DATABASE_URL", bare_url)
    said = run("serve")
    assert said.code == 2
    assert "leadscore db upgrade" in said.err


def test_a_model_that_is_not_there_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("serve", "--model", "nowhere")
    assert (said.code, said.out) == (2, "")
    assert "There is no bundle at 'nowhere'" in said.err
    assert not list(tmp_path.iterdir())


def test_without_the_services_parts_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadscore.wiring.find_spec", lambda _: None)
    said = run("serve")
    assert said.code == 2
    assert "pip install 'leadscore[serve]'" in said.err
