"""The body of a webhook as bytes: read to its end, and no further than a limit."""

from typing import IO

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest


class TooLarge(Exception):
    """More than the limit: 413."""


class Endless(Exception):
    """No server told that a chunked body was put together: 503, and it is sent again."""


def body_of(request: HttpRequest, *, limit: int) -> bytes:
    """Read a body of at most `limit` bytes. Raises TooLarge and Endless."""
    stream = _stream_of(request)
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise TooLarge
    return raw


def _stream_of(request: HttpRequest) -> HttpRequest | IO[bytes]:
    """Where to read the body from.

    Under WSGI Django reads as far as Content-Length, which says nothing of a chunked body.
    """
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if not is_chunked or not isinstance(request, WSGIRequest):
        return request
    if not request.environ.get("wsgi.input_terminated"):
        raise Endless
    body: IO[bytes] = request.environ["wsgi.input"]
    return body
