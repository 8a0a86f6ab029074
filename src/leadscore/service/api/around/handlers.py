"""Errors on their way out of a route become problems."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from leadscore.errors import (
    BadRequest,
    LeadscoreError,
    NoKey,
    NotAllowed,
    NotFound,
    UserError,
)
from leadscore.service.api.problems import PROBLEM, NoSuchMethod, problem_response
from leadscore.service.api.reading.bodies import faults_of

__all__ = ["handle_errors"]


_KINDS: Mapping[int, type[UserError]] = {
    HTTPStatus.UNAUTHORIZED: NoKey,
    HTTPStatus.FORBIDDEN: NotAllowed,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: NoSuchMethod,
}
_NEXT_STEP = "Every route is on /docs and in /openapi.json."


def handle_errors(app: FastAPI) -> None:
    """Make an application answer every error as a problem."""
    # any other is answered here and logged by `Outer`, which it goes on to
    app.add_exception_handler(Exception, _ours)
    app.add_exception_handler(LeadscoreError, _ours)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _framework)


def _ours(_: Request, error: Exception) -> Response:
    return _response(error if isinstance(error, LeadscoreError) else LeadscoreError())


def _unfit(_: Request, error: Exception) -> Response:
    """Answer what FastAPI says of a path and a query."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return _response(BadRequest("The request cannot be used.", faults=faults_of(found, skip=1)))


def _framework(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: a path that is not there, a method that is not taken."""
    if not isinstance(error, HTTPException):
        return _ours(request, error)
    kind = _KINDS.get(error.status_code, BadRequest)
    words = f"{request.method} was asked for: {HTTPStatus(error.status_code).phrase.lower()}."
    more = {"allow": _allowed(request)} if kind is NoSuchMethod else error.headers or {}
    return _response(kind(words, next_step=_NEXT_STEP), more)


def _allowed(request: Request) -> str:
    """Return all methods that a path takes: the framework names those of one route alone."""
    path: str = request.scope["path"]
    fitting = [one for one in request.app.state.routes if one.path_regex.match(path)]
    # a path that is written out goes before one with an id in its place
    routes = [one for one in fitting if one.path == path] or fitting
    return ", ".join(sorted({method for one in routes for method in one.methods or ()}))


def _response(error: LeadscoreError, more: Mapping[str, str] | None = None) -> Response:
    status, headers, body = problem_response(error)
    kept = {
        name.decode(): value.decode()
        for name, value in headers
        if name not in (b"content-type", b"content-length")
    }
    return Response(body, status, {**kept, **(more or {})}, media_type=PROBLEM)
