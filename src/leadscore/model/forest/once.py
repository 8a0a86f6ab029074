"""A property that is made once, though several threads ask for it first."""

from functools import cached_property
from threading import RLock
from typing import Any, Self, TypeVar, overload  # Any: whatever the property belongs to

__all__ = ["once"]

_Value = TypeVar("_Value")
#: One for all: what is made asks for other such properties.
_MAKING = RLock()


class once(cached_property[_Value]):  # noqa: N801 -- a decorator, as cached_property is
    """A `functools.cached_property` that others wait for while it is made.

    Without that two requests that meet a model first would each make its tables; from Python 3.12
    on `cached_property` lets them.
    """

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> _Value: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the value; once it is made, Python finds it without coming here."""
        with _MAKING:
            return super().__get__(instance, owner)
