"""How the `market` world comes about: arrivals, people, events, chances, outcomes, leaks."""
