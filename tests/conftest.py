"""What all tests share: real databases, and how hypothesis looks for counterexamples."""

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
