"""A call as a value: what is sent, and what is the same in each attempt."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import UploadFile
from starlette.requests import Request

from leadscore.client.calls import leads, service, work
from leadscore.client.calls.call import Call, part
from leadscore.client.calls.form import form_of
from leadscore.errors import BadRequest


def test_a_lead_is_scored_with_its_id_and_moment() -> None:
    call = leads.score({"age": 3}, lead_id="L1", as_of=datetime(2026, 1, 31, tzinfo=UTC))
    assert json.loads(call.body or b"") == {
        "lead": {"age": 3},
        "lead_id": "L1",
        "as_of": "2026-01-31T00:00:00Z",
    }
    assert call.key == ""


@pytest.mark.parametrize(
    "call",
    [
        leads.track("L1", "visit"),
        leads.identify("L1", {}),
        leads.batch([]),
        leads.put_lead("L1", {}),
        leads.erase_lead("L1"),
        leads.set_objection("L1", objects=True),
        work.log_outcome("L1", "lost", occurred_at="2026-01-31T00:00:00Z"),
        work.claim("T1"),
        service.add_model(b"PK"),
    ],
    ids=lambda call: f"{call.method} {call.path}",
)
def test_what_writes_has_a_key_of_its_own(call: Call[object]) -> None:
    assert len(call.headers()["idempotency-key"]) == 32


def test_what_is_shown_once_is_never_asked_for_again() -> None:
    for call in (service.create_key("rep"), service.rotate_key("p"), service.add_webhook("u", [])):
        assert (call.key, call.repeats) == ("", "never")


def test_two_calls_never_have_the_same_key() -> None:
    assert leads.erase_lead("L1").key != leads.erase_lead("L1").key


def test_a_message_without_an_id_gets_one_and_keeps_the_one_it_has() -> None:
    call = leads.batch([{"type": "track", "messageId": "m1"}, {"type": "track"}])
    first, second = json.loads(call.body or b"")["batch"]
    assert first["messageId"] == "m1"
    assert len(second["messageId"]) == 32
    assert json.loads(leads.track("L1", "visit", message_id="m2").body or b"")["messageId"] == "m2"


def test_what_is_not_said_is_not_sent() -> None:
    assert json.loads(leads.track("L1", "visit").body or b"").keys() == {
        "userId",
        "messageId",
        "event",
    }
    assert json.loads(work.claim("T1").body or b"") == {}
    assert work.worklist(tier="High").query == (("tier", "High"),)
    assert work.worklist(mine=True, skip=0).query == (("mine", "true"), ("skip", "0"))
    assert service.compare_models(["a", "b"]).query == (("model", "a"), ("model", "b"))


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(BadRequest, match="no time zone"):
        work.snooze("T1", until=datetime(2026, 1, 31))  # noqa: DTZ001 -- that is the mistake


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x"])
def test_what_json_cannot_say_is_refused_before_it_is_sent(value: float) -> None:
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        leads.score({"income": value})


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_an_id_is_one_part_of_a_path_whatever_is_in_it(text: str) -> None:
    assert not set(part(text)) & set("/?#&= ")


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_an_id_that_no_path_can_carry_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="a path can carry"):
        leads.erase_lead(text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])) | st.just('a"\r\n'), st.binary())
def test_a_forms_file_is_read_as_it_was_whatever_its_name(name: str, content: bytes) -> None:
    form, kind = form_of(content, name=name, fields={"dates": "d/m/y"})
    assert asyncio.run(read_form(form, kind)) == ("d/m/y", content)


async def read_form(form: bytes, kind: str) -> tuple[object, bytes]:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": form}

    headers = [(b"content-type", kind.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    async with request.form() as read:
        file = read["file"]
        assert isinstance(file, UploadFile)
        return read["dates"], await file.read()
