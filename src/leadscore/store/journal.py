"""What is finished of a file that is being made: a line for each piece, told by its checksum."""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Finished", "finished_pieces"]

_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A finished piece.

    Parameters
    ----------
    end : int
        Where its rows end in the file.
    crc : int
        The CRC-32 of the file's bytes from the last piece's end to this one's.
    foot : bytes
        What the end of the file has to know of it.
    note : str
        What is to be known of it after a kill.
    """

    end: int
    crc: int
    foot: bytes
    note: str

    def line(self) -> bytes:
        """Return the piece as a line of the journal."""
        return json.dumps({**asdict(self), "foot": base64.b64encode(self.foot).decode()}).encode()


def finished_pieces(journal: Path, rows: Path) -> list[Finished]:
    """Return the pieces of a killed run whose lines are whole and whose bytes are as they say.

    The first one of which that is not so ends them: what comes behind it was never finished, or did
    not reach the disk.

    Parameters
    ----------
    journal : Path
        The file of the lines.
    rows : Path
        The file of the rows.
    """
    if not (journal.is_file() and rows.is_file()):
        return []
    found: list[Finished] = []
    with rows.open("rb") as file:
        for piece in _lines(journal):
            start = found[-1].end if found else 0
            crc = 0
            while block := file.read(min(_BLOCK, piece.end - start)):
                crc, start = zlib.crc32(block, crc), start + len(block)
            if (start, crc) != (piece.end, piece.crc):
                break
            found.append(piece)
    return found


def _lines(journal: Path) -> Iterator[Finished]:
    for line in journal.read_bytes().split(b"\n")[:-1]:
        try:
            raw = json.loads(line)
            yield Finished(**{**raw, "foot": base64.b64decode(raw["foot"])})
        except (KeyError, TypeError, ValueError):
            return
