"""The live service's memory, for commands on the server's machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadscore.flows.service.context import Champion, Context
    from leadscore.flows.service.ports import Store
    from leadscore.settings import Settings

__all__ = ["Memory", "memory"]

#: As whom commands count: who is on the server's machine may do everything.
_ACTOR = "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The service's memory, and what its use cases ask for.

    Parameters
    ----------
    store : Store
        Where all is kept.
    settings : Settings
        What the operator decided.
    clock : callable
        Tells the moment.
    """

    store: "Store"
    settings: "Settings"
    clock: "Callable[[], int]"

    def context(self, champion: "Champion | None" = None) -> "Context":
        """Return what a use case is told now."""
        from leadscore.flows.service.context import Caller, Context  # noqa: PLC0415
        from leadscore.wiring import rules  # noqa: PLC0415

        return Context(
            now=self.clock(),
            caller=Caller(actor=_ACTOR, role="admin"),
            champion=champion,
            rules=rules(self.settings),
        )

    def champion(self) -> "Champion | None":
        """Return the model that is live; None where none is."""
        from leadscore.flows.service.registry.champion import load_champion  # noqa: PLC0415

        with self.store.begin(write=False) as work:
            return load_champion(work)


@contextmanager
def memory() -> Iterator[Memory]:
    """Give the memory that the environment names (``LEADSCORE_DATABASE_URL``)."""
    from leadscore.settings import environment_settings  # noqa: PLC0415
    from leadscore.wiring import clock, store  # noqa: PLC0415

    settings = environment_settings()
    opened = store(settings)
    try:
        opened.prepare()
        yield Memory(store=opened, settings=settings, clock=clock())
    finally:
        opened.close()
