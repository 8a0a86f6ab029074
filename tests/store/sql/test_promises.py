"""The store keeps every promise of the ports, and has nothing that no port promises."""

import ast
import inspect
import typing
from collections.abc import Callable

import pytest

from leadscore.flows.service.ports import Work
from leadscore.store.sql.store import SqlStore, SqlWork
from tests.house.source import MODULES

PORTS = {
    name: typing.get_type_hints(part.fget)["return"]
    for name, part in vars(Work).items()
    if isinstance(part, property)
}


def public(kind: type) -> dict[str, Callable[..., object]]:
    return {
        name: member
        for name, member in vars(kind).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


@pytest.fixture
def work(store: SqlStore) -> SqlWork:
    """Return all there is to do, once the transaction is over."""
    with store.begin(write=False) as begun:
        return begun


def test_there_is_something_for_each_port(work: SqlWork) -> None:
    assert set(vars(work)) == set(PORTS)


@pytest.mark.parametrize("name", PORTS)
def test_each_promise_is_kept_as_it_was_made(name: str, work: SqlWork) -> None:
    promised, kept = public(PORTS[name]), public(type(getattr(work, name)))
    assert set(kept) == set(promised)
    for method, promise in promised.items():
        assert inspect.signature(kept[method]) == inspect.signature(promise), method


def test_sql_is_written_by_sqlalchemy_alone() -> None:
    """Text is for what has no other words: pragmas, the migrations' lock, somebody's query."""
    written = {
        one.name
        for one in MODULES
        if one.layer == "store"
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute) and node.attr == "exec_driver_sql"
    }
    assert written == {
        "store/sql/database.py",
        "store/sql/engine.py",
        "store/sql/source.py",
        "store/sql/store.py",
    }
