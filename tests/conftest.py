"""What all tests share: real databases, and how hypothesis looks for counterexamples."""

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import bare_url, database_kind, database_url, migrated, store
from tests.postgres import postgres

#: What every test may ask for: fixtures are found by their names here.
__all__ = ["bare_url", "database_kind", "database_url", "migrated", "postgres", "store"]

# No deadline: a test may not fail because its machine is busy. The same cases each time: a change
# is judged by what it changed. `make hunt` looks at other cases in each run.
settings.register_profile(
    "leadscore",
    deadline=None,
    derandomize=True,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("hunt", settings.get_profile("leadscore"), derandomize=False)
settings.load_profile("leadscore")

#: Whole files go to one process each; those that start servers and kill them take longest.
_LONGEST = (
    "tests/service/",
    "tests/deploy/",
    "tests/worker/",
    "tests/client/",
    "tests/house/test_texts.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no process works on one alone in the end."""
    items.sort(key=lambda one: not one.nodeid.startswith(_LONGEST))
