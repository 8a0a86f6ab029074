"""Which role may do what."""

from typing import get_args

import pytest

from leadscore.errors import NotAllowed
from leadscore.flows.service.access.keys import ROLES
from leadscore.flows.service.access.roles import ALLOWED, Action, permit
from leadscore.flows.service.context import Caller
from leadscore.flows.service.service_rows import Role

#: What a role may do, said again in other words than in the table.
NEVER: dict[Role, set[str]] = {
    "rep": {
        "lead.write",
        "lead.import",
        "lead.export",
        "lead.object",
        "lead.erase",
        "events.write",
        "model.read",
        "model.promote",
        "model.change",
        "webhook.manage",
        "key.manage",
        "trail.read",
    },
    "manager": {"events.write", "model.change", "webhook.manage", "key.manage"},
    "service": {
        "task.move",
        "model.promote",
        "model.change",
        "webhook.manage",
        "key.manage",
        "trail.read",
    },
    "admin": set(),
}


def test_every_action_is_in_the_table() -> None:
    assert set(ALLOWED) == set(get_args(Action))
    assert set(NEVER) == set(ROLES) == set(get_args(Role))


@pytest.mark.parametrize("action", get_args(Action))
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_may_and_nothing_else(role: Role, action: Action) -> None:
    caller = Caller(actor="k1", role=role)
    if action in NEVER[role]:
        with pytest.raises(NotAllowed) as caught:
            permit(caller, action)
        assert action in str(caught.value)
        assert role not in caught.value.allowed.split(", ")
    else:
        permit(caller, action)
