"""A gateway that does nothing but hand over files, over real HTTP, at whatever pace it is told."""

import base64
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEGABYTE = 1024 * 1024
Body = Iterable[bytes]


@dataclass
class Hands:
    """Answers each request with the next of `answers`, the last one for ever."""

    answers: list[tuple[int, Body]] = field(default_factory=list)
    asked: list[dict[str, object]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def give(self, data: bytes, **told: object) -> None:
        """Hand over a file, with what is told of it."""
        body = told | {"base64": base64.b64encode(data).decode()}
        self.answers = [(201, [json.dumps(body).encode()])]

    def give_slowly(self, pieces: Iterable[bytes]) -> None:
        """Hand over a file in pieces, each a multiple of three bytes long."""
        self.answers = [(201, _in_pieces(pieces))]

    def refuse(self, status: int, told: str) -> None:
        body = {"status": status, "error": "-", "response": {"message": [told]}}
        self.answers = [(status, [json.dumps(body).encode()])]

    def next_answer(self) -> tuple[int, Body]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _in_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield b'{"mimetype": "image/jpeg", "base64": "'
    for piece in pieces:
        yield base64.b64encode(piece)
    yield b'"}'


def serving(hands: Hands) -> ThreadingHTTPServer:
    """Start a server of these hands on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            hands.asked.append(json.loads(self.rfile.read(length)))
            status, body = hands.next_answer()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            try:
                for piece in body:
                    self.wfile.write(piece)
                    self.wfile.flush()
            except ConnectionError:
                pass
            finally:
                hands.ended.set()

        def log_message(self, *_told: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
