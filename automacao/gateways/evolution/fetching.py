"""The bytes of a file, through the gateway and in pieces: it answers base64 inside JSON."""

import base64
import binascii
import re
import time
from collections.abc import Iterator
from typing import BinaryIO

import httpx

from automacao.gateways.evolution.client import key_of, route, streamed
from automacao.gateways.evolution.failures import answer_of, told_by
from automacao.gateways.evolution.wire import dig, load, text
from automacao.gateways.port import (
    Channel,
    Facts,
    FetchedFile,
    FileMissing,
    FileTooLarge,
    GatewayUnavailable,
)

# Seconds between two pieces; the network is asked before the first one.
_READ_TIMEOUT = 60.0
# Seconds for all of it: a slow drip holds no worker for ever.
FETCH_SECONDS = 180.0
# What stands before and behind the file's bytes: names, sizes, a caption.
_ENVELOPE_MAX = 64 * 1024
_MIME_MAX = 255
_NAME_MAX = 255
# Inside a text the quotes of such a key would be escaped: it never matches there.
_OPENING = re.compile(rb'"base64"\s*:\s*"')
_MISSING = re.compile(
    r"Message not found|The message is not of the media type|not media|Media not found"
    r"|.*status code (?:403|404|410)\b.*|.*(?:re-upload|fetch stream).*|.*bad decrypt.*",
    re.DOTALL | re.IGNORECASE,
)


def fetch_file(channel: Channel, reference: Facts, into: BinaryIO, limit: int) -> FetchedFile:
    """Write a file's bytes into `into`, at most `limit`, and say what the gateway calls it.

    Nothing is ever whole in memory. After a failure `into` may hold a part. Raises FileTooLarge,
    FileMissing when the network has it no more, GatewayUnavailable when asking again may help.
    """
    path = route("/chat/getBase64FromMediaMessage", channel)
    body = {"message": dict(reference), "convertToMp4": False}
    with streamed(path, key=key_of(channel), json=body, read=_READ_TIMEOUT) as response:
        if not response.is_success:
            refuse(response.status_code, _beginning(response))
        _refuse_size(response, limit)
        return _Answer(response, limit).copy(into)


def refuse(status: int, raw: bytes) -> None:
    """Raise what a failed answer to a fetch means; a success raises nothing."""
    if status in (400, 404, 500) and _MISSING.fullmatch(told_by(raw)):
        raise FileMissing(f"HTTP {status}: {told_by(raw)}")
    if 200 <= status < 300 and raw.strip() == b"null":
        raise FileMissing("null")
    answer_of(status, raw, doubt=GatewayUnavailable)


class _Answer:
    """One answer being read: what comes before the file, the file, what comes behind."""

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self._pieces = _pieces(response)
        self._limit = limit
        self._head = b""
        self._tail = b""

    def copy(self, into: BinaryIO) -> FetchedFile:
        first = self._open()
        size = 0
        for decoded in self._decoded(first):
            size += len(decoded)
            if size > self._limit:
                raise FileTooLarge(f"over {self._limit} bytes")
            into.write(decoded)
        if not size:
            raise FileMissing("empty file")
        return _described(self._head, self._tail, size)

    def _open(self) -> bytes:
        """Read up to the file, and return what came with it."""
        for piece in self._pieces:
            self._head += piece
            if found := _OPENING.search(self._head):
                rest = self._head[found.end() :]
                self._head = self._head[: found.end()]
                return rest
            if len(self._head) > _ENVELOPE_MAX:
                raise GatewayUnavailable("no file in the answer")
        _refuse_empty(self._head)
        raise GatewayUnavailable("no file in the answer")

    def _decoded(self, first: bytes) -> Iterator[bytes]:
        kept = b""
        for piece in self._until_quote(first):
            kept += piece.replace(b"\\", b"")  # some write a slash as \/
            whole_groups = len(kept) - len(kept) % 4
            yield _decode(kept[:whole_groups])
            kept = kept[whole_groups:]
        yield _decode(kept + b"=" * (-len(kept) % 4))

    def _until_quote(self, first: bytes) -> Iterator[bytes]:
        piece: bytes | None = first
        while piece is not None:
            before, quote, behind = piece.partition(b'"')
            yield before
            if quote:
                self._close(behind)
                return
            piece = next(self._pieces, None)
        raise GatewayUnavailable("the answer broke off")

    def _close(self, behind: bytes) -> None:
        self._tail = behind
        for piece in self._pieces:
            self._tail += piece
            if len(self._tail) > _ENVELOPE_MAX:
                return


def _refuse_size(response: httpx.Response, limit: int) -> None:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit * 4 // 3 + 2 * _ENVELOPE_MAX:
        raise FileTooLarge(f"{announced} bytes announced")


def _refuse_empty(head: bytes) -> None:
    """An answer of `null`, or a file of null, is how some versions say that there is none."""
    if re.fullmatch(rb'\s*null\s*|.*"base64"\s*:\s*null.*', head, re.DOTALL):
        raise FileMissing("null")


def _beginning(response: httpx.Response) -> bytes:
    raw = b""
    for piece in _pieces(response):
        raw += piece
        if len(raw) > _ENVELOPE_MAX:
            break
    return raw


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    """As they come off the wire, never unpacked: nothing compressed was asked for."""
    deadline = time.monotonic() + FETCH_SECONDS
    # Without a size: a drip would fill its first piece for hours before the clock is looked at.
    for piece in response.iter_raw():
        if time.monotonic() > deadline:
            raise GatewayUnavailable(f"over {FETCH_SECONDS} s")
        yield piece


def _decode(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise GatewayUnavailable(f"base64: {error}") from error


def _described(head: bytes, tail: bytes, size: int) -> FetchedFile:
    told = _json(head + b'"' + tail) or _json(head + b'"}')
    return FetchedFile(
        size=size,
        mime=text(dig(told, "mimetype"), _MIME_MAX),
        name=text(dig(told, "fileName"), _NAME_MAX),
    )


def _json(raw: bytes) -> object:
    try:
        return load(raw)
    except (ValueError, RecursionError):
        return None
