"""Every call of the REST API, described as a value by a function of its name."""
