"""The Python client of the REST API: calls, each described once, and two who make them."""
