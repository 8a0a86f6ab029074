"""What the service answers, as types: a checker and an editor know what is in it."""

from typing import Literal, NotRequired, TypedDict

from leadscore.client.calls.call import Json

__all__ = [
    "BatchScores",
    "BriefScore",
    "Imported",
    "KeptModel",
    "Key",
    "Keys",
    "Lead",
    "LeadBrief",
    "LeadPage",
    "Logged",
    "LoggedAll",
    "Models",
    "NewKey",
    "NewWebhook",
    "PastScore",
    "Replayed",
    "ScoreHistory",
    "ScoreRecord",
    "Standing",
    "Table",
    "Taken",
    "Task",
    "TaskDetails",
    "Webhook",
    "Worklist",
    "WorklistItem",
]

#: An answer whose parts are for people, or as a schema says.
Table = dict[str, Json]
Role = Literal["rep", "manager", "service", "admin"]


class ScoreRecord(TypedDict):
    """A score and why."""

    lead_id: str | None
    score: float | None
    tier: str
    tier_set: list[str]
    outcome_set: list[str] | None
    confidence: float | None
    probabilities: dict[str, float] | None
    expected_conversion: float | None
    themes: dict[str, float] | None
    base: float | None
    reasons: list[Table] | None
    similar: Table | None
    notes: list[Table]
    action: Table | None
    model: dict[str, str]
    as_of: str
    score_id: str
    input: NotRequired[Table]


class BatchScores(TypedDict):
    """The scores of leads, and what is wrong with those that have none."""

    scores: list[ScoreRecord | None]
    errors: list[Table]


class BriefScore(TypedDict):
    """A lead's score as it is told beside other things."""

    score_id: str
    score: float | None
    tier: str
    expected_conversion: float | None
    scored_at: str


class Taken(TypedDict):
    """What became of messages: how many were new, there already, and not used here."""

    accepted: int
    repeated: int
    passed_over: int
    errors: list[Table]
    scores: dict[str, BriefScore]


class Imported(TypedDict):
    """What became of a file's rows; each is in one of new, updated, unchanged, erased, refused."""

    dry_run: bool
    rows: int
    new: int
    updated: int
    unchanged: int
    erased: int
    refused: int
    outcomes: int
    columns: dict[str, str]
    ignored: list[str]
    statuses: dict[str, int]
    errors: list[Table]


class Standing(TypedDict):
    """Where a lead stands after its outcomes."""

    state: Literal["open", "contacted", "qualified", "converted", "lost"]
    since: str | None
    value: float | None
    reason: str | None
    contacted_at: str | None


class Lead(TypedDict):
    """What is known of a lead now; `fields` is null while no model is live."""

    lead_id: str
    created_at: str
    objected_at: str | None
    fields: Table | None
    contact: dict[str, str] | None
    last_active_at: str | None
    standing: Standing
    score: ScoreRecord | None


class LeadBrief(TypedDict):
    """A lead in a list of many."""

    lead_id: str
    created_at: str
    objected_at: str | None
    standing: str
    score: BriefScore | None


class LeadPage(TypedDict):
    """Some leads; with `after` the next ones are asked for."""

    leads: list[LeadBrief]
    after: str | None
    total: int


class PastScore(BriefScore):
    """A score that a lead had, and what changed since the one before."""

    as_of: str
    cause: str
    model: str
    points: float | None
    words: str
    parts: list[Table]


class ScoreHistory(TypedDict):
    """A lead's scores, the last one first."""

    scores: list[PastScore]


class Replayed(TypedDict):
    """A score worked out again; `same` is null where a part of it is gone."""

    score_id: str
    same: bool | None
    record: ScoreRecord | None
    missing: list[str]
    differs: list[str]


class Logged(TypedDict):
    """An outcome as it was written down."""

    id: str
    lead_id: str
    kind: str
    occurred_at: str
    repeated: bool
    standing: Standing
    done: list[str]


class LoggedAll(TypedDict):
    """What became of outcomes: how many were new, and there already; which tasks are done now."""

    accepted: int
    repeated: int
    done: list[str]
    errors: list[Table]


class Task(TypedDict):
    """One lead to call in one wave, and the moves that people may make with it now."""

    id: str
    lead_id: str
    wave: str
    tier: str
    lane: Literal["priority", "explore"]
    state: Literal["open", "claimed", "snoozed", "done"]
    owner: str | None
    created_at: str
    due_at: str | None
    lease_until: str | None
    snoozed_until: str | None
    done_by: str | None
    done_at: str | None
    override: Table | None
    allowed: list[str]


class WorklistItem(TypedDict):
    """A lead to call, and why; its name is told to people alone."""

    lead_id: str
    tier: str
    score: float | None
    worth: float
    due_at: str | None
    owner: str | None
    reasons: list[str]
    task: Task
    name: NotRequired[str | None]


class Worklist(TypedDict):
    """Whom to call next, in order; `total` counts all pages."""

    items: list[WorklistItem]
    total: int


class TaskDetails(WorklistItem):
    """A task, and the moves that were made with it."""

    moves: list[Table]


class KeptModel(TypedDict):
    """A model of the registry; `erased` counts those of its leads that were erased since."""

    digest: str
    name: str
    version: str
    recipe: str
    added_at: str
    added_by: str
    note: str
    size: int
    erased: int
    live: bool
    figures: Table


class Models(TypedDict):
    """All models, the last one added first."""

    models: list[KeptModel]


class Key(TypedDict):
    """A key, without its secret."""

    prefix: str
    role: Role
    name: str
    state: str
    per_minute: int | None
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class Keys(TypedDict):
    """All keys."""

    keys: list[Key]


class NewKey(Key):
    """A key that was made: `key` is its text, which is shown here and never again."""

    key: str


class Webhook(TypedDict):
    """Somebody outside who is told, without the secret."""

    id: str
    url: str
    kinds: list[str]
    created_at: str
    created_by: str
    disabled_at: str | None


class NewWebhook(Webhook):
    """A webhook that was made: its secret is shown here and never again."""

    secret: str
