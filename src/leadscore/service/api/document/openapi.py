"""The OpenAPI document: it follows the live model's schema, and says who may do what."""

from http import HTTPStatus
from typing import Any, TypeAlias  # Any: the values of an OpenAPI document are of any type

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from leadscore import __version__
from leadscore.flows.service.access.roles import ALLOWED
from leadscore.leads.schema import Schema
from leadscore.service.api.document.shapes import shapes
from leadscore.service.api.problems import PROBLEM
from leadscore.service.api.score.openapi import score_paths

__all__ = ["document"]

_Operation: TypeAlias = dict[str, Any]

_WORDS = (
    "Tells a sales team whom to call next, and why. Errors are application/problem+json. A write "
    "that was answered is kept, whatever is killed then; sent again under its id or its "
    "Idempotency-Key it is made once."
)
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request again under the same key gets the same answer, and is not "
    "made twice.",
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[ -~]*$"},
}
#: What any request may be answered, and what those with a key and those with a body may be.
_ANY = (503,)
_KEYED = (401, 403, 429)
_BODIED = (413, 422)


def document(app: FastAPI, schema: Schema | None) -> dict[str, Any]:
    """Return the document for a schema.

    Parameters
    ----------
    app : FastAPI
        The application with all routes but those that score.
    schema : Schema, optional
        The live model's; None where none is live.
    """
    told = get_openapi(
        title="leadscore",
        version=__version__,
        summary="Lead scores that are right, and can show why.",
        description=_WORDS,
        routes=app.routes,
    )
    for path in told["paths"].values():
        for operation in path.values():
            _tell(operation)
    told["paths"] |= score_paths(schema)
    told["components"] = {
        "schemas": shapes(schema),
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    return told


def _tell(operation: _Operation) -> None:
    """Write into an operation what its route was told, in place of what FastAPI guesses."""
    said = operation.pop("x-told")
    action = operation.get("x-action")
    status = next(code for code in operation["responses"] if code.startswith("2"))
    if action:
        operation["x-roles"] = sorted(ALLOWED[action])
        operation["security"] = [{"key": []}]
    if said["writes"]:
        operation.setdefault("parameters", []).append(_KEY_PARAMETER)
    if said["body"] or said["body_types"]:
        operation["requestBody"] = _body(said)
    operation["responses"] = {
        status: _answer(said["answer"]),
        **{str(code): _problem(code) for code in _refusals(operation, said)},
    }


def _body(said: dict[str, Any]) -> _Operation:
    if said["body_types"]:
        return {"required": True, "content": dict(said["body_types"])}
    content: _Operation = {"schema": {"$ref": f"#/components/schemas/{said['body']}"}}
    if "example" in said:
        content["example"] = said["example"]
    return {"required": said["needs_body"], "content": {"application/json": content}}


def _answer(name: str) -> _Operation:
    if "/" in name:
        return {"description": "As said.", "content": {name: {"schema": {"type": "string"}}}}
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"description": "As said.", "content": {"application/json": {"schema": reference}}}


def _refusals(operation: _Operation, said: dict[str, Any]) -> list[int]:
    codes = {*_ANY, *said["also"]}
    if "x-action" in operation:
        codes |= {*_KEYED}
    if "requestBody" in operation:
        codes |= {*_BODIED}
    if operation.get("parameters"):
        codes |= {422}
    if said["writes"]:
        codes |= {409}
    return sorted(codes)


def _problem(code: int) -> _Operation:
    reference = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": HTTPStatus(code).phrase,
        "content": {PROBLEM: {"schema": reference}},
    }
