"""A process that writes until it is killed, and says which writes were acknowledged.

python writer.py URL ROUND
"""

import sys
from itertools import count

from leadscore.store.sql.opening import open_store
from tests.store.sql.makers import make_event, make_score

__all__ = ["main"]


def main(url: str, round_: str) -> None:
    """Write an event and a score in each transaction; print its number once it is made."""
    store = open_store(url, pool=1, timeout=30)
    store.prepare()
    for at in count():
        name = f"{round_}-{at}"
        with store.begin(write=True) as work:
            work.leads.hold(["L1"], at=1)
            work.events.add([make_event("m" + name)])
            work.scores.add([make_score("s" + name, cause="m" + name)])
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
