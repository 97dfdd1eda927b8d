"""A shop's own server for tests: WooCommerce and Nuvemshop, as far as anybody asks them."""

import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, SECRET, TOKEN = "ck_teste", "cs_teste", "token-nuvem"


@dataclass
class Asked:
    """What the server was asked; header names are in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class FakeShop:
    """Tells its orders to whoever shows the right key, unless it is told to behave otherwise."""

    url: str
    # Nuvemshop's orders by path, and the one header that it takes its token in.
    orders: dict[str, bytes] = field(default_factory=dict)
    header: str = "authorization"
    # WooCommerce's, each with `id` and `date_modified_gmt`.
    changed: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    instead: Callable[[Asked], tuple[int, bytes]] | None = None
    misbehave: Callable[[BaseHTTPRequestHandler], None] | None = None
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        if self.status:
            return self.status, b'{"message":"no"}'
        if asked.path.startswith("/wp-json/"):
            return self._woocommerce(asked)
        return self._nuvemshop(asked)

    def _nuvemshop(self, asked: Asked) -> tuple[int, bytes]:
        shown = asked.headers.get(self.header, "")
        if shown.lower() != f"bearer {TOKEN}":
            return 401, b'{"code":401}'
        body = self.orders.get(asked.path)
        return (200, body) if body is not None else (404, b'{"code":404}')

    def _woocommerce(self, asked: Asked) -> tuple[int, bytes]:
        scheme, _, word = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(word).decode() != f"{USER}:{SECRET}":
            return 401, b'{"code":"woocommerce_rest_cannot_view"}'
        query = asked.query
        assert (query["dates_are_gmt"], query["orderby"], query["order"]) == (
            "true",
            "modified",
            "asc",
        )
        found = [one for one in self.changed if one["date_modified_gmt"] > query["modified_after"]]
        found.sort(key=lambda one: (one["date_modified_gmt"], one["id"]))
        size, page = int(query["per_page"]), int(query["page"])
        return 200, json.dumps(found[(page - 1) * size : page * size]).encode()


def handler_of(shop: FakeShop) -> type[BaseHTTPRequestHandler]:
    """Return what answers for a shop."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: words[0] for name, words in parse_qs(parts.query).items()}
            headers = {name.lower(): word for name, word in self.headers.items()}
            asked = Asked(parts.path, query, headers)
            shop.asked.append(asked)
            if shop.misbehave:
                shop.misbehave(self)
                return
            status, body = (shop.instead or shop.answer)(asked)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # whoever has read enough hangs up
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (theirs)
            pass

    return Handler


@contextmanager
def open_fake_shop() -> Iterator[FakeShop]:
    """Serve until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    shop = FakeShop(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = handler_of(shop)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
