"""Hands stored bytes to a browser, in parts as it asks, and lets none of them act as a page."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header

from sac.media.sniffing import PICTURES, UNKNOWN

# A player that asks for all the rest asks on when it gets this much of it: whoever looks at a few
# seconds of a film does not hold a thread for all of it.
MOST_AT_ONCE = 4 * 1024 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_FIXED = {
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
    # Pages are compressed on their way out; a part of a file must stay what it is.
    "Content-Encoding": "identity",
}


class Parts(Protocol):
    """A storage whose files are read in parts: either of ours."""

    def read_part(self, name: str, first: int, length: int) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the storage, as it is to be shown. The name in the storage may be empty."""

    name: str | None
    mime: str
    filename: str = ""

    @property
    def is_inline(self) -> bool:
        return self.mime in PICTURES or self.is_played

    @property
    def is_played(self) -> bool:
        return self.mime.startswith(("audio/", "video/"))

    @property
    def etag(self) -> str:
        """What is stored never changes under its name, which stays ours."""
        return f'"{hashlib.sha256((self.name or "").encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Span:
    """Some bytes of a file: the first, and how many."""

    first: int
    length: int


def serve(request: HttpRequest, stored: Stored) -> HttpResponse:
    """Answer GET and HEAD: whole, in part (206), unchanged (304), or nowhere in it (416)."""
    size = _size(stored)
    if request.headers.get("If-None-Match") == stored.etag:
        return _dressed(HttpResponse(status=304), stored)
    span = _asked_for(request, stored, size)
    if span and not span.length:
        refusal = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _dressed(refusal, stored)
    response = _body(request, stored, span or Span(0, size))
    response.headers["Content-Length"] = str(span.length if span else size)
    if span:
        # Safari plays only what answers 206, even when all of it was asked for.
        response.status_code = 206
        last = span.first + span.length - 1
        response.headers["Content-Range"] = f"bytes {span.first}-{last}/{size}"
    return _dressed(response, stored)


def _size(stored: Stored) -> int:
    if not stored.name:
        raise Http404
    try:
        return default_storage.size(stored.name)
    except FileNotFoundError as error:
        raise Http404 from error


def _asked_for(request: HttpRequest, stored: Stored, size: int) -> Span | None:
    """Return the part to send, of length 0 when it lies beyond the end; None for the whole.

    What is not understood is ignored, and so are several parts at once.
    """
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    is_same = request.headers.get("If-Range", stored.etag) == stored.etag
    if request.method != "GET" or not asked or asked[0] == "bytes=-" or not is_same:
        return None
    if not asked[1]:
        length = min(int(asked[2]), size)
        return Span(size - length, length)
    first, last = int(asked[1]), int(asked[2] or size)
    if asked[2] and last < first:
        return None
    length = max(0, min(last, size - 1) - first + 1)
    is_endless = stored.is_played and not asked[2]
    return Span(first, min(length, MOST_AT_ONCE) if is_endless else length)


def _body(request: HttpRequest, stored: Stored, span: Span) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    parts = cast("Parts", default_storage).read_part(stored.name or "", span.first, span.length)
    # Django would read a plain iterator to its end before the first byte leaves through ASGI.
    if isinstance(request, ASGIRequest):
        return StreamingHttpResponse(_each_on_a_thread(parts))
    return StreamingHttpResponse(parts)


async def _each_on_a_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(next, parts, b""):
        yield chunk


def _dressed(response: HttpResponseBase, stored: Stored) -> HttpResponse:
    """Say of it what is safe to say: whatever is no picture, sound or film is to be kept."""
    for header, value in _FIXED.items():
        response.headers[header] = value
    response.headers["ETag"] = stored.etag
    response.headers["Content-Type"] = stored.mime or UNKNOWN
    name = content_disposition_header(not stored.is_inline, stored.filename or "arquivo")
    response.headers["Content-Disposition"] = name or "attachment"
    patch_vary_headers(response, ["Cookie"])
    # Views are typed by the commonest answer; a streamed one is its cousin.
    return cast("HttpResponse", response)
