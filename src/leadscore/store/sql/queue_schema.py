"""A schema of its own for the worker's queue, on PostgreSQL."""

from sqlalchemy import URL, Connection, func, literal, select, text
from sqlalchemy.schema import CreateSchema

from leadscore.store.sql.engine import open_engine
from leadscore.store.sql.trouble import driver_errors

__all__ = ["prepare_queue"]

#: Workers that start at once wait for each other by this number.
_LOCK = 7_154_302_118


def prepare_queue(url: str, *, schema: str, tables: str, timeout: float) -> str:
    """Make the queue's tables, if they are not there yet.

    Parameters
    ----------
    url : str
        The database's.
    schema : str
        The name of the schema that is to hold them alone.
    tables : str
        The statements that make them.
    timeout : float
        How long to wait for a connection, in seconds.

    Returns
    -------
    str
        What the driver connects by, so that names mean tables of that schema.

    Raises
    ------
    Unavailable
        If the database is away.
    """
    engine = open_engine(url, pool=1, timeout=timeout)
    try:
        with driver_errors(write=True), engine.begin() as connection:
            _make(connection, schema, tables)
        return _place(engine.url, schema)
    finally:
        engine.dispose()


def _make(connection: Connection, schema: str, tables: str) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    if connection.scalar(select(func.to_regnamespace(schema).is_not(None))):
        return
    connection.execute(CreateSchema(schema))
    # until the transaction ends, names mean this schema's tables
    connection.execute(select(func.set_config("search_path", schema, literal(value=True))))
    connection.execute(text(tables))


def _place(url: URL, schema: str) -> str:
    own = url.query.get("options", "")
    options = [*([own] if isinstance(own, str) else own), f"-c search_path={schema}"]
    place = url.set(drivername="postgresql").update_query_dict({"options": " ".join(options)})
    return place.render_as_string(hide_password=False)
