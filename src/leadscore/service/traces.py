"""Traces by OTLP, where an operator wants them: FastAPI makes the spans of its routes itself."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from leadscore import __version__
from leadscore.errors import MissingExtra

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Traced", "set_up_traces"]

_PATH = "/v1/traces"


def set_up_traces(endpoint: str) -> None:
    """Send what is traced in this process to an address.

    Parameters
    ----------
    endpoint : str
        Where, such as ``http://localhost:4318``.

    Raises
    ------
    MissingExtra
        If the extra ``otel`` is not installed.
    """
    if find_spec("opentelemetry.sdk") is None:
        raise MissingExtra(
            "LEADSCORE_OTLP_ENDPOINT is set, and what sends traces is not installed.",
            next_step="Install it: pip install 'leadscore[otel]'.",
        )
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    about = {"service.name": "leadscore", "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(about))
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


class Traced:
    """Makes a span around each request to the routes that score, which FastAPI does not see.

    Parameters
    ----------
    app : ASGI application
        The routes.
    """

    def __init__(self, app: "ASGIApp") -> None:
        from opentelemetry import trace  # noqa: PLC0415

        self._app, self._tracer = app, trace.get_tracer("leadscore", __version__)
        self._kind = trace.SpanKind.SERVER

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        route, method = scope["path"], scope["method"]
        about = {"http.route": route, "http.request.method": method}
        with self._tracer.start_as_current_span(
            f"{method} {route}", kind=self._kind, attributes=about
        ):
            await self._app(scope, receive, send)
