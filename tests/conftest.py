"""What all tests share: how hypothesis looks for counterexamples."""

from hypothesis import HealthCheck, settings

# No deadline: a test may not fail because its machine is busy.
settings.register_profile(
    "leadscore",
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("leadscore")
