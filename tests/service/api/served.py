"""A whole service in the test's own process, with a key of each role."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from leadscore import wiring
from leadscore.flows.service.access.keys import SECRET_BYTES, KeyTerms, make_key
from leadscore.flows.service.context import Caller, Context
from leadscore.flows.service.ports import Store
from leadscore.flows.service.registry.models import add_model
from leadscore.flows.service.registry.promotion import promote
from leadscore.flows.service.service_rows import Role
from leadscore.model.bundle import Model, dump_model
from leadscore.service.app import Service, build_app
from leadscore.service.live import Live
from leadscore.settings import Secret, Settings
from leadscore.testing.models import make_model

__all__ = ["ROLES", "Served", "add_key", "make_live", "open_service", "served"]

ROLES: tuple[Role, ...] = ("rep", "manager", "service", "admin")
_CLI = Caller(actor="cli", role="admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A service that runs.

    Parameters
    ----------
    app : Service
        The application.
    client : TestClient
        Calls it.
    store : Store
        Its memory.
    keys : mapping of str to str
        A key of each role.
    """

    app: Service
    client: TestClient
    store: Store
    keys: Mapping[Role, str]

    def call(self, method: str, path: str, *, role: Role = "admin", **more: Any) -> Any:
        """Return the answer to a request with a role's key."""
        headers = {"authorization": f"Bearer {self.keys[role]}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)


@contextmanager
def open_service(
    url: str, *, model: Model | None = None, quiet: bool = True, **settings: Any
) -> Iterator[Served]:
    """Yield a service on a database that has its tables; with a small model by default."""
    said = replace(Settings(), database_url=Secret(url), **settings)
    store = wiring.store(said)
    make_live(store, model or make_model())
    keys = {role: add_key(store, role, number) for number, role in enumerate(ROLES)}
    app = build_app(said, store=store, clock=wiring.clock(), live=Live(store, every=0.05))
    if quiet:
        # thousands of requests would fill a failed test's output
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Served(app=app, client=client, store=store, keys=keys)
    finally:
        structlog.reset_defaults()
        store.close()


def make_live(store: Store, model: Model) -> None:
    """Make a model the champion."""
    with store.begin(write=True) as work:
        context = Context(now=wiring.clock()(), caller=_CLI)
        digest = str(add_model(work, context, dump_model(model))["digest"])
        promote(work, context, digest, reason="a test")


def add_key(store: Store, role: Role, number: int, **terms: Any) -> str:
    """Make a key of a role; return its text."""
    with store.begin(write=True) as work:
        context = Context(now=terms.pop("now", wiring.clock()()), caller=_CLI)
        secret = bytes([number]) * SECRET_BYTES
        return make_key(work, context, KeyTerms(role=role, **terms), secret=secret).text


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    """Return a service on each of the databases."""
    with open_service(database_url) as one:
        yield one
