"""The routes of the REST API, one file an idea; scoring alone has a path of its own."""
