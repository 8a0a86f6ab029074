"""The API's own documentation: the OpenAPI document, and the same as a page that needs nobody."""

from html import escape
from typing import Any  # Any: the values of an OpenAPI document are of any type

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from leadscore.service.api.document.openapi import document
from leadscore.service.api.edge import JSON, Edge

__all__ = ["docs", "openapi", "router"]

router = APIRouter(include_in_schema=False)

#: The page has a style and nothing else: no script, no font, nothing of anybody else's.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "section{border-top:1px solid #ccc;padding:.5rem 0}pre{overflow:auto;background:#f4f4f4;"
    "padding:.5rem}code{font-size:.9em}table{border-collapse:collapse}td,th{text-align:left;"
    "padding:.1rem 1rem .1rem 0;vertical-align:top}"
)


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """Return the OpenAPI document for the live model's fields."""
    return Response(msgspec.json.encode(_document(request)), media_type=JSON)


@router.get("/docs")
def docs(request: Request) -> Response:
    """Return every route as a page: what it does, who may, a body that works."""
    headers = {"content-security-policy": _POLICY}
    return Response(_page(_document(request)), media_type="text/html", headers=headers)


def _document(request: Request) -> dict[str, Any]:
    state = request.app.state
    edge: Edge = state.edge
    champion = edge.live.champion()
    digest = champion.model.digest if champion else ""
    # everybody may ask for it, so that it is made once for each model
    if state.document is None or state.document[0] != digest:
        made = document(request.app, champion.model.schema if champion else None)
        state.document = (digest, made)
    told: dict[str, Any] = state.document[1]
    root = request.scope.get("root_path", "").rstrip("/")
    return {**told, "servers": [{"url": root}]} if root else told


def _page(told: dict[str, Any]) -> str:
    routes = [
        _section(method, path, operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    info = told["info"]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}</title>"
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        "<p>The same for programs: <a href=openapi.json>openapi.json</a></p>"
        f"{''.join(routes)}<h2>Fields</h2>{_fields(told)}"
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    roles = ", ".join(operation.get("x-roles", [])) or "everybody"
    words = operation.get("description", "")
    statuses = ", ".join(operation["responses"])
    parameters = "".join(
        f"<tr><td><code>{escape(one['name'])}</code><td>{one['in']}"
        f"<td>{escape(one.get('description', ''))}"
        for one in operation.get("parameters", [])
    )
    return (
        f"<section><h3><code>{method.upper()} {escape(path)}</code></h3>"
        f"<p><b>{escape(operation.get('summary', ''))}.</b> {escape(words)}</p>"
        f"<p>Roles: {escape(roles)}. Answers: {statuses}.</p>"
        f"{f'<table>{parameters}</table>' if parameters else ''}{_examples(operation)}</section>"
    )


def _examples(operation: dict[str, Any]) -> str:
    contents = operation.get("requestBody", {}).get("content", {})
    shown = [one["example"] for one in contents.values() if one.get("example") is not None]
    texts = [one if isinstance(one, str) else _pretty(one) for one in shown]
    return "".join(f"<pre>{escape(text)}</pre>" for text in texts)


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _fields(told: dict[str, Any]) -> str:
    fields = told["components"]["schemas"]["Fields"]["properties"]
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(one['description'])}"
        for name, one in fields.items()
    )
    return f"<table>{rows}</table>" if rows else "<p>No model is live.</p>"
