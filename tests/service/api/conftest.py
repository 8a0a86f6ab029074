"""What the tests of the API share."""

from tests.service.api.served import served

__all__ = ["served"]
