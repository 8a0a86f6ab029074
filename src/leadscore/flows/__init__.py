"""Use cases: load, call the pure steps, save."""
