"""Texts into files: whole at their name, or not there."""

import os
import shutil
import sys
from pathlib import Path

from leadscore.errors import BadInput, Exists, NotFound

__all__ = ["own_folder", "read_text", "refuse_existing", "write_text"]

#: What tells a folder that leadscore made, and may replace, from a person's own.
_MARKER = ".made-by-leadscore"


def read_text(path: str | Path) -> str:
    """Return the UTF-8 text at `path`; ``-`` is stdin.

    Raises
    ------
    NotFound
        If there is no such file.
    BadInput
        If it is not UTF-8.
    """
    if str(path) != "-" and not Path(path).is_file():
        what = "a folder" if Path(path).is_dir() else "not there"
        raise NotFound(f"The file {str(path)!r} is {what}.", next_step="Check the path.")
    raw = sys.stdin.buffer.read() if str(path) == "-" else Path(path).read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"The file {str(path)!r} is no UTF-8 text.") from error


def write_text(path: str | Path, text: str, *, force: bool = False) -> None:
    """Write `text` to `path`, beside it first, so that it is whole or absent; ``-`` is stdout.

    Raises
    ------
    Exists
        If the file is there and may not be replaced.
    NotFound
        If its folder is not there.
    """
    if str(path) == "-":
        sys.stdout.write(text)
        return
    refuse_existing(path, force=force)
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode("utf-8"))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def refuse_existing(path: str | Path, *, force: bool = False) -> None:
    """Refuse a path whose folder is missing, or where something stands that may not go.

    Raises
    ------
    Exists
        If something is there and `force` is not given.
    NotFound
        If its folder is not there.
    """
    target = Path(path)
    if str(path) == "-":
        return
    if not target.parent.is_dir():
        raise NotFound(
            f"The folder {str(target.parent)!r} is not there.", next_step="Make it first."
        )
    if target.exists() and not force:
        raise Exists(
            f"The {'folder' if target.is_dir() else 'file'} {str(path)!r} is there already.",
            next_step="Choose another name, or add --force to replace it.",
        )


def own_folder(path: str | Path) -> None:
    """Make an empty folder at `path`; one that was made here earlier is replaced.

    Raises
    ------
    Exists
        If something else stands there.
    """
    folder = Path(path)
    if folder.is_dir() and (folder / _MARKER).is_file():
        shutil.rmtree(folder)
    elif folder.exists():
        raise Exists(
            f"{str(path)!r} is there already, and leadscore did not make it.",
            next_step="Move it away, or go to another folder.",
        )
    folder.mkdir(parents=True)
    (folder / _MARKER).write_text(
        "leadscore made this folder and replaces it when it runs again.\n", encoding="utf-8"
    )
