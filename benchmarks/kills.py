"""Is what was acknowledged there, whatever is killed: a service under load, killed again and again.

    python -m benchmarks.kills --kills 100                      on both databases
    python -m benchmarks.kills --kills 100 --database sqlite

Four callers write events, outcomes and batches about the same leads; two of them try again until
they succeed, under the same ids, two never do. The service is killed (SIGKILL) at random moments
and started anew by the same command. Then PostgreSQL itself is stopped and started under load. In
the end all that is held of every lead is read back and compared with what was acknowledged. Exits
with 1 if anything was lost, counted twice, half written or answered by anything but 503.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from leadscore import Client, save_model, train_model
from leadscore.errors import Unavailable
from leadscore.store.sql.opening import open_database
from leadscore.testing.makers import make_frame
from tests.postgres import Postgres, find_binaries
from tests.service.killing import Count, Writer, count, kill_often, make_leads, writing
from tests.service.process import ONCE, Service, wait_until

#: How long PostgreSQL is away each time, in seconds.
AWAY = 2.0


def main() -> int:
    """Kill, count, and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--outages", type=int, default=6)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    kinds = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    with tempfile.TemporaryDirectory(prefix="kills-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        save_model(train_model(make_frame(600, seed=1), recipe="logistic"), folder / "model")
        fine = [run(kind, folder, asked) for kind in kinds]
    return 0 if all(fine) else 1


def run(kind: str, folder: Path, asked: argparse.Namespace) -> bool:
    """Kill the service on one kind of database; stop the database too where it is a server."""
    with database(kind, folder) as (url, server):
        service = Service(folder, url, folder / "model")
        service.start()
        try:
            key = service.make_key()
            writers = [make_leads(service, key)]
            fine = kills(kind, service, key, asked, writers)
            return (server is None or outages(service, key, server, asked, writers)) and fine
        finally:
            service.kill()


def kills(
    kind: str, service: Service, key: str, asked: argparse.Namespace, known: list[Writer]
) -> bool:
    """Kill the service under load and tell what came of it; add to the writers that are known."""
    began = time.perf_counter()
    with writing(service, key) as writers:
        starts = kill_often(service, asked.kills, seed=asked.seed, writers=writers)
    took = time.perf_counter() - began
    known += writers
    counted = count(service, key, known)
    service.tell("db", "check")
    print(f"{kind}: {asked.kills} kills in {took:,.0f} s, ready again after {median(starts):.2f} s")
    return tell(counted, writers)


def outages(
    service: Service,
    key: str,
    server: Postgres,
    asked: argparse.Namespace,
    known: list[Writer],
) -> bool:
    """Stop PostgreSQL under load, by turns in good order and as a crash would."""
    recovered = []
    with (
        writing(service, key, name="o") as writers,
        Client(service.url, key, patience=ONCE) as client,
    ):
        for at in range(asked.outages):
            time.sleep(1.0)
            server.stop(mode="immediate" if at % 2 else "fast")
            time.sleep(AWAY)
            server.start()
            began = time.perf_counter()
            wait_until(lambda: is_ready(client))
            recovered.append(time.perf_counter() - began)
    words = sum((one.unavailable for one in writers), start=type(writers[0].unavailable)())
    slowest = max(max(one.waits) for one in writers if one.patience is ONCE)
    print(f"postgresql away {asked.outages} times for {AWAY:.0f} s: used again", end=" ")
    print(f"{max(recovered):.2f} s after it was back at the latest; slowest answer {slowest:.1f} s")
    print(f"  refused with: {dict(words)}")
    return tell(count(service, key, [*known, *writers]), writers)


def is_ready(client: Client) -> bool:
    """Return whether the service says that it is ready; an error that is no 503 is raised."""
    try:
        client.ready()
    except Unavailable:
        return False
    return True


def tell(counted: Count, writers: list[Writer]) -> bool:
    """Print the count; return whether everything is as it should be."""
    wrong = [one for writer in writers for one in writer.wrong]
    print(f"  {counted.acknowledged:,} writes acknowledged, {counted.stored:,} there", end=", ")
    print(f"{len(counted.lost)} lost, {len(counted.doubled)} counted twice", end=", ")
    print(
        f"{len(counted.foreign)} of nobody's, {len(counted.half)} half, {len(wrong)} wrong answers"
    )
    for one in [*counted.lost, *counted.doubled, *counted.half, *wrong][:20]:
        print(f"    {one}")
    return counted.whole and not wrong


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Postgres | None]]:
    """Make a database with all tables."""
    if kind == "sqlite":
        yield upgraded(f"sqlite:///{folder / 'leadscore.db'}"), None
        return
    binaries = find_binaries()
    assert binaries, "PostgreSQL is not installed"
    place = folder / "s"
    place.mkdir()
    server = Postgres(place, binaries)
    server.start()
    try:
        yield upgraded(server.url(server.create())), server
    finally:
        server.stop(mode="immediate")


def upgraded(url: str) -> str:
    """Make the tables; return the URL."""
    opened = open_database(url, timeout=30)
    opened.upgrade()
    opened.close()
    return url


if __name__ == "__main__":
    sys.exit(main())
