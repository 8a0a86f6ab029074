"""Whether the service lives, whether it is ready, and its figures."""

from hmac import compare_digest

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadscore import __version__
from leadscore.errors import NoKey, NoModel, Unavailable
from leadscore.flows.service.access.replies import Reply
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Edge, reply

__all__ = ["health", "live", "metrics", "ready", "root", "router"]

router = APIRouter(tags=["service"])

_SECOND = 1_000_000


@router.get("/", **told("What this is", action=None, answer="Health"))
def root(request: Request) -> Response:
    """Return the service's name and version, and where its documentation is."""
    return _answer(
        reply(
            {
                "name": "leadscore",
                "version": __version__,
                "status": "ok",
                "docs": f"{request.scope.get('root_path', '')}/docs",
            }
        )
    )


@router.get("/health", **told("Whether the service is well", action=None, answer="Health"))
def health(request: Request) -> Response:
    """Return whether the database answers and which model is live; 503 where either is missing."""
    return _answer(_look(request))


@router.get("/health/ready", **told("Whether it is ready", action=None, answer="Health"))
def ready(request: Request) -> Response:
    """Return 200 where requests can be served: the database answers, a model is live.

    Otherwise 503 with what is missing in words, also while the service is about to stop.
    """
    return _answer(_look(request))


@router.get("/health/live", **told("Whether the process lives", action=None, answer="Health"))
async def live() -> Response:
    """Return 200 as long as the process answers at all."""
    return _answer(reply({"status": "ok"}))


@router.get(
    "/metrics", **told("Figures for Prometheus", action=None, answer="text/plain", also=(401,))
)
def metrics(request: Request) -> Response:
    """Return this process's figures; they hold no lead."""
    state = request.app.state
    if state.metrics_key is not None:
        given = request.headers.get("authorization", "")
        if not compare_digest(given.encode(), f"Bearer {state.metrics_key.text}".encode()):
            raise NoKey(
                "The metrics were asked for without their key.",
                next_step="Send LEADSCORE_METRICS_KEY as a bearer key.",
            )
    _measure(request)
    return Response(state.meters.render(), media_type=state.meters.content_type)


def _look(request: Request) -> Reply:
    edge: Edge = request.app.state.edge
    if request.app.state.stopping.is_set():
        raise Unavailable("The service is about to stop.")
    edge.store.ready()
    champion = edge.live.champion()
    if champion is None:
        raise NoModel(
            "No model is live, so that nothing can be scored.",
            next_step="Add one and promote it: leadscore models add model/ --promote.",
        )
    model = champion.model
    return reply(
        {
            "status": "ok",
            "version": __version__,
            "model": {"name": model.name, "version": model.version, "digest": model.digest},
        }
    )


def _measure(request: Request) -> None:
    """Look at what is not counted as it happens."""
    edge: Edge = request.app.state.edge
    meters = request.app.state.meters
    champion = edge.live.champion()
    meters.model(champion.model if champion else None)
    meters.drift(request.app.state.scores.drift())
    with edge.store.begin(write=False) as work:
        counts, since = work.deliveries.counts(), work.deliveries.waiting_since()
    age = 0.0 if since is None else max(0.0, (edge.clock() - since) / _SECOND)
    meters.outbox(age=age, waiting=counts.get("waiting", 0), dead=counts.get("dead", 0))


def _answer(said: Reply) -> Response:
    return Response(said.body, media_type=said.content_type)
