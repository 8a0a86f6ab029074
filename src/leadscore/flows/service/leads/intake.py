"""Events come in: read, kept once, and their leads scored, all or nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from leadscore.errors import Conflict, Fault, Gone, UserError
from leadscore.flows.service.context import Context
from leadscore.flows.service.lead_rows import LeadRow, Receipt, ScoreRow
from leadscore.flows.service.leads.scoring import score_held
from leadscore.flows.service.ports import Work
from leadscore.leads.event_reader import Call, Reading, ReadMessage, read_events
from leadscore.leads.moment import moment_text
from leadscore.leads.refusal import refusal
from leadscore.score.record import Json

__all__ = ["Taken", "brief_score", "take_each", "take_events"]

_NEXT_STEP = "Mend what is named above, and send it again under the same id."
_NOT_ERASED = "a lead and an e-mail address that were not erased"
_ONE_CONTENT = "an id of its own for each message; the same id again with the same content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a request's messages.

    Parameters
    ----------
    accepted : int
        How many were new.
    repeated : int
        How many were there already, word by word.
    passed_over : int
        How many were of a type of Segment's that is not used here.
    faults : tuple of Fault
        What is wrong with the others, those that were erased or contradict a message of the same id
        among them; `row` is the message's place in the batch, 0-based.
    scores : mapping of str to ScoreRow
        The last score of each lead of which something new was said.
    lead_ids : tuple of str
        All leads that this says anything about; an erased one is named nowhere.
    """

    accepted: int
    repeated: int
    passed_over: int
    faults: tuple[Fault, ...]
    scores: Mapping[str, ScoreRow]
    lead_ids: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """Return it as JSON values: counts, ``errors``, and of each score what is told at once."""
        return {
            "accepted": self.accepted,
            "repeated": self.repeated,
            "passed_over": self.passed_over,
            "errors": [
                {"index": one.row, "field": one.field, "got": one.got, "allowed": one.allowed}
                for one in self.faults
            ],
            "scores": {lead_id: brief_score(row) for lead_id, row in self.scores.items()},
        }


def take_events(work: Work, context: Context, raw: object, *, call: Call, key: str = "") -> Taken:
    """Take a request in one of Segment's shapes.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment and the model, whose schema says what is kept.
    raw : JSON value
        The request.
    call : {"identify", "track", "batch"}
        What was called. A batch's good messages are taken even where others are not.
    key : str
        The request's own idempotency key, where it has one.

    Raises
    ------
    NoModel
        If none is live: then there is no schema.
    BadInput
        With every fault of an identify or a track, or if a batch is none.
    Conflict
        If the message id of an identify or a track is there with other content.
    Gone
        If an identify or a track is about a lead or an e-mail address that was erased.
    """
    champion = context.live
    reading = read_events(
        raw, call=call, schema=champion.model.schema, received_at=context.now, key=key
    )
    _refuse_faulty(reading, call)
    kept = _keep(work, context, reading.messages)
    if call != "batch" and (refused := kept.refusal(reading.messages)):
        raise refused
    faults = [*reading.faults, *map(_erased_fault, kept.barred), *map(_clash_fault, kept.clash)]
    return Taken(
        accepted=len(kept.new),
        repeated=len(kept.good) - len(kept.new),
        passed_over=reading.passed_over,
        faults=tuple(sorted(faults, key=lambda one: one.row or 0)),
        scores=kept.scores,
        lead_ids=tuple(dict.fromkeys(one.event.lead_id for one in [*kept.good, *kept.clash])),
    )


def take_each(
    work: Work, context: Context, posts: Sequence[tuple[Call, object]]
) -> list[Taken | UserError]:
    """Take several requests in one transaction, each answered as if it had come alone.

    A lead of which several say something is scored once, for all of it. A lead that only a request
    in conflict tells of is known afterwards: who minds that undoes the transaction.

    Parameters
    ----------
    work : Work
        The transaction.
    context : Context
        The moment and the model, whose schema says what is kept.
    posts : sequence of (Call, JSON value)
        Identify and track calls, in the order in which they came.

    Returns
    -------
    list of Taken or UserError
        What became of each, or why it was refused.

    Raises
    ------
    NoModel
        If none is live: then there is no schema.
    """
    schema = context.live.model.schema
    # a microsecond apart, as messages of a batch are: two without an id or a moment are two
    readings = [
        read_events(raw, call=call, schema=schema, received_at=context.now + place)
        for place, (call, raw) in enumerate(posts)
    ]
    kept = _keep(work, context, [one for each in readings for one in each.messages])
    return [
        _of_one(reading, kept, call) for reading, (call, _) in zip(readings, posts, strict=True)
    ]


def brief_score(row: ScoreRow) -> dict[str, Json]:
    """Return what is told of a score where there is no room for the whole record."""
    return {
        "score_id": row.score_id,
        "score": row.score,
        "tier": row.tier,
        "expected_conversion": row.chance,
        "scored_at": moment_text(row.scored_at),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Messages that were taken: refused as erased, refused as contradicting, good, and new."""

    barred: Sequence[ReadMessage]
    clash: Sequence[ReadMessage]
    good: Sequence[ReadMessage]
    new: Sequence[ReadMessage]
    scores: Mapping[str, ScoreRow]

    def refusal(self, messages: Sequence[ReadMessage]) -> UserError | None:
        """Return why one of the messages was refused; None where none was."""
        if any(one in self.barred for one in messages):
            return _gone()
        clash = [one for one in messages if one in self.clash]
        return _conflict(clash[0].event.message_id) if clash else None


def _keep(work: Work, context: Context, messages: Sequence[ReadMessage]) -> _Kept:
    door = _open_door(work, context, messages)
    barred, rest = _parted(messages, door.bars)
    receipt = work.events.add([one.event for one in rest])
    clash, good = _parted(rest, _contradicts(work, receipt))
    new = _first_of(good, receipt.new)
    # what was said before is not said anew: a repeat must not put an old contact over a later one
    work.contacts.put([one.contact for one in new if one.contact])
    causes = {one.event.lead_id: one.event.message_id for one in new}
    held = {one: door.held[one] for one in causes}
    scores = score_held(work, context, held, causes=causes)
    return _Kept(barred=barred, clash=clash, good=good, new=new, scores=scores)


def _of_one(reading: Reading, kept: _Kept, call: Call) -> Taken | UserError:
    """Return what became of one request among several."""
    if reading.faults:
        return _refusal(reading, call)
    if refused := kept.refusal(reading.messages):
        return refused
    [message] = reading.messages
    new, lead_id = message in kept.new, message.event.lead_id
    return Taken(
        accepted=int(new),
        repeated=int(not new),
        passed_over=0,
        faults=(),
        scores={lead_id: kept.scores[lead_id]} if new else {},
        lead_ids=(lead_id,),
    )


def _refuse_faulty(reading: Reading, call: Call) -> None:
    if any(one.row is None for one in reading.faults):
        raise _refusal(reading, call)


def _refusal(reading: Reading, call: Call) -> UserError:
    return refusal(reading.faults, what=f"{call} call", next_step=_NEXT_STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """Who may come in: the leads that are held, and no addresses of erased ones."""

    held: Mapping[str, LeadRow]
    addresses: frozenset[str]

    def bars(self, message: ReadMessage) -> bool:
        """Tell whether the message is about a lead or an address that was erased."""
        return message.event.lead_id not in self.held or _email(message) in self.addresses


def _open_door(work: Work, context: Context, messages: Sequence[ReadMessage]) -> _Door:
    said = {email for one in messages if (email := _email(one))}
    addresses = work.leads.barred_emails(said) if said else frozenset()
    # a lead of which nothing may be said is not made known either
    lead_ids = {one.event.lead_id for one in messages if _email(one) not in addresses}
    return _Door(held=work.leads.hold(lead_ids, at=context.now), addresses=addresses)


def _email(message: ReadMessage) -> str | None:
    return message.contact.email if message.contact else None


def _parted(
    messages: Sequence[ReadMessage], test: Callable[[ReadMessage], bool]
) -> tuple[list[ReadMessage], list[ReadMessage]]:
    """Return the messages that the test is true of, and the others."""
    found: tuple[list[ReadMessage], list[ReadMessage]] = ([], [])
    for one in messages:
        found[not test(one)].append(one)
    return found


def _contradicts(work: Work, receipt: Receipt) -> Callable[[ReadMessage], bool]:
    """Return what tells whether a message's id is there with other content."""
    found = {message_id: work.events.get(message_id) for message_id in receipt.conflicts}
    kept = {message_id: event.digest for message_id, event in found.items() if event}
    return lambda one: (
        one.event.message_id in kept and kept[one.event.message_id] != one.event.digest
    )


def _first_of(messages: Sequence[ReadMessage], ids: Collection[str]) -> list[ReadMessage]:
    """Return for each of the message ids the first message that has it."""
    found: dict[str, ReadMessage] = {}
    for one in messages:
        if one.event.message_id in ids:
            found.setdefault(one.event.message_id, one)
    return list(found.values())


def _erased_fault(message: ReadMessage) -> Fault:
    return Fault(field="userId", got="a lead that was erased", allowed=_NOT_ERASED, row=message.row)


def _clash_fault(message: ReadMessage) -> Fault:
    got = f"{message.event.message_id!r}, which is there with other content"
    return Fault(field="messageId", got=got, allowed=_ONE_CONTENT, row=message.row)


def _gone() -> Gone:
    return Gone(
        "The message is about a lead that was erased.",
        allowed=_NOT_ERASED,
        next_step="Stop sending what this person does; an erased lead does not come back.",
    )


def _conflict(message_id: str) -> Conflict:
    return Conflict(
        f"The message id {message_id!r} is there with other content.",
        allowed=_ONE_CONTENT,
        next_step="Send it under an id of its own, or leave messageId out.",
    )
