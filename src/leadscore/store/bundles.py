"""Bundles on disk: a folder or a .zip of named parts, looked at before anything is opened."""

import hashlib
import io
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leadscore.errors import BadBundle, Exists, NotFound
from leadscore.model.bundle import MOST_BYTES, MOST_PARTS, Model, dump_model, load_model
from leadscore.score.tiers import tier_rule

__all__ = [
    "read_bundle",
    "read_parts",
    "refuse_occupied",
    "unpack_parts",
    "write_bundle",
    "write_parts",
]

_MANIFEST = "manifest.json"
#: How the names of parts end.
_ENDINGS = frozenset([".html", ".json", ".md", ".npz", ".toml", ".ubj"])
#: What desktops leave in folders that they show.
_CRUMBS = frozenset([".DS_Store", "Thumbs.db", "desktop.ini"])
#: The first moment that a zip knows, so that no clock is in the bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: Honest parts shrink to a third; what swells more than this is a bomb once it is large.
_MOST_SWELLING = 100
_LARGE = 1 << 24
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
#: Ends a .zip that we wrote, and the digest of all before it follows: what zip itself does not
#: check, such as a date, is checked too. One that somebody packed anew ends without a comment.
_SEAL = b"leadscore sha256 "
_HEX = 64
_END = b"PK\x05\x06"
_END_SIZE = 22
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_OURS = "Give the folder or .zip that `leadscore train --out` wrote."


def read_bundle(path: str | Path) -> Model:
    """Return the model saved at `path`, everything about it checked.

    Raises
    ------
    NotFound
        If nothing is there.
    BadBundle
        If it is no bundle, or was changed, or is newer than this version, or broken.
    """
    model = load_model(read_parts(path))
    # the one part whose codec stands above the model's
    tier_rule(model)
    return model


def write_bundle(path: str | Path, model: Model, *, force: bool = False) -> str:
    """Save a model at `path` and return its digest; see `write_parts`."""
    parts = dump_model(model)
    # nothing is written that could not be opened again
    digest = load_model(parts).digest
    write_parts(path, parts, force=force)
    return digest


def read_parts(path: str | Path) -> dict[str, bytes]:
    """Return the parts of the bundle at `path`, name by name.

    Names, kinds and sizes are checked before anything is read, and no more is read than was
    announced.

    Raises
    ------
    NotFound
        If nothing is there, or it may not be read.
    BadBundle
        If it is neither a folder nor a .zip, holds anything but plain files, or too much.
    """
    place = Path(path)
    if not place.exists():
        raise NotFound(f"There is no bundle at {str(path)!r}.", next_step=_OURS)
    if not place.is_dir() and not place.is_file():
        raise BadBundle(f"{str(path)!r} is neither a folder nor a file.", next_step=_OURS)
    try:
        return _from_folder(place) if place.is_dir() else _from_zip(place)
    except PermissionError as error:
        raise NotFound(f"The bundle at {str(path)!r} may not be read: {error.strerror}.") from error


def unpack_parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of a bundle that came as the bytes of a .zip; see `read_parts`.

    Raises
    ------
    BadBundle
        If it is no .zip, holds anything but plain files, or too much.
    """
    return _unzip(content, "What was sent")


def write_parts(path: str | Path, parts: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write parts to `path`: a .zip where its name ends so, else a folder; whole, or not at all.

    Equal parts give equal bytes.

    Parameters
    ----------
    path : str or Path
        Where to.
    parts : mapping of str to bytes
        The parts.
    force : bool
        Whether a bundle that is there may be replaced. Anything else never is.

    Raises
    ------
    Exists
        If something is there that may not be replaced.
    NotFound
        If the folder around it is not there.
    """
    target = Path(path)
    refuse_occupied(target, force=force)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    _remove(part)
    try:
        if _is_zip(target):
            _to_zip(part, parts)
        else:
            _to_folder(part, parts)
        _put(part, target)
    finally:
        _remove(part)


def refuse_occupied(path: str | Path, *, force: bool = False) -> None:
    """Refuse a path that `write_parts` could not write to, before any work is done.

    Raises
    ------
    Exists
        If something is there; with `force`, if it is anything else than a bundle.
    NotFound
        If the folder around it is not there.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise NotFound(
            f"The folder {str(target.parent)!r} is not there.", next_step="Make it first."
        )
    if not os.path.lexists(target):
        return
    what = "folder" if target.is_dir() else "file"
    if not force:
        raise Exists(
            f"The {what} {str(target)!r} is there already.",
            next_step="Choose another name, or add --force to replace a bundle.",
        )
    if target.is_symlink() or not (_is_bundle(target) or _is_empty(target)):
        raise Exists(
            f"The {what} {str(target)!r} is there already, and it is no bundle alone.",
            next_step="Choose another name; --force replaces bundles and nothing else.",
        )


def _from_folder(place: Path) -> dict[str, bytes]:
    with os.scandir(place) as entries:
        found = sorted((one for one in entries if one.name not in _CRUMBS), key=lambda e: e.name)
        kinds = {one.name: one.stat(follow_symlinks=False) for one in found}
    _check_names(kinds)
    for name, about in kinds.items():
        if not stat.S_ISREG(about.st_mode):
            kind = "a link" if stat.S_ISLNK(about.st_mode) else "no plain file"
            raise BadBundle(f"The bundle's part {name!r} is {kind}.", next_step=_OURS)
    _check_sizes({name: about.st_size for name, about in kinds.items()})
    return {name: _read(place / name, about.st_size) for name, about in kinds.items()}


def _read(path: Path, size: int) -> bytes:
    # a link put there in the meantime is not followed
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        return _exactly(file, path.name, size)


def _from_zip(place: Path) -> dict[str, bytes]:
    _check_sizes({place.name: place.stat().st_size})
    return _unzip(place.read_bytes(), repr(str(place)))


def _unzip(content: bytes, what: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            # as written: zipfile itself ends a name at a zero byte
            _check_names([one.orig_filename for one in entries])
            for one in entries:
                _check_entry(one)
            _check_sizes({one.filename: one.file_size for one in entries})
            _check_swelling(entries, len(content))
            _check_end(content, packed.comment)
            return {one.filename: _unpack(packed, one) for one in entries}
    except (*_UNREADABLE, RuntimeError, OSError, ValueError) as error:
        raise BadBundle(
            f"{what} is no bundle: it cannot be read as a .zip ({error}).", next_step=_OURS
        ) from error


def _unpack(packed: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    with packed.open(one) as file:
        return _exactly(file, one.filename, one.file_size)


def _exactly(file: IO[bytes], name: str, size: int) -> bytes:
    content = file.read(size + 1)
    if len(content) != size:
        raise BadBundle(f"The bundle's part {name!r} is not of the size that was announced.")
    return content


def _check_names(names: Iterable[str]) -> None:
    found = list(names)
    for name in found:
        if name in ("", ".", "..") or any(mark in name for mark in "/\\:\0"):
            raise BadBundle(
                f"The bundle has a part {name!r} that lies outside it.",
                allowed="file names alone, no folders",
                next_step=_OURS,
            )
    if len(found) > MOST_PARTS:
        raise BadBundle(f"The bundle has {len(found):,} parts.", allowed=f"up to {MOST_PARTS}")
    if len(set(found)) < len(found):
        raise BadBundle("The bundle has two parts of one name.", next_step=_OURS)


def _check_entry(one: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(one.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        what = "a link" if stat.S_ISLNK(kind) else "no plain file"
        raise BadBundle(f"The bundle's part {one.filename!r} is {what}.", next_step=_OURS)
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadBundle(f"The bundle's part {one.filename!r} is packed in an unknown way.")
    if one.flag_bits & 1:
        raise BadBundle(f"The bundle's part {one.filename!r} is encrypted.")


def _check_sizes(sizes: Mapping[str, int]) -> None:
    total = sum(sizes.values())
    if total > MOST_BYTES:
        raise BadBundle(f"The bundle has {total:,} bytes.", allowed=f"up to {MOST_BYTES:,}")


def _check_swelling(entries: list[zipfile.ZipInfo], packed: int) -> None:
    if sum(one.compress_size for one in entries) > packed:
        raise BadBundle("The bundle's parts lie over each other.", next_step=_OURS)
    for one in entries:
        if one.file_size > max(_LARGE, _MOST_SWELLING * one.compress_size):
            raise BadBundle(
                f"The bundle's part {one.filename!r} claims to unpack from "
                f"{one.compress_size:,} to {one.file_size:,} bytes.",
                allowed=f"up to {_MOST_SWELLING} times its packed size",
            )


def _check_end(content: bytes, comment: bytes) -> None:
    seal = _SEAL + hashlib.sha256(content[:-_HEX]).hexdigest().encode()
    whole = content.endswith(seal) if comment else content[-_END_SIZE:].startswith(_END)
    if not whole:
        raise BadBundle("The bundle's .zip was changed since it was saved.", next_step=_OURS)


def _is_bundle(target: Path) -> bool:
    """Tell whether there is nothing but a bundle, whole or damaged."""
    if target.is_dir() == _is_zip(target):
        return False
    if not target.is_dir():
        # a name that ends in .zip was chosen for a bundle, or is another file altogether
        try:
            with zipfile.ZipFile(target) as packed:
                return _MANIFEST in packed.namelist()
        except (zipfile.BadZipFile, OSError):
            return False
    plain = all(one.is_file() and not one.is_symlink() for one in target.iterdir())
    endings = {one.suffix for one in target.iterdir() if one.name not in _CRUMBS}
    return plain and (target / _MANIFEST).is_file() and endings <= _ENDINGS


def _is_empty(target: Path) -> bool:
    return target.is_dir() and not _is_zip(target) and not any(target.iterdir())


def _is_zip(target: Path) -> bool:
    return target.suffix.lower() == ".zip"


def _to_folder(part: Path, parts: Mapping[str, bytes]) -> None:
    part.mkdir()
    for name, content in parts.items():
        (part / name).write_bytes(content)


def _to_zip(part: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(part, "x") as packed:
        for name, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, _PLAIN_FILE
            small = len(zlib.compress(content)) * _MOST_SWELLING < 2 * len(content)
            # what would swell like a bomb is stored as it is, or we could not read it ourselves
            packed.writestr(entry, content, zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED)
        packed.comment = _SEAL + bytes(_HEX)
    unsealed = part.read_bytes()[:-_HEX]
    part.write_bytes(unsealed + hashlib.sha256(unsealed).hexdigest().encode())


def _put(part: Path, target: Path) -> None:
    """Put the finished bundle into its place; one that is there goes only once it is there."""
    if not target.is_dir():
        part.replace(target)
        return
    with _aside(target):
        part.rename(target)


@contextmanager
def _aside(target: Path) -> Iterator[None]:
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    _remove(old)
    target.rename(old)
    try:
        yield
    except OSError:
        old.rename(target)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
