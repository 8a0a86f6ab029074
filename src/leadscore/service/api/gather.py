"""Calls that come while a transaction is under way share the next one."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leadscore.errors import Conflict, Unavailable
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.leads.intake import Taken, take_each, take_events
from leadscore.flows.service.ports import Store, Work
from leadscore.leads.event_reader import Call

__all__ = ["Gatherer"]

#: Calls that share a transaction: others write to the database too.
_MOST = 50


class Gatherer:
    """Takes identify and track calls, several in one transaction where several wait.

    A writer waits for the disk and, on SQLite, for all other writers; so calls that come meanwhile
    wait together and cost hardly more than one. Each is answered once the transaction is on the
    disk. Ask it in the event loop alone.

    Parameters
    ----------
    store : Store
        The memory.
    context : callable
        From a caller to what a use case is told now.
    """

    def __init__(self, store: Store, context: Callable[[Caller], Context]) -> None:
        self._store, self._context = store, context
        self._waiting: deque[_Post] = deque()
        self._task: asyncio.Task[None] | None = None

    async def take(self, caller: Caller, call: Call, raw: object) -> Taken:
        """Return what became of a call; `take_events` says what may be raised."""
        post = _Post(caller=caller, call=call, raw=raw, answer=asyncio.Future())
        self._waiting.append(post)
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        answer = await post.answer
        if isinstance(answer, Taken):
            return answer
        raise answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                posts = self._next()
                answers = await asyncio.to_thread(self._write, posts)
                for post, answer in zip(posts, answers, strict=True):
                    if not post.answer.done():  # who asked may have left
                        post.answer.set_result(answer)
        finally:
            self._task = None

    def _next(self) -> "list[_Post]":
        """Return the calls to take now: those of one caller."""
        posts = [self._waiting.popleft()]
        while self._waiting and len(posts) < _MOST and self._waiting[0].caller == posts[0].caller:
            posts.append(self._waiting.popleft())
        return posts

    def _write(self, posts: "Sequence[_Post]") -> "list[Taken | Exception]":
        """Return what became of each; where all fail together, each is tried alone."""
        try:
            with self._store.begin(write=True) as work:
                return self._taken(work, posts)
        except Unavailable as error:
            return [Unavailable(str(error), detail=error.detail) for _ in posts]
        except Exception as error:  # whatever one of them brought about is not the others' fault
            if len(posts) == 1:
                return [error]
        return [answer for one in posts for answer in self._write([one])]

    def _taken(self, work: Work, posts: "Sequence[_Post]") -> "list[Taken | Exception]":
        """Take calls in one transaction, or raise so that what was begun is undone."""
        context = self._context(posts[0].caller)
        if len(posts) == 1:
            return [take_events(work, context, posts[0].raw, call=posts[0].call)]
        answers = take_each(work, context, [(one.call, one.raw) for one in posts])
        for one in answers:
            if isinstance(one, Conflict):  # its lead was made known, and is to be undone alone
                raise one
        return [*answers]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """A call and the answer that is waited for."""

    caller: Caller
    call: Call
    raw: object
    answer: "asyncio.Future[Taken | Exception]"
