"""A replay of the past: whom a team would have called, and what came of it."""
