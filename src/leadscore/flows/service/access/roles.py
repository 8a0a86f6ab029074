"""Which role may do what: one table, asked by every route and every command."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from leadscore.errors import NotAllowed
from leadscore.flows.service.context import Caller
from leadscore.flows.service.service_rows import Role

__all__ = ["ALLOWED", "Action", "permit"]

Action = Literal[
    "score",
    "score.read",
    "score.replay",
    "lead.read",
    "lead.write",
    "lead.import",
    "lead.export",
    "lead.object",
    "lead.erase",
    "events.write",
    "outcome.write",
    "worklist.read",
    "task.move",
    "model.read",
    "model.promote",
    "model.change",
    "webhook.manage",
    "key.manage",
    "trail.read",
]

_ALL: frozenset[Role] = frozenset(("rep", "manager", "service", "admin"))
#: Who runs things: all but those who call leads.
_RUNNING: frozenset[Role] = frozenset(("manager", "service", "admin"))
#: People; a machine calls nobody.
_PEOPLE: frozenset[Role] = frozenset(("rep", "manager", "admin"))
_LEADING: frozenset[Role] = frozenset(("manager", "admin"))
_ADMIN: frozenset[Role] = frozenset(("admin",))

#: Who may do what. `model.promote` is promote and roll back, `model.change` is to add a model.
ALLOWED: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        "score": _ALL,
        "score.read": _ALL,
        "score.replay": _ALL,
        "lead.read": _ALL,
        "lead.write": _RUNNING,
        "lead.import": _RUNNING,
        "lead.export": _RUNNING,
        "lead.object": _RUNNING,
        "lead.erase": _RUNNING,
        "events.write": frozenset(("service", "admin")),
        "outcome.write": _ALL,
        "worklist.read": _ALL,
        "task.move": _PEOPLE,
        "model.read": _RUNNING,
        "model.promote": _LEADING,
        "model.change": _ADMIN,
        "webhook.manage": _ADMIN,
        "key.manage": _ADMIN,
        "trail.read": _LEADING,
    }
)


def permit(caller: Caller, action: Action) -> None:
    """Let the caller do it, or refuse.

    Parameters
    ----------
    caller : Caller
        Who asks.
    action : str
        What for.

    Raises
    ------
    NotAllowed
        If the caller's role may not do that.

    Examples
    --------
    >>> permit(Caller(actor="k1", role="admin"), "lead.erase")
    """
    allowed = ALLOWED[action]
    if caller.role not in allowed:
        raise NotAllowed(
            f"{action} was asked for with a key of the role {caller.role!r}.",
            allowed=", ".join(sorted(allowed)),
            next_step="Use a key of one of those roles; an admin can make one.",
        )
