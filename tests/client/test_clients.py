"""Both clients against a real server that fails first."""

import asyncio
import inspect

import pytest

import leadscore
from leadscore.client import awaiting, blocking
from leadscore.client.calls import leads, service, work
from leadscore.client.exchange import Patience
from leadscore.errors import BadRequest, Conflict, NoKey, Unavailable
from tests.client.receiver import DROP, Reply, serving

QUICK = Patience(attempts=4, first_wait=0.001, timeout=5.0)
AWAY = Reply(503, {"code": "unavailable", "detail": "The database is away."})
SAID = {"accepted": 1, "repeated": 0, "passed_over": 0, "errors": [], "scores": {}}
TAKEN = Reply(200, SAID)


def test_a_write_is_repeated_word_for_word_under_one_key() -> None:
    with (
        serving([DROP, AWAY, TAKEN]) as server,
        leadscore.Client(server.url, "lsk_1", patience=QUICK) as client,
    ):
        assert client.track("L1", "visit", {"pages": 3}) == SAID
    assert [one.path for one in server.asked] == ["/v1/track"] * 3
    assert len({one.body for one in server.asked}) == 1
    assert len({one.headers["idempotency-key"] for one in server.asked}) == 1
    assert {one.headers["authorization"] for one in server.asked} == {"Bearer lsk_1"}


def test_the_async_client_does_the_same() -> None:
    async def run(url: str) -> object:
        async with leadscore.AsyncClient(url, "lsk_1", patience=QUICK) as client:
            return await client.put_lead("a/b", {"income": 1}, contact={"name": "N"})

    with serving([DROP, AWAY, Reply(200, {"lead_id": "a/b"})]) as server:
        assert asyncio.run(run(server.url)) == {"lead_id": "a/b"}
    assert [one.path for one in server.asked] == ["/v1/leads/a%2Fb"] * 3
    assert len({one.headers["idempotency-key"] for one in server.asked}) == 1
    assert server.asked[0].json == {"fields": {"income": 1}, "contact": {"name": "N"}}


def test_async_calls_run_side_by_side() -> None:
    async def run(url: str) -> list[object]:
        async with leadscore.AsyncClient(url, patience=QUICK) as client:
            return await asyncio.gather(*(client.get_lead(f"L{one}") for one in range(20)))

    with serving([Reply(200, {"ok": True})]) as server:
        assert asyncio.run(run(server.url)) == [{"ok": True}] * 20
    assert {one.path for one in server.asked} == {f"/v1/leads/L{one}" for one in range(20)}


def test_a_refusal_is_an_error_with_the_services_words_and_is_not_repeated() -> None:
    told = {"code": "conflict", "detail": "Somebody else has it.", "next_step": "Take another."}
    with (
        serving([Reply(409, told)]) as server,
        leadscore.Client(server.url, patience=QUICK) as client,
        pytest.raises(Conflict, match=r"Somebody else has it\.\nTake another\."),
    ):
        client.claim("T1")
    assert len(server.asked) == 1


def test_a_redirect_is_not_followed_with_the_key_in_hand() -> None:
    with (
        serving([Reply(200, {})]) as other,
        serving([Reply(302, None, {"location": other.url})]) as server,
        leadscore.Client(server.url, "lsk_1", patience=QUICK) as client,
        pytest.raises(BadRequest, match="answered 302"),
    ):
        client.list_keys()
    assert other.asked == []


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with serving([TAKEN]) as server:
        url = server.url
    with (
        leadscore.Client(url, patience=QUICK) as client,
        pytest.raises(Unavailable, match="POST /v1/track got no answer"),
    ):
        client.track("L1", "visit")


def test_no_key_is_told() -> None:
    with (
        serving([Reply(401, {"code": "no_key", "detail": "No key."})]) as server,
        leadscore.Client(server.url, patience=QUICK) as client,
        pytest.raises(NoKey),
    ):
        client.worklist()
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", ""])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadRequest, match="address"):
        leadscore.Client(url)


@pytest.mark.parametrize("key", ["lsk_1\n", "lsk 1", "lsk_…"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(key: str) -> None:
    with pytest.raises(BadRequest, match="key") as caught:
        leadscore.Client("http://localhost:8000", key)
    assert key not in str(caught.value)


def test_a_client_never_shows_its_key() -> None:
    with leadscore.Client("http://localhost:8000/", "lsk_secret") as client:
        assert repr(client) == "Client('http://localhost:8000')"
        assert "lsk_secret" not in f"{vars(client)}"


def test_both_clients_offer_every_call_as_it_is_described() -> None:
    described = {
        name: getattr(module, name) for module in (leads, work, service) for name in module.__all__
    }
    assert described
    for kind in (blocking.Client, awaiting.AsyncClient):
        for name, make in described.items():
            method = getattr(kind, name)
            assert method.__doc__ == make.__doc__
            shown = list(inspect.signature(method).parameters)
            assert shown == ["self", *inspect.signature(make).parameters]
        closers = {"aclose", "close", "send"}
        assert {name for name in dir(kind) if name[0] != "_"} - closers == set(described)
