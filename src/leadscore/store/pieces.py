"""A table file that grows piece by piece beside its place, and goes on after a kill.

Beside ``out.parquet`` stands the folder ``.out.parquet.parts`` while it is made. In it are the rows
so far, a line for each finished piece, what work they are of, and a lock.
"""

import errno
import json
import os
import platform
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa

from leadscore import __version__
from leadscore.errors import Exists, UserError
from leadscore.flows.ports import Packed
from leadscore.store.forms import Form, form_of
from leadscore.store.journal import Finished, finished_pieces
from leadscore.store.lock import try_lock
from leadscore.store.texts import refuse_existing

__all__ = ["PieceFile", "PieceStream", "open_pieces", "parts_folder"]

_LOCK, _WORK, _JOURNAL, _ROWS = "lock", "work.json", "pieces.jsonl", "rows"

#: The disk is full, or this user's share of it.
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def open_pieces(
    path: str, *, work: Mapping[str, str], metadata: Mapping[str, str], force: bool = False
) -> Iterator["PieceFile | PieceStream"]:
    """Give a table file to be written piece by piece, which is whole at its name or not there.

    An error leaves nothing. A kill leaves the finished pieces, and so does an interrupt: whoever
    opens the file for the same work goes on behind them.

    Parameters
    ----------
    path : str
        Where to: ``.csv``, ``.csv.gz`` or ``.parquet``, or ``-`` for CSV to stdout, of which
        nothing is kept.
    work : mapping of str to str
        All that the bytes depend on, each part with a word for it. Empty where it cannot be told:
        then nothing of another run is taken over.
    metadata : mapping of str to str
        What the file says about itself.
    force : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    Exists
        If the file is there and may not be replaced, or another run is writing it.
    NotFound
        If its folder is not there.
    BadRequest
        If the name's ending is none that is known.
    UserError
        If the disk is full.
    """
    form = form_of(path, metadata)
    if path == "-":
        yield PieceStream(form)
        return
    _refuse(path, force=force)
    with _explained(path), _own_folder(path):
        pieces = PieceFile(path, form, _with_versions(work), force=force)
        try:
            yield pieces
        finally:
            pieces.shut()


def parts_folder(path: str) -> Path:
    """Return the folder in which the file at `path` is made.

    Examples
    --------
    >>> parts_folder("scores/out.parquet").as_posix()
    'scores/.out.parquet.parts'
    """
    return Path(path).with_name(f".{Path(path).name}.parts")


class PieceStream:
    """Stdout; what went there is gone.

    Parameters
    ----------
    form : Form
        How a table becomes bytes.
    """

    done: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __init__(self, form: Form) -> None:
        self._form = form
        self._begun = False

    def pack(self, table: pa.Table) -> Packed:
        """Return the bytes of a piece; in any thread."""
        return self._form.pack(table)

    def add(self, packed: Packed, note: str) -> None:  # noqa: ARG002 -- nobody goes on behind it
        """Write a piece."""
        for part in ([] if self._begun else [packed.head], packed.body):
            sys.stdout.buffer.writelines(part)
        self._begun = True

    def kept(self) -> bool:
        """Tell that an interrupt leaves nothing to go on from."""
        return False

    def close(self) -> None:
        """Write what is still held."""
        sys.stdout.buffer.flush()


class PieceFile:
    """A file that is made in the folder beside it, which the caller has locked.

    Parameters
    ----------
    path : str
        Where the file belongs.
    form : Form
        How a table becomes bytes.
    work : mapping of str to str
        What it is made of; empty where nothing may be taken over.
    force : bool
        Whether a file that is there may be replaced.

    Attributes
    ----------
    done : tuple of str
        What was noted with each piece that another run of the same work has finished.
    changed : tuple of str
        What differs from the work that another run had begun here, so that nothing of it counts.
    """

    def __init__(self, path: str, form: Form, work: Mapping[str, str], *, force: bool) -> None:
        self._path, self._force = path, force
        self._form = form
        self._folder = parts_folder(path)
        self._pieces, self.changed = _left_behind(self._folder, work)
        self.done = tuple(one.note for one in self._pieces)
        if not self._pieces:
            _write_work(self._folder, work)
        self._rows = (self._folder / _ROWS).open("r+b" if self._pieces else "wb")
        self._rows.truncate(self._end)
        self._rows.seek(self._end)
        self._journal = (self._folder / _JOURNAL).open("wb", buffering=0)
        self._journal.write(b"".join(one.line() + b"\n" for one in self._pieces))

    def pack(self, table: pa.Table) -> Packed:
        """Return the bytes of a piece; in any thread."""
        return self._form.pack(table)

    def add(self, packed: Packed, note: str) -> None:
        """Append the next piece, and what is to be known of it after a kill."""
        end, crc = self._end, 0
        head = [] if self._pieces else [memoryview(packed.head)]
        for part in (*head, *packed.body):
            self._rows.write(part)
            crc, end = zlib.crc32(part, crc), end + len(part)
        # first the rows and then the line: a line tells of rows that are there
        self._rows.flush()
        foot = self._form.placed(packed.foot, end - sum(map(len, packed.body)))
        piece = Finished(end=end, crc=crc, foot=foot, note=note)
        self._journal.write(piece.line() + b"\n")
        self._pieces.append(piece)

    def close(self) -> None:
        """Put the file in its place.

        Raises
        ------
        Exists
            If a file has appeared there meanwhile and may not be replaced.
        """
        self._rows.write(self._form.end([one.foot for one in self._pieces]))
        self._rows.flush()
        # a name that outlives a power cut must not stand for bytes that did not
        os.fsync(self._rows.fileno())
        _refuse(self._path, force=self._force)
        self._rows.close()
        (self._folder / _ROWS).replace(self._path)

    def kept(self) -> bool:
        """Tell whether an interrupt now would leave pieces to go on from."""
        return _goes_on(self._folder)

    def shut(self) -> None:
        """Close what is open."""
        self._rows.close()
        self._journal.close()

    @property
    def _end(self) -> int:
        return self._pieces[-1].end if self._pieces else 0


def _left_behind(folder: Path, work: Mapping[str, str]) -> tuple[list[Finished], tuple[str, ...]]:
    """Return the pieces to go on from, or what has changed since they were made."""
    if not (work and _goes_on(folder)):
        return [], ()
    try:
        found = dict(json.loads((folder / _WORK).read_bytes()))
    except (TypeError, ValueError):
        return [], ()
    changed = tuple(name for name in {**work, **found} if work.get(name) != found.get(name))
    return ([], changed) if changed else (finished_pieces(folder / _JOURNAL, folder / _ROWS), ())


def _write_work(folder: Path, work: Mapping[str, str]) -> None:
    # without its lines nothing that is left counts, whatever a kill leaves of the rest
    for name in (_JOURNAL, _WORK):
        (folder / name).unlink(missing_ok=True)
    if work:
        (folder / _WORK).write_text(json.dumps(dict(work), indent=1) + "\n", encoding="utf-8")


def _goes_on(folder: Path) -> bool:
    """Tell whether there are finished pieces in the folder, of work that is known."""
    journal = folder / _JOURNAL
    return (folder / _WORK).is_file() and journal.is_file() and journal.stat().st_size > 0


def _with_versions(work: Mapping[str, str]) -> dict[str, str]:
    versions = {
        "leadscore": __version__,
        "Python": platform.python_version(),
        "pyarrow": str(pa.__version__),
        "numpy": np.__version__,
    }
    return (
        {**work, "the version of leadscore or its libraries": json.dumps(versions)} if work else {}
    )


def _refuse(path: str, *, force: bool) -> None:
    if Path(path).is_dir():
        raise Exists(f"The folder {path!r} is there already.", next_step="Choose another name.")
    refuse_existing(path, force=force)


@contextmanager
def _own_folder(path: str) -> Iterator[None]:
    """Have the folder beside `path` alone; it stays if finished pieces were interrupted."""
    folder = parts_folder(path)
    lock = _lock(folder, path)
    kept = False
    try:
        yield
    except KeyboardInterrupt:
        kept = _goes_on(folder)
        raise
    finally:
        if not kept:
            _clear(folder)
        os.close(lock)


def _clear(folder: Path) -> None:
    # the lock goes last and is held on to: nobody can begin in a folder that is about to go
    for name in (_JOURNAL, _ROWS, _WORK, _LOCK):
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _lock(folder: Path, path: str) -> int:
    while True:
        folder.mkdir(exist_ok=True)
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:
            # the run that had the folder ended just now, and took it away
            continue
        if not try_lock(lock):
            os.close(lock)
            raise Exists(
                f"Another run is writing {path!r}.",
                next_step="Wait for it to end, or choose another name.",
            )
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), (folder / _LOCK).stat()):
                return lock
        os.close(lock)


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise UserError(
            f"There is no room for {path!r}: {error.strerror}.",
            next_step="Make room, or write elsewhere.",
        ) from error
