"""A lock on a file, that ends with the process that holds it, however that ends."""

import sys

__all__ = ["try_lock"]


def try_lock(file: int) -> bool:
    """Lock an open file, and tell whether that could be done; it cannot while another has it.

    Parameters
    ----------
    file : int
        The file's descriptor; closing it gives the lock back.
    """
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
