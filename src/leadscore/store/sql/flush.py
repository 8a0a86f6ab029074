"""One flush to the disk for all writers of an SQLite file that wait for one."""

import os
import threading
from pathlib import Path

__all__ = ["SharedFlush"]


class SharedFlush:
    """Puts on the disk what was committed, once for all threads that wait for it meanwhile.

    A flush takes longer than a write. SQLite's own (``synchronous=FULL``) is made while nobody else
    may write, so that so many writes a second is all that there is. Here writers hand on their turn
    first, and then wait for a flush that began after their commit. What is committed is in the
    write-ahead log or, once SQLite has put it there with flushes of its own, in the database.

    Parameters
    ----------
    database : str
        The database's file.
    """

    def __init__(self, database: str) -> None:
        self._log = Path(f"{database}-wal")
        self._turn = threading.Condition()
        self._asked = self._done = 0
        self._busy = False

    def wait(self) -> None:
        """Return once all that was committed before the call is on the disk.

        Raises
        ------
        OSError
            If the disk refuses: then it is not known whether it is there.
        """
        with self._turn:
            self._asked += 1
            mine = self._asked
            while self._done < mine:
                if self._busy:
                    self._turn.wait()
                else:
                    self._lead()

    def _lead(self) -> None:
        """Flush for all who asked until now; the turn is free meanwhile, so that others may ask."""
        upto, self._busy = self._asked, True
        self._turn.release()
        try:
            _flush(self._log)
        finally:
            self._turn.acquire()
            self._busy = False
            self._turn.notify_all()
        self._done = upto


def _flush(log: Path) -> None:
    # never the database's own file: to close it would give up the locks that SQLite has on it
    try:
        handle = os.open(log, os.O_RDONLY)
    except FileNotFoundError:
        # the last connection was closed, and with it all was put into the database
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
