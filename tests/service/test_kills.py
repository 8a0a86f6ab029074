"""What was acknowledged survives: the service is killed, and PostgreSQL is stopped, under load."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadscore import Client, save_model, train_model
from leadscore.errors import Unavailable
from leadscore.testing.makers import make_frame
from tests.postgres import Postgres
from tests.service.killing import count, kill_often, make_leads, writing
from tests.service.process import ONCE, Service, wait_until

KILLS = 5


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("model") / "model"
    save_model(train_model(make_frame(600, seed=1), recipe="logistic"), place)
    return place


@pytest.fixture
def service(database_url: str, tmp_path: Path, model: Path) -> Iterator[Service]:
    made = Service(tmp_path, database_url, model)
    made.start()
    yield made
    made.kill()


def test_kills_lose_nothing_that_was_acknowledged(service: Service) -> None:
    key = service.make_key()
    first = make_leads(service, key)
    with writing(service, key) as writers:
        kill_often(service, KILLS, seed=1, writers=writers)
    counted = count(service, key, [first, *writers])
    assert counted.whole, counted
    assert counted.acknowledged > KILLS
    assert not [one.wrong for one in writers if one.wrong]
    service.tell("db", "check")


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_that_goes_away_and_comes_back_loses_nothing(
    service: Service, postgres: Postgres, mode: str
) -> None:
    key = service.make_key()
    first = make_leads(service, key)
    with writing(service, key) as writers, Client(service.url, key, patience=ONCE) as client:
        time.sleep(0.5)
        postgres.stop(mode=mode)
        try:
            with pytest.raises(Unavailable, match="database"):
                client.track("L1", "property_view")
            with pytest.raises(Unavailable, match="database"):
                client.ready()
        finally:
            postgres.start()
        wait_until(lambda: _is_ready(client))
        time.sleep(0.5)
    refused = {words for one in writers for words in one.unavailable}
    assert refused
    assert not {words for words in refused if "got no answer" in words}
    counted = count(service, key, [first, *writers])
    assert counted.whole, counted
    assert not [one.wrong for one in writers if one.wrong]


def _is_ready(client: Client) -> bool:
    try:
        client.ready()
    except Unavailable:
        return False
    return True
