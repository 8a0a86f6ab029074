"""The REST API: its routes, and what they have in common."""
