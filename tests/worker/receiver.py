"""A receiver of webhooks as they are out there: it takes, fails, hangs, redirects or drips."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

__all__ = ["Got", "Receiver", "receiving"]

if TYPE_CHECKING:
    Behaviour = Callable[["Handler", "Got"], None]


@dataclass
class Got:
    """A message that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, in the order in which it came."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    ended: threading.Event = field(default_factory=threading.Event)

    def add(self, one: Got) -> None:
        with self.changed:
            self.got.append(one)
            self.changed.notify_all()

    def wait_for(self, count: int, *, seconds: float = 60) -> list[Got]:
        """Wait until so many messages came."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.got) >= count, seconds), len(self.got)
            return list(self.got)

    def ids(self) -> list[str]:
        with self.changed:
            return [one.headers["webhook-id"] for one in self.got]


class Handler(BaseHTTPRequestHandler):
    """Hands what comes to what the test wants done with it."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        got = Got(path=self.path, headers=headers, body=self.rfile.read(length))
        self.server.behaviour(self, got)

    def do_GET(self) -> None:
        self.server.receiver.add(Got(path=self.path, headers={"webhook-id": "GET"}, body=b""))
        self.answer(200)

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", "0")
        self.end_headers()

    def hang(self) -> None:
        """Answer nothing until the test is over."""
        self.server.receiver.ended.wait(60)
        self.close_connection = True

    def drip(self, *, every: float = 0.05) -> None:
        """Answer one byte after the other, never slow enough for a limit on each, without end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while not self.server.receiver.ended.wait(every):
            self.wfile.write(b"x")
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # five by default, and what comes beyond waits a second or is turned away
    request_queue_size = 256
    receiver: Receiver
    behaviour: "Behaviour"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the sender hung up, as it should."""


@contextmanager
def receiving(
    behaviour: "Behaviour | None" = None, *, certificate: tuple[Path, Path] | None = None
) -> Iterator[Receiver]:
    """Listen on loopback; what comes is kept, and answered with 200 unless told otherwise."""
    receiver = Receiver()

    def take(handler: Handler, got: Got) -> None:
        receiver.add(got)
        handler.answer(200)

    server = _Server(("127.0.0.1", 0), Handler)
    server.receiver, server.behaviour = receiver, behaviour or take
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
