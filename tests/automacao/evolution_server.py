"""A gateway's HTTP server for tests: it answers as told, and remembers what it was asked."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from automacao.gateways.port import Channel

CHANNEL = Channel("ch_1", "channel-token")


@dataclass
class Request:
    """What the server was asked."""

    method: str
    path: str
    key: str | None
    body: Any
    raw: bytes = field(default=b"", compare=False, repr=False)
    encoding: str | None = field(default=None, compare=False, repr=False)


@dataclass
class FakeGateway:
    """A server that answers everything alike, or with `answers` in turn while there are any."""

    url: str
    status: int = 200
    answer: bytes = b"{}"
    answers: list[object] = field(default_factory=list)
    misbehave: Callable[[BaseHTTPRequestHandler], None] | None = None
    requests: list[Request] = field(default_factory=list)

    def says(self, status: int, answer: object) -> None:
        """Set the next answers; None is no body at all."""
        self.status = status
        self.answer = b"" if answer is None else json.dumps(answer).encode()


def _handler(gateway: FakeGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(size)
            kind = self.headers.get("Content-Type") or ""
            told = json.loads(raw) if raw and "json" in kind else None
            head = f"Content-Type: {kind}\r\n\r\n".encode()
            key, encoding = self.headers.get("apikey"), self.headers.get("Accept-Encoding")
            gateway.requests.append(
                Request(self.command, self.path, key, told, head + raw, encoding)
            )
            if gateway.misbehave:
                gateway.misbehave(self)
                return
            if gateway.answers:
                gateway.says(200, gateway.answers.pop(0))
            self.send_response(gateway.status)
            self.send_header("Content-Length", str(len(gateway.answer)))
            self.end_headers()
            with suppress(OSError):  # whoever has read enough hangs up
                self.wfile.write(gateway.answer)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 (http.server's names)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (theirs)
            pass

    return Handler


@contextmanager
def served() -> Iterator[FakeGateway]:
    """Serve until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    fake = FakeGateway(f"http://127.0.0.1:{server.server_port}/evo")
    server.RequestHandlerClass = _handler(fake)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close without an answer."""
    handler.close_connection = True


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """Stop in the middle of an answer."""
    handler.send_response(201)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"key":')
    handler.close_connection = True
