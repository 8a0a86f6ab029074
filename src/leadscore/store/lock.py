"""A lock on a file, that ends with the process that holds it, however that ends."""

import errno
import sys

__all__ = ["try_lock"]

#: What a file system says that has no locks, as some over a network have none.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def try_lock(file: int) -> bool:
    """Lock an open file, and tell whether that could be done; it cannot while another has it.

    Where files cannot be locked, nobody is kept out.

    Parameters
    ----------
    file : int
        The file's descriptor; closing it gives the lock back.
    """
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
