"""Calls about leads: their scores, what is known of them and what they did, their rights."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from leadscore.client.calls.answers import (
    BatchScores,
    Imported,
    Lead,
    LeadPage,
    Replayed,
    ScoreHistory,
    ScoreRecord,
    Table,
    Taken,
)
from leadscore.client.calls.call import Call, fresh_id, get, part, send, wire_moment
from leadscore.client.calls.form import form_of

__all__ = [
    "batch",
    "erase_lead",
    "export_lead",
    "get_lead",
    "get_score",
    "identify",
    "import_leads",
    "list_leads",
    "put_lead",
    "replay",
    "score",
    "score_batch",
    "score_history",
    "set_objection",
    "track",
]

Values = Mapping[str, object]


def score(
    lead: Values,
    *,
    lead_id: str | None = None,
    as_of: datetime | str | None = None,
    keep: bool = False,
) -> Call[ScoreRecord]:
    """Score a lead and say why. Nothing is kept, unless asked.

    Parameters
    ----------
    lead : mapping of str to JSON value
        Its fields.
    lead_id : str, optional
        Its id, which the answer carries.
    as_of : datetime or str, optional
        The moment that the score is for.
    keep : bool
        Whether the score is kept, so that it can be replayed by its id.
    """
    told = {"lead": dict(lead), "lead_id": lead_id, "as_of": wire_moment(as_of)}
    body = {name: value for name, value in told.items() if value is not None}
    return send("/v1/score", {**body, "keep": True} if keep else body, repeats="freely")


def score_batch(leads: Iterable[Values]) -> Call[BatchScores]:
    """Score up to 10,000 leads; those with faults are told by their place, 0-based."""
    return send("/v1/score/batch", {"leads": [dict(one) for one in leads]}, repeats="freely")


def identify(
    lead_id: str,
    traits: Values,
    *,
    at: datetime | str | None = None,
    message_id: str | None = None,
) -> Call[Taken]:
    """State what is known of a lead: fields, and whom to reach.

    Parameters
    ----------
    lead_id : str
        The lead.
    traits : mapping of str to JSON value
        What is stated.
    at : datetime or str, optional
        Since when it is so; since now where not given.
    message_id : str, optional
        What the message is known by: the same one again changes nothing.
    """
    return send("/v1/identify", {**_message(lead_id, at, message_id), "traits": dict(traits)})


def track(
    lead_id: str,
    event: str,
    properties: Values | None = None,
    *,
    at: datetime | str | None = None,
    message_id: str | None = None,
) -> Call[Taken]:
    """Tell that something happened with a lead.

    Parameters
    ----------
    lead_id : str
        The lead.
    event : str
        What: the name of an event, such as ``property_view``.
    properties : mapping of str to JSON value, optional
        More about it.
    at : datetime or str, optional
        When; now where not given.
    message_id : str, optional
        What the message is known by: the same one again counts once.
    """
    said = {**_message(lead_id, at, message_id), "event": event}
    return send("/v1/track", {**said, "properties": dict(properties)} if properties else said)


def batch(messages: Iterable[Mapping[str, object]]) -> Call[Taken]:
    """Send up to 2,500 messages in Segment's shapes at once; those with faults are told.

    Parameters
    ----------
    messages : iterable of mappings
        Each with ``type`` (identify or track), ``userId``, and what it says. One without a
        ``messageId`` gets one.
    """
    named = [{"messageId": fresh_id(), **one} for one in messages]
    return send("/v1/batch", {"batch": named})


def put_lead(lead_id: str, fields: Values, *, contact: Values | None = None) -> Call[Lead]:
    """State fields of a lead, which is made where it is not known; it is scored at once.

    Parameters
    ----------
    lead_id : str
        The lead.
    fields : mapping of str to JSON value
        Its fields, as far as they are stated; the others stay.
    contact : mapping of str to JSON value, optional
        Whom to reach: name, email, phone, company.
    """
    body = {"fields": dict(fields), **({"contact": dict(contact)} if contact else {})}
    return send(f"/v1/leads/{part(lead_id)}", body, method="PUT")


def get_lead(lead_id: str) -> Call[Lead]:
    """Return what is known of a lead now, with its last score."""
    return get(f"/v1/leads/{part(lead_id)}")


def list_leads(*, after: str | None = None, most: int | None = None) -> Call[LeadPage]:
    """Return leads by rising id, from the one after `after` on."""
    return get("/v1/leads", after=after, most=most)


def import_leads(
    content: bytes,
    *,
    name: str = "leads.csv",
    mapping: Mapping[str, str] | None = None,
    dates: Literal["", "d/m/y", "m/d/y"] = "",
    dry_run: bool = False,
) -> Call[Imported]:
    """Bring in what the rows of a file say of leads; the same file again changes nothing.

    Parameters
    ----------
    content : bytes
        A CSV or Parquet file of up to 100,000 rows; its header names the columns.
    name : str
        What it is called.
    mapping : mapping of str to str, optional
        By column what it is, where its header does not tell: ``{"Annual income": "income"}``.
    dates : {"", "d/m/y", "m/d/y"}
        How dates with slashes are written.
    dry_run : bool
        Whether to say what would come in, and write nothing.
    """
    said = {"mapping": json.dumps(dict(mapping or {})), "dates": dates}
    fields = {**said, "dry_run": "true" if dry_run else "false"}
    form, kind = form_of(content, name=name, fields=fields)
    return send("/v1/leads/import", form, content_type=kind, repeats="freely")


def erase_lead(lead_id: str) -> Call[Table]:
    """Erase a lead everywhere (GDPR Art. 17); it cannot come back."""
    return send(f"/v1/leads/{part(lead_id)}", method="DELETE")


def export_lead(lead_id: str) -> Call[Table]:
    """Return all that is held of a lead (GDPR Art. 15)."""
    return get(f"/v1/leads/{part(lead_id)}/export")


def set_objection(lead_id: str, *, objects: bool) -> Call[Table]:
    """Note that a lead may not be profiled (GDPR Art. 21), or that it may: it is Unscored then."""
    return send(f"/v1/leads/{part(lead_id)}/objection", {"objects": objects})


def score_history(lead_id: str, *, most: int | None = None) -> Call[ScoreHistory]:
    """Return a lead's scores, the last one first, each with what changed."""
    return get(f"/v1/leads/{part(lead_id)}/scores", most=most)


def get_score(score_id: str) -> Call[ScoreRecord]:
    """Return a score that was kept."""
    return get(f"/v1/scores/{part(score_id)}")


def replay(score_id: str, *, record: ScoreRecord | None = None) -> Call[Replayed]:
    """Work a score out again, for the same input under the same model, and compare the two.

    Parameters
    ----------
    score_id : str
        The score.
    record : ScoreRecord, optional
        The whole answer that was given, of a score that was not kept.
    """
    said = {} if record is None else {"record": record}
    return send(f"/v1/scores/{part(score_id)}/replay", said, repeats="freely")


def _message(
    lead_id: str, at: datetime | str | None, message_id: str | None
) -> dict[str, str | None]:
    moment = {} if at is None else {"timestamp": wire_moment(at)}
    return {"userId": lead_id, "messageId": message_id or fresh_id(), **moment}
