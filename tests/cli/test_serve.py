"""``leadscore serve``: what keeps it from serving is said before anything is served."""

import socket
from pathlib import Path

import pytest

from leadscore import wiring
from leadscore.service.run import prepare
from leadscore.settings import Secret, Settings
from leadscore.store.bundles import write_bundle
from leadscore.testing.models import make_model
from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSCORE_PORT", "0")


def test_a_port_that_is_taken_is_refused_before_anything_is_changed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_bundle(tmp_path / "model", make_model())
    before = sorted(tmp_path.iterdir())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("serve", "--model", "model", "--port", str(port))
    assert (said.code, said.out) == (2, "")
    assert f"Nothing can listen on 127.0.0.1, port {port}" in said.err
    assert "--port" in said.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_restart_with_the_first_model_undoes_no_promotion(tmp_path: Path) -> None:
    settings = Settings(database_url=Secret(f"sqlite:///{tmp_path / 'a.db'}"))
    for seed in (1, 2):
        write_bundle(tmp_path / f"model{seed}", make_model(seed=seed))
    live = []
    for seed in (1, 2, 1):
        prepare(settings, model_path=str(tmp_path / f"model{seed}"))
        store = wiring.store(settings)
        with store.begin(write=False) as work:
            live.append(work.promotions.live())
        store.close()
    digests = [one.digest for one in live if one]
    assert digests[0] != digests[1] == digests[2]


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
