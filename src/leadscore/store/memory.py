"""Memory for tables that come and go by the hundred."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

__all__ = ["reused_memory"]


@contextmanager
def reused_memory() -> Iterator[None]:
    """Let Arrow take its memory from the C library meanwhile, which gives the same pages again.

    Arrow's own allocators hand pages back to the system between two pieces. To get a million leads'
    worth of pages anew takes 0.3 s on a virtual machine, a third of what scoring them takes.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
