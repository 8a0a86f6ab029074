"""The live service: the REST API, and how it is run."""
