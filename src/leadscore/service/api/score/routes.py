"""The routes that score, as one small ASGI application.

They are written against ASGI itself: FastAPI takes longer to find a route and to make a response
than a score with all its reasons takes (benchmarks/serve.py).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
import structlog

from leadscore.errors import BadInput, LeadscoreError
from leadscore.flows.service.context import Caller, Champion, Context
from leadscore.flows.service.leads.keeping import keep_score
from leadscore.score.record import ScoreRecord
from leadscore.service.api.problems import NoSuchMethod
from leadscore.service.api.reading.json_body import read_json
from leadscore.service.api.score.asked import asked_of, refuse_id, without_row
from leadscore.service.api.score.batch import batch_bytes, batch_of
from leadscore.service.api.score.http import (
    NDJSON,
    Answer,
    Disconnected,
    too_large,
    whole_body,
)
from leadscore.service.api.score.lines import answer_lines
from leadscore.service.api.score.scoring import Scoring, Shared
from leadscore.service.api.score.short import short_form, short_forms

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["ScoreRoutes", "Shared"]

_log = structlog.get_logger("leadscore.api")

#: From a body and who sent it to the answer.
_Route = Callable[[bytes, Caller], Awaitable[bytes]]


class ScoreRoutes:
    """``POST /v1/score``, ``/v1/score/batch``, ``/predict`` and ``/predict/batch``.

    An ASGI application for these paths alone: whoever has it asks it for nothing else. What they
    answer is counted, and not logged line by line.

    Parameters
    ----------
    shared : Shared
        What the routes share with all others of the process.
    """

    #: The paths that are answered here.
    paths = frozenset(["/v1/score", "/v1/score/batch", "/predict", "/predict/batch"])

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._scoring = Scoring(shared)
        self._routes: Mapping[str, _Route] = {
            "/v1/score": self._score,
            "/v1/score/batch": self._batch,
            "/predict": self._predict,
            "/predict/batch": self._predict_batch,
        }

    def drift(self) -> Mapping[str, float]:
        """Return how far the leads scored last are from the model's own, field by field.

        It takes some hundredths of a second: ask in a thread.
        """
        return self._scoring.recent.drift()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        began = self._shared.clock()
        path: str = scope["path"]
        answer = Answer(send)
        try:
            await self._answer(scope, receive, answer)
        except LeadscoreError as error:
            await answer.refuse(error)
        except Disconnected:
            return
        except Exception as error:  # whatever it is, the caller gets an answer and we a line
            _log.error("failed", request_id=answer.request_id, route=path, exc_info=error)
            await answer.refuse(LeadscoreError())
        took = max(self._shared.clock() - began, 0) / 1e6
        self._shared.meters.request(path, scope["method"], answer.status, took)

    async def _answer(self, scope: "Scope", receive: "Receive", answer: Answer) -> None:
        if scope["method"] != "POST":
            raise NoSuchMethod(f"{scope['method']} was asked for.", allowed="POST")
        authorization, kind, size = _asked_headers(scope["headers"])
        caller = await self._shared.gate.admit(authorization, "score")
        most = self._shared.body_limit
        if size > most:
            raise too_large(most)
        path = scope["path"]
        if path == "/v1/score/batch" and kind.startswith(NDJSON):
            await answer.lines(answer_lines(self._scoring, receive, most=most))
            return
        body = await whole_body(receive, most=most)
        await answer.json(await self._routes[path](body, caller))

    async def _score(self, body: bytes, caller: Caller) -> bytes:
        champion, types = self._scoring.live()
        value = read_json(body)
        try:
            asked = asked_of(value, types)
            record = self._scoring.record(champion, asked)
        except BadInput as error:
            raise without_row(error) from error
        if asked.keep:
            if record["lead_id"] is not None:
                refuse_id(record["lead_id"])
            await asyncio.to_thread(self._keep, record, champion, caller)
        return msgspec.json.encode(record)

    async def _batch(self, body: bytes, _: Caller) -> bytes:
        return await batch_bytes(self._scoring, batch_of(read_json(body)))

    async def _predict(self, body: bytes, _: Caller) -> bytes:
        return msgspec.json.encode(short_form(self._scoring, read_json(body)))

    async def _predict_batch(self, body: bytes, _: Caller) -> bytes:
        return msgspec.json.encode(await short_forms(self._scoring, read_json(body)))

    def _keep(self, record: ScoreRecord, champion: Champion, caller: Caller) -> None:
        shared = self._shared
        with shared.store.begin(write=True) as work:
            context = Context(
                now=shared.clock(), caller=caller, champion=champion, rules=shared.rules
            )
            keep_score(work, context, record)


def _asked_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes | None, str, int]:
    """Return the key that came, the content type, and how many bytes the body is said to have."""
    authorization, kind, size = None, "", 0
    for name, value in headers:
        if name == b"authorization":
            authorization = value
        elif name == b"content-type":
            kind = value.decode("latin-1").lower()
        elif name == b"content-length" and value.isdigit():
            size = int(value)
    return authorization, kind, size
