"""Who may come in: keys, what their role may do, and how often."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from leadscore.errors import NoKey, TooOften, Unavailable
from leadscore.flows.service.access.keys import accepts, read_key
from leadscore.flows.service.access.roles import Action, permit
from leadscore.flows.service.context import Caller
from leadscore.flows.service.ports import Store
from leadscore.flows.service.service_rows import KeyRow
from leadscore.leads.moment import MINUTE, SECOND

__all__ = ["Gate"]

#: After one second a key is looked up again, beside the request; after two, before it.
_FRESH, _KEPT = 1 * SECOND, 2 * SECOND
#: So many keys are kept; unknown ones are among them, so that guessing does not fill the memory.
_MOST = 10_000
#: How often it is written down that a key is in use.
_NOTED = MINUTE
_SCHEME = "bearer"


class Gate:
    """Lets callers in by their key.

    What is known of a key is kept for two seconds at most, so that one that was revoked elsewhere
    is refused by then. Ask it in the event loop alone.

    Parameters
    ----------
    store : Store
        Where keys are kept.
    per_minute : int
        How many requests a key may make in a minute, unless it has a limit of its own.
    clock : callable
        Tells the moment, in microseconds since 1970-01-01 UTC.
    everyone : Caller, optional
        As whom every request without a key counts: for the demo on loopback.
    """

    def __init__(
        self,
        store: Store,
        *,
        per_minute: int,
        clock: Callable[[], int],
        everyone: Caller | None = None,
    ) -> None:
        self._store, self._per_minute, self._clock = store, per_minute, clock
        self._everyone = everyone
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._looking: dict[str, asyncio.Task[_Known]] = {}
        self._noted: dict[str, int] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def admit(self, authorization: str | bytes | None, action: Action) -> Caller:
        """Return who asks, if they may.

        Parameters
        ----------
        authorization : str or bytes, optional
            The header: ``Bearer lsk_…``.
        action : str
            What for.

        Raises
        ------
        NoKey
            If no key came, or one that is unknown, expired or revoked.
        NotAllowed
            If the role of the key may not do that.
        TooOften
            If the key's limit is used up for now.
        Unavailable
            If the database is away, and the key was not used in the last two seconds.
        """
        if self._everyone is not None and not authorization:
            permit(self._everyone, action)
            return self._everyone
        prefix, digest = _read(authorization)
        now = self._clock()
        known = self._known.get(prefix)
        if known is None or not 0 <= now - known.at < _FRESH:
            known = await self._look_again(prefix, known, now)
        if known.row is None or not accepts(known.row, digest, now=now):
            raise _no_key("The key is unknown, expired or revoked.")
        known.allowance.take(now)
        permit(known.caller, action)
        self._note_use(known.row, now)
        return known.caller

    async def close(self) -> None:
        """Wait until what was begun beside requests is done."""
        await asyncio.gather(*self._looking.values(), *self._noting, return_exceptions=True)

    async def _look_again(self, prefix: str, known: "_Known | None", now: int) -> "_Known":
        """Return what is known of a key by now; of one in use what was known a second ago."""
        task = self._looking.get(prefix)
        if task is None:
            task = asyncio.create_task(self._look_up(prefix, known, now))
            self._looking[prefix] = task
            task.add_done_callback(lambda done: self._looked(prefix, done))
        if known is not None and 0 <= now - known.at < _KEPT:
            return known
        # others wait for the same answer, whoever gives up first
        return await asyncio.shield(task)

    async def _look_up(self, prefix: str, known: "_Known | None", now: int) -> "_Known":
        row = await asyncio.to_thread(self._find, prefix)
        most = self._per_minute if row is None or row.per_minute is None else row.per_minute
        same = known is not None and known.allowance.most == most
        found = _Known(
            at=now,
            row=row,
            caller=Caller(actor=prefix, role="rep" if row is None else row.role),
            allowance=known.allowance if known is not None and same else _Allowance(most),
        )
        self._known[prefix] = found
        self._known.move_to_end(prefix)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found

    def _looked(self, prefix: str, done: "asyncio.Task[_Known]") -> None:
        del self._looking[prefix]
        if not done.cancelled():
            # asked for, so that an error that nobody waited for is not complained about
            done.exception()

    def _find(self, prefix: str) -> KeyRow | None:
        with self._store.begin(write=False) as work:
            return work.keys.find(prefix)

    def _note_use(self, row: KeyRow, now: int) -> None:
        """Have it written down, beside the request, that a key is in use."""
        if not 0 <= now - self._noted.get(row.prefix, -_NOTED) < _NOTED:
            self._noted[row.prefix] = now
            task = asyncio.create_task(asyncio.to_thread(self._note, row.prefix, now))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    def _note(self, prefix: str, now: int) -> None:
        try:
            with self._store.begin(write=True) as work:
                work.keys.used(prefix, at=now, every=_NOTED)
        except Unavailable:
            # the request had its answer; the next one has it written down
            self._noted.pop(prefix, None)


class _Allowance:
    """How often one key may still ask: at most so many requests in any minute, nearly.

    What was asked in the minute before counts by as much of it as lies within the last 60 seconds.
    Two counts a key, whatever its limit: `limits` 5.8 does the same with its sliding window counter
    in 5.8 us a request, and this in 0.3; it also reads a clock of its own.
    """

    __slots__ = ("_before", "_count", "_window", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._window = self._count = self._before = 0

    def take(self, now: int) -> None:
        """Count a request, or refuse it."""
        window, passed = divmod(now, MINUTE)
        if window != self._window:
            self._before = self._count if window == self._window + 1 else 0
            self._window, self._count = window, 0
        if self._before * (MINUTE - passed) > (self.most - self._count - 1) * MINUTE:
            raise TooOften(
                f"The key may ask {self.most:,} times a minute, and has done so.",
                retry_after=self._seconds(passed),
            )
        self._count += 1

    def _seconds(self, passed: int) -> int:
        """Return after how many seconds a request is taken again."""
        room = self.most - self._count - 1
        if room >= 0:
            # until so little of the minute before counts that there is room for one
            free = MINUTE - room * MINUTE // self._before - passed
        else:
            free = 2 * MINUTE - (self.most - 1) * MINUTE // self._count - passed
        return max(-(-free // SECOND), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of a key, since when; the row is None where there is no such key."""

    at: int
    row: KeyRow | None
    caller: Caller
    allowance: _Allowance


def _read(authorization: str | bytes | None) -> tuple[str, str]:
    """Return the prefix of the key in a header and the digest of its secret."""
    text = authorization
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if not text:
        raise _no_key("No key came with the request.")
    scheme, _, rest = text.partition(" ")
    key = read_key(rest.strip()) if scheme.lower() == _SCHEME else None
    if key is None:
        raise _no_key("What came is not a key of this service.")
    return key


def _no_key(message: str) -> NoKey:
    return NoKey(
        message,
        allowed="the header Authorization: Bearer lsk_…",
        next_step="An admin can make a key: leadscore keys create, or POST /v1/keys.",
    )
