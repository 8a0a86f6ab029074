"""Leads line by line, both ways: the answer begins before the request has ended."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from leadscore.errors import BadInput, BadRequest, LeadscoreError
from leadscore.flows.service.context import Champion
from leadscore.service.api.reading.json_body import read_json
from leadscore.service.api.score.asked import LeadTypes
from leadscore.service.api.score.batch import TURN, fault_lines, one_of
from leadscore.service.api.score.http import body_pieces
from leadscore.service.api.score.scoring import Scoring

if TYPE_CHECKING:
    from starlette.types import Receive

__all__ = ["answer_lines"]

#: So many bytes of answers are sent at once.
_PIECE = 1 << 16


async def answer_lines(scoring: Scoring, receive: "Receive", *, most: int) -> AsyncIterator[bytes]:
    """Yield the answers to leads that come line by line, in pieces of whole lines.

    Each line that is not blank is answered by one line: a score record, or ``{"index", "errors"}``.
    What comes is taken in whether or not the answers are read meanwhile, so that a caller who
    sends all before reading any is not stuck.

    Parameters
    ----------
    scoring : Scoring
        Scores.
    receive : callable
        ASGI's.
    most : int
        How many bytes the request may have.

    Raises
    ------
    LeadscoreError
        Before the first answer. After it the last line says what went wrong.
    Disconnected
        If the caller went away.
    """
    waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
    reading = asyncio.create_task(_take_in(receive, waiting, most=most))
    begun = False
    try:
        async for piece in _answers(scoring, waiting):
            begun = True
            yield piece
        await reading
    except LeadscoreError as error:
        if not begun:
            raise
        yield msgspec.json.encode({"code": error.code, "detail": str(error)}) + b"\n"
    finally:
        reading.cancel()


async def _take_in(
    receive: "Receive", waiting: "asyncio.Queue[bytes | None]", *, most: int
) -> None:
    try:
        async for piece in body_pieces(receive, most=most):
            waiting.put_nowait(piece)
    finally:
        waiting.put_nowait(None)


async def _answers(
    scoring: Scoring, waiting: "asyncio.Queue[bytes | None]"
) -> AsyncIterator[bytes]:
    champion, types = scoring.live()
    answers, index, turn = bytearray(), 0, scoring.clock()
    async for line in _lines(waiting):
        answers += _answer(scoring, champion, types, (index, line))
        index += 1
        if len(answers) >= _PIECE or waiting.empty():
            yield bytes(answers)
            answers.clear()
        if scoring.clock() - turn > TURN:
            await asyncio.sleep(0)
            turn = scoring.clock()
    if answers:
        yield bytes(answers)


def _answer(
    scoring: Scoring, champion: Champion, types: LeadTypes, numbered: tuple[int, bytes]
) -> bytes:
    index, line = numbered
    try:
        told: object = scoring.record(champion, one_of(read_json(line), types))
    except (BadInput, BadRequest) as error:
        told = {"index": index, "errors": fault_lines(error)}
    return msgspec.json.encode(told) + b"\n"


async def _lines(waiting: "asyncio.Queue[bytes | None]") -> AsyncIterator[bytes]:
    """Yield the lines that are not blank."""
    begun: list[bytes] = []
    while (piece := await waiting.get()) is not None:
        first, *others = piece.split(b"\n")
        begun.append(first)
        for other in others:
            if line := b"".join(begun).strip():
                yield line
            begun = [other]
    if line := b"".join(begun).strip():
        yield line
