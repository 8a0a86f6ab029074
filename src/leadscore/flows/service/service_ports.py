"""What flows ask of a store about the service itself: keys, the audit log, webhooks, models."""

from collections.abc import Collection, Mapping
from typing import Protocol

from leadscore.flows.service.service_rows import (
    DeliveryRow,
    DeliveryState,
    KeyRow,
    MessageRow,
    ModelRow,
    PromotionRow,
    ReplyRow,
    TrailRow,
    WebhookRow,
)

__all__ = [
    "Deliveries",
    "Keys",
    "Leases",
    "Models",
    "Outbox",
    "Promotions",
    "Replies",
    "Trail",
    "Webhooks",
]


class Keys(Protocol):
    """Keys to the service."""

    def add(self, key: KeyRow) -> None:
        """Keep a new key."""

    def find(self, prefix: str) -> KeyRow | None:
        """Return the key with this prefix, also one that is not accepted any more."""

    def all(self) -> list[KeyRow]:
        """Return all keys, the oldest first."""

    def revoke(self, prefix: str, *, at: int) -> bool:
        """Refuse the key from now on; False where it is not there or was revoked before."""

    def expire(self, prefix: str, *, at: int) -> bool:
        """Refuse the key from a moment on; False where it ends earlier or is not there."""

    def used(self, prefix: str, *, at: int, every: int) -> bool:
        """Write down that the key was used, unless that was done less than `every` ago.

        Returns
        -------
        bool
            Whether it was written down.
        """


class Trail(Protocol):
    """The audit log: appended to, never changed."""

    def add(self, line: TrailRow) -> None:
        """Write a line; of its lead a salted hash alone."""

    def page(
        self, *, lead_id: str | None = None, before: int | None = None, most: int
    ) -> list[TrailRow]:
        """Return lines, the last one first: all or a lead's, perhaps only those below a number."""


class Replies(Protocol):
    """Answers to writes, kept so that the same write again gets the same answer."""

    def reserve(self, actor: str, key: str, *, request: str, at: int) -> ReplyRow | None:
        """Return the answer that is kept under the key; None where the caller is to work it out.

        Then it does that in the same transaction, and ends with `keep`; others who come with the
        key meanwhile wait. An answer to another `request` is a conflict, which the caller tells.
        """

    def keep(self, reply: ReplyRow, *, lead_ids: Collection[str]) -> None:
        """Keep the answer to a key that was reserved.

        `lead_ids` are all the leads that it says anything about: it goes when one is erased.
        """

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` answers from before a moment; return how many."""


class Leases(Protocol):
    """Who alone does a thing that must not be done twice at once."""

    def take(self, name: str, *, holder: str, now: int, until: int) -> bool:
        """Take or renew a lease; False while somebody else has it."""

    def give_back(self, name: str, *, holder: str) -> None:
        """Let others have the lease now."""


class Webhooks(Protocol):
    """Who outside is told what."""

    def add(self, webhook: WebhookRow) -> None:
        """Keep a new webhook."""

    def get(self, webhook_id: str) -> WebhookRow | None:
        """Return a webhook; None where there is none."""

    def all(self) -> list[WebhookRow]:
        """Return all webhooks, the oldest first."""

    def disable(self, webhook_id: str, *, at: int | None) -> bool:
        """Send it nothing since a moment, or (None) send again; False where there is none."""

    def renew(self, webhook_id: str, *, secret: str, former_until: int) -> bool:
        """Sign with another secret, and until a moment with the one before too.

        Returns
        -------
        bool
            Whether there is such a webhook.
        """

    def remove(self, webhook_id: str) -> bool:
        """Remove a webhook with its deliveries; False where there is none."""


class Outbox(Protocol):
    """What is to be told, written down in the transaction that it tells of."""

    def add(self, told: Collection[MessageRow]) -> int:
        """Put messages in for each webhook that asked for their kind; return how many go out.

        A message that nobody asked for is not kept, and one that is there already is not put in
        again.
        """

    def expire(self, *, before: int, most: int) -> int:
        """Remove up to `most` messages from before a moment of which none is waiting any more."""


class Deliveries(Protocol):
    """Messages on their way, in order for each lead and webhook."""

    def receivers_due(self, *, now: int) -> list[str]:
        """Return the webhooks for which something is due, the longest overdue first."""

    def claim(self, webhook_id: str, *, now: int, until: int, most: int) -> list[DeliveryRow]:
        """Take up to `most` deliveries that are due, one of each lead; each is an attempt begun.

        Nobody else gets them before `until`. A lead's next one is due once this is sent or dead.
        """

    def settle(self, delivery: DeliveryRow) -> bool:
        """Write down how an attempt ended: its state, when next, status and error.

        Returns
        -------
        bool
            Whether that was done: False where the claim was over and somebody made a later attempt.
        """

    def resend(self, delivery_id: int, *, at: int) -> bool:
        """Make a delivery wait again, as if never tried; False where it waits already."""

    def get(self, delivery_id: int) -> DeliveryRow | None:
        """Return a delivery; None where there is none."""

    def page(
        self,
        webhook_id: str,
        *,
        state: DeliveryState | None = None,
        before: int | None = None,
        most: int,
    ) -> list[DeliveryRow]:
        """Return a webhook's deliveries, the last one first, perhaps those below a number."""

    def of(self, lead_id: str) -> list[DeliveryRow]:
        """Return all deliveries about a lead, the first one first."""

    def counts(self) -> Mapping[DeliveryState, int]:
        """Return how many deliveries there are of each state."""

    def waiting_since(self) -> int | None:
        """Return when the oldest message that still waits was made; None where none waits."""


class Models(Protocol):
    """Models by digest, and the parts of their bundles."""

    def add(
        self, model: ModelRow, parts: Mapping[str, bytes], *, taught_by: Collection[str] = ()
    ) -> bool:
        """Keep a model with its parts, and by which leads it was taught; False if it is there."""

    def get(self, digest: str) -> ModelRow | None:
        """Return a model's row; None where it is not kept."""

    def all(self) -> list[ModelRow]:
        """Return all models, the last one first."""

    def parts(self, digest: str) -> Mapping[str, bytes]:
        """Return the parts of a model's bundle by their names; none where it is not kept."""


class Promotions(Protocol):
    """Which model was the champion when, and why."""

    def add(self, promotion: PromotionRow) -> bool:
        """Make a model the champion; False where another one than `replaced` is it by now."""

    def live(self) -> PromotionRow | None:
        """Return the promotion of the champion; None before the first."""

    def page(self, *, most: int) -> list[PromotionRow]:
        """Return promotions, the last one first."""
