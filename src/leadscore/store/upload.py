"""A table that came as bytes: kept as a file of its own while it is read."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadscore.errors import BadInput
from leadscore.store.local import LocalTable

__all__ = ["uploaded_table"]


@contextmanager
def uploaded_table(content: bytes, *, name: str) -> Iterator[LocalTable]:
    """Give the table in `content`; nobody else may read it, and at the end nothing of it stays.

    Parameters
    ----------
    content : bytes
        A CSV file, perhaps gzipped, or a Parquet file.
    name : str
        What a person calls it.
    """
    # its owner alone may enter the folder
    with tempfile.TemporaryDirectory(prefix="leadscore-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        try:
            yield LocalTable(path, name)
        except BadInput as error:
            # messages name the file: the sender knows it by another name
            raise BadInput(
                error.message.replace(repr(str(path)), repr(name)),
                allowed=error.allowed,
                next_step=error.next_step,
                faults=error.faults,
            ) from error
