"""The kinds of columns that the tables are made of."""

from typing import Any  # Any: what a JSON column holds

from sqlalchemy import JSON, TEXT, BigInteger, Column, Integer
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from leadscore.errors import BadInput

__all__ = ["Words", "json_column", "moment", "number", "sequence", "words"]


class Words(TypeDecorator[str]):
    """Text that both databases can keep: PostgreSQL refuses zero bytes, neither has lone halves."""

    impl = TEXT
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Return text that is sorted by its code points, as SQLite and Python sort it."""
        return TEXT(collation="C") if dialect.name == "postgresql" else TEXT()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Return the text, if it can be kept."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        if "\0" in value or _has_lone_half(value):
            raise BadInput(
                "A text cannot be kept.", allowed="text without zero bytes and surrogates"
            )
        return value


def words(name: str, *, null: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Words, nullable=null)


def moment(name: str, *, null: bool = False) -> Column[int]:
    """Return a column of microseconds since 1970-01-01 UTC."""
    return Column(name, BigInteger, nullable=null)


def number(name: str, *, default: int | None = None, null: bool = False) -> Column[int]:
    """Return a column of whole numbers."""
    text = None if default is None else str(default)
    return Column(name, BigInteger, nullable=null, server_default=text)


def sequence(name: str) -> Column[int]:
    """Return a primary key that the database counts up: the order in which rows came."""
    # SQLite counts up what is called INTEGER alone
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def json_column(name: str) -> Column[Any]:
    """Return a column of JSON that gives back what was put in, to the last bit.

    That is PostgreSQL's ``json``: its ``jsonb`` makes a whole number of 301 digits of 1e300, and
    sorts the keys.
    """
    return Column(name, JSON(none_as_null=True), nullable=False)


def _has_lone_half(text: str) -> bool:
    """Tell whether there is half of a pair of surrogates, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
