"""As much of a web framework as the simulator needs: routes, JSON, and a way to hang up."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from automacao.simulator.state import Json

logger = logging.getLogger(__name__)

FILLER = b"<filler>"
_PIECE = 1 << 20

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Json]]
Send = Callable[[Json], Awaitable[None]]


class HangUpError(Exception):
    """Close the TCP connection without an answer."""


class NotJsonError(Exception):
    """The body is not JSON. The text is the parser's."""


@dataclass(frozen=True)
class Request:
    """One request. `gone` waits until the caller hangs up."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    gone: Callable[[], Awaitable[None]]
    params: dict[str, str] = field(default_factory=dict)

    def json(self) -> Json:
        """Return the body as an object; anything that is not an object counts as an empty one.

        Raises NotJsonError.
        """
        try:
            value = json.loads(self.body or b"{}")
        except ValueError as error:
            raise NotJsonError(str(error)) from error
        return value if isinstance(value, dict) else {}

    def check_json(self) -> None:
        """Refuse a broken body at once, as the real server does. Forms are read later.

        Raises NotJsonError.
        """
        if not self.headers.get("content-type", "").startswith("multipart/"):
            self.json()


@dataclass(frozen=True)
class Response:
    """One answer. `drip` in bytes a second, `declared` a length that need not be true; 0: as is.

    `filler` bytes of the letter A are sent where the body says FILLER, and never held at once.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    drip: int = 0
    declared: int = 0
    filler: int = 0

    @property
    def length(self) -> int:
        """Return how many bytes there really are."""
        return len(self.body) + (self.filler - len(FILLER) if self.filler else 0)

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes in pieces of a size that a caller can take."""
        size = max(self.drip // 10, 1) if self.drip else _PIECE
        head, _, tail = self.body.partition(FILLER) if self.filler else (self.body, b"", b"")
        yield from _pieces(head, size)
        for start in range(0, self.filler, size):
            yield b"A" * min(size, self.filler - start)
        yield from _pieces(tail, size)


Handler = Callable[[Request], Awaitable[Response]]


def answer(content: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(status, json.dumps(content, ensure_ascii=False).encode())


class Router:
    """An ASGI application made of routes: `/chat/findMessages/{name}`. The first match wins."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Serve a path."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        self._routes.append((method, pattern, handler))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        try:
            response = await self._dispatch(request)
        except HangUpError:
            scope["extensions"]["hang_up"]()
            return
        except Exception:
            logger.exception("%s %s failed.", request.method, request.path)
            response = answer({"error": "Internal Server Error"}, 500)
        await _write(response, send)

    async def _dispatch(self, request: Request) -> Response:
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                request.params.update(match.groupdict())
                return await handler(request)
        message = f"Cannot {request.method} {request.path}"
        body = {"status": 404, "error": "Not Found", "response": {"message": [message]}}
        return answer(body, 404)


async def _read(scope: Scope, receive: Receive) -> Request:
    body = bytearray()
    more = True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode())),
        headers={
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        },
        body=bytes(body),
        gone=lambda: _disconnected(receive),
    )


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _write(response: Response, send: Send) -> None:
    headers = {
        "content-type": response.content_type,
        "content-length": str(response.declared or response.length),
        "cache-control": "no-store",
        **response.headers,
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    for part in response.parts():
        await send({"type": "http.response.body", "body": part, "more_body": True})
        # A drip is a piece every tenth of a second.
        await asyncio.sleep(0.1 if response.drip else 0)
    await send({"type": "http.response.body", "body": b""})


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))
