"""Every error of the service comes out of the client as what it was."""

from collections.abc import Iterator

import pytest

from leadscore.client.problems import error_of
from leadscore.errors import (
    BadRequest,
    Fault,
    Gone,
    LeadscoreError,
    MissingExtra,
    NotFound,
    TooOften,
    Unavailable,
    UserError,
)
from leadscore.service.api.problems import problem_response


def kinds(base: type[LeadscoreError] = LeadscoreError) -> Iterator[type[LeadscoreError]]:
    for one in base.__subclasses__():
        if one.__module__ == "leadscore.errors":
            yield from [] if one is UserError else [one]
            yield from kinds(one)


def make(kind: type[LeadscoreError]) -> LeadscoreError:
    if kind is TooOften:
        return TooOften("The limit is 60.", retry_after=9)
    if issubclass(kind, UserError):
        fault = Fault(field="age", got="'x'", allowed="a whole number", row=3)
        return kind("Words.", allowed="others", next_step="Do that.", faults=(fault,))
    return kind("Words.")


@pytest.mark.parametrize("kind", list(kinds()))
def test_an_error_comes_out_as_it_went_in(kind: type[LeadscoreError]) -> None:
    sent = make(kind)
    status, headers, body = problem_response(sent)
    named = {name.decode().lower(): value.decode() for name, value in headers}
    came = error_of(status, named, body)
    assert type(came) is kind
    if isinstance(came, UserError) and isinstance(sent, UserError):
        assert came.words() == sent.words()
        assert came.faults == sent.faults
    if isinstance(came, TooOften):
        assert came.retry_after == 9


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (410, Gone), (400, BadRequest), (502, Unavailable), (301, BadRequest)],
)
def test_a_proxys_answer_is_judged_by_its_status(status: int, kind: type[LeadscoreError]) -> None:
    came = error_of(status, {}, b"<html>Bad gateway</html>")
    assert type(came) is kind
    assert f"answered {status}: <html>" in str(came)


@pytest.mark.parametrize("body", [b"[]", b'{"code": 7, "errors": 1}', b"\xff", b""])
def test_a_body_that_is_no_problem_is_no_crash(body: bytes) -> None:
    assert type(error_of(500, {"retry-after": "soon"}, body)) is LeadscoreError
    assert isinstance(error_of(429, {"retry-after": "soon"}, body), TooOften)


def test_an_error_with_anothers_code_comes_out_as_the_other() -> None:
    class Special(BadRequest):
        """It has no code of its own."""

    came = error_of(422, {}, b'{"code": "bad_request", "detail": "Words."}')
    assert type(came) is BadRequest
    assert issubclass(Special, BadRequest)


def test_a_missing_part_of_the_service_is_not_the_callers() -> None:
    status, _, body = problem_response(MissingExtra("The part is missing."))
    assert type(error_of(status, {}, body)) is MissingExtra
