"""One message to one webhook: signed, in time, and never to where it should not go."""

import asyncio
import datetime as dt
import json
import shutil
import ssl
import subprocess
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, time_ns

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from leadscore.flows.service.sending.retry import Answer
from leadscore.flows.service.sending.targets import Address
from leadscore.flows.service.service_rows import MessageRow, WebhookRow
from leadscore.leads.moment import MINUTE, SECOND
from leadscore.worker import sending
from leadscore.worker.sending import Sender
from tests.store.sql.makers import make_message, make_webhook
from tests.worker.receiver import Got, Handler, receiving

SECRET = "whsec_" + "A" * 43 + "="
OTHER = "whsec_" + "B" * 43 + "="
LOOPBACK = ("127.0.0.1",)
MESSAGE = make_message("msg_1", body='{"name":"Malmö"}'.encode())
NOW = time_ns() // 1000


def send(
    webhook: WebhookRow,
    message: MessageRow = MESSAGE,
    *,
    hosts: tuple[str, ...] = LOOPBACK,
    stands_for: dict[str, list[str]] | None = None,
) -> Answer:
    async def resolve(host: str, _: int) -> list[Address]:
        return [ip_address(one) for one in (stands_for or {}).get(host, [host])]

    async def run() -> Answer:
        sender = Sender(hosts, time_limit=1.0, resolve=resolve)
        try:
            return await sender.send(webhook, message, now=NOW)
        finally:
            await sender.close()

    return asyncio.run(run())


def hook(url: str) -> WebhookRow:
    return make_webhook(url=url, secret=SECRET)


def test_a_message_is_signed_so_that_the_receiver_can_tell() -> None:
    with receiving() as receiver:
        answer = send(hook(receiver.url + "/hook?a=b"))
    assert answer == Answer(status=200)
    (got,) = receiver.got
    assert got.path == "/hook?a=b"
    assert got.body == MESSAGE.body
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["webhook-timestamp"] == str(NOW // SECOND)
    assert Webhook(SECRET).verify(got.body, got.headers) == json.loads(got.body)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(got.body, got.headers)


@pytest.mark.parametrize(
    ("until", "both"), [(NOW + MINUTE, True), (NOW, False)], ids=["while", "after"]
)
def test_for_a_while_either_secret_opens(until: int, both: bool) -> None:
    with receiving() as receiver:
        send(replace(hook(receiver.url), former_secret=OTHER, former_until=until))
    (got,) = receiver.got
    Webhook(SECRET).verify(got.body, got.headers)
    if both:
        Webhook(OTHER).verify(got.body, got.headers)
    assert len(got.headers["webhook-signature"].split()) == 1 + both


@pytest.mark.parametrize("status", [204, 400, 404, 410, 500, 503])
def test_what_the_receiver_answers_is_told(status: int) -> None:
    def answer(handler: Handler, _: Got) -> None:
        handler.answer(status)

    with receiving(answer) as receiver:
        told = send(hook(receiver.url))
    assert told.status == status
    assert told.ok is (status == 204)
    assert told.gone is (status == 410)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("7", 7 * SECOND),
        ("soon", None),
        ("9" * 400, 999_999_999 * SECOND),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_a_receiver_may_ask_for_time(text: str, after: int | None) -> None:
    def answer(handler: Handler, _: Got) -> None:
        handler.answer(429, retry_after=text)

    with receiving(answer) as receiver:
        assert send(hook(receiver.url)).retry_after == after


def test_a_receiver_may_ask_for_time_by_a_date() -> None:
    at = dt.datetime.fromtimestamp(NOW // SECOND + 90, dt.UTC)

    def answer(handler: Handler, _: Got) -> None:
        handler.answer(503, retry_after=at.strftime("%a, %d %b %Y %H:%M:%S GMT"))

    with receiving(answer) as receiver:
        after = send(hook(receiver.url)).retry_after
    assert after is not None
    assert 88 * SECOND < after <= 90 * SECOND


def test_a_redirect_is_not_followed() -> None:
    with receiving() as inside:

        def answer(handler: Handler, _: Got) -> None:
            handler.answer(307, location=inside.url + "/latest/meta-data")

        with receiving(answer) as receiver:
            told = send(hook(receiver.url))
    assert (told.status, told.ok) == (307, False)
    assert "not sent elsewhere" in told.error
    assert inside.got == []


@pytest.mark.parametrize("way", [Handler.hang, Handler.drip])
def test_a_receiver_that_takes_too_long_is_left(way: object) -> None:
    def answer(handler: Handler, _: Got) -> None:
        way(handler)  # type: ignore[operator]  # one of the two above

    begun = monotonic()
    with receiving(answer) as receiver:
        told = send(hook(receiver.url))
    assert told == Answer(error="The receiver did not answer within 1 s.")
    # not a measurement: without a limit it would take a minute
    assert monotonic() - begun < 30


def test_who_is_not_there_or_speaks_something_else_is_a_failure_in_words() -> None:
    def answer(handler: Handler, _: Got) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        handler.close_connection = True

    with receiving(answer) as receiver:
        assert send(hook(receiver.url)).error.startswith("RemoteProtocolError")
        closed = receiver.url
        assert send(hook(closed.replace("http:", "https:"))).error
    assert send(hook(closed)).error.startswith("ConnectError")


@pytest.mark.parametrize(
    ("host", "stands_for"),
    [
        ("127.0.0.1", []),
        ("hook.example", ["127.0.0.1"]),
        ("hook.example", ["93.184.216.34", "127.0.0.1"]),
        ("hook.example", ["::ffff:127.0.0.1"]),
        ("hook.example", ["169.254.169.254"]),
        ("hook.example", []),
    ],
)
def test_a_host_that_stands_for_an_inward_address_is_refused(
    host: str, stands_for: list[str]
) -> None:
    with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        names = {} if host == "127.0.0.1" else {host: stands_for}
        told = send(hook(f"http://{host}:{port}/"), hosts=(), stands_for=names)
    assert told.status is None
    assert "LEADSCORE_WEBHOOK_HOSTS" in told.error
    assert receiver.got == []


def test_the_checked_address_is_the_one_that_is_used() -> None:
    asked: list[str] = []

    async def resolve(host: str, _: int) -> list[Address]:
        # another answer each time, as an attacker's name server would give
        asked.append(host)
        return [ip_address("127.0.0.1" if len(asked) == 1 else "127.0.0.2")]

    async def run(url: str) -> Answer:
        sender = Sender(LOOPBACK, time_limit=1.0, resolve=resolve)
        try:
            return await sender.send(hook(url), MESSAGE, now=NOW)
        finally:
            await sender.close()

    with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        assert asyncio.run(run(f"http://hook.example:{port}/x")).ok
    assert asked == ["hook.example"]
    assert receiver.got[0].headers["host"] == f"hook.example:{port}"


def test_an_address_that_takes_no_connection_gives_way_to_the_next() -> None:
    with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        names = {"hook.example": ["127.0.0.9", "127.0.0.1"]}
        told = send(hook(f"http://hook.example:{port}/"), hosts=("127.0.0.0/8",), stands_for=names)
    assert told.ok


def test_a_name_that_nobody_knows_is_a_failure_in_words() -> None:
    async def run() -> list[Answer]:
        sender = Sender(LOOPBACK, time_limit=5.0)
        urls = ("http://nobody.invalid/", f"http://{'x' * 70}.example/")
        try:
            return [await sender.send(hook(url), MESSAGE, now=NOW) for url in urls]
        finally:
            await sender.close()

    for told in asyncio.run(run()):
        assert "is not known" in told.error


def test_the_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert send(hook(receiver.url)).ok
    assert proxy.got == []
    assert len(receiver.got) == 1


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed, so there is no certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hook.example"
    extra = ["-addext", "subjectAltName=DNS:hook.example"]
    command = [program, *made.split(), *extra, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)

    async def resolve(_: str, __: int) -> list[Address]:
        return [ip_address("127.0.0.1")]

    async def run(url: str) -> Answer:
        sender = Sender(LOOPBACK, time_limit=5.0, resolve=resolve)
        trusted = ssl.create_default_context(cafile=str(certificate))
        sender._client._transport._inner = httpx2.AsyncHTTPTransport(verify=trusted)  # type: ignore[attr-defined]  # the one thing that only a test changes
        try:
            return await sender.send(hook(url), MESSAGE, now=NOW)
        finally:
            await sender.close()

    with receiving(certificate=(certificate, key)) as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        assert asyncio.run(run(f"https://hook.example:{port}/")).ok
        refused = asyncio.run(run(f"https://other.example:{port}/"))
        unknown = send(hook(f"https://127.0.0.1:{port}/"))
    assert "CERTIFICATE_VERIFY_FAILED" in refused.error
    assert "CERTIFICATE_VERIFY_FAILED" in unknown.error
    assert len(receiver.got) == 1


@given(
    st.text()
    | st.from_regex(
        r"[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{1,5} [0-9:]{0,9} [A-Z+0-9-]{0,6}"
    )
    | st.builds("{}, {} Jan {} 0{}:00:00 +{}".format, st.text(), *[st.integers()] * 4)
)
def test_whatever_a_receiver_asks_for_is_read_as_some_time_or_none(text: str) -> None:
    after = sending._retry_after(text, NOW)
    assert after is None or after >= 0
