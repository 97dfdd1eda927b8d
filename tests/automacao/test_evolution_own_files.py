"""Files of ours on their way out: what their own storage may do, and how long they may take."""

import io
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import BinaryIO

import pytest
from pytest_django.fixtures import Settings

from automacao.gateways import port, registry
from automacao.gateways.port import Kind, OutboundFile, OutboundMessage
from tests.automacao.evolution_data import CUSTOMER
from tests.automacao.evolution_server import CHANNEL, FakeGateway

EVOLUTION = registry.gateway("evolution")
PHOTO = bytes(range(256)) * 1000


def _letter(kind: str, file: OutboundFile) -> OutboundMessage:
    return OutboundMessage(CUSTOMER, text="", kind=kind, file=file)


@pytest.fixture
def accepting(gateway: FakeGateway) -> FakeGateway:
    gateway.says(201, {"key": {"id": "A", "remoteJid": CUSTOMER}})
    return gateway


class BucketTrouble(Exception):
    """What a bucket's client raises is no OSError."""


class Troubled(io.BytesIO):
    """A file whose storage goes away in its middle, or as soon as it is looked at."""

    def __init__(self, *, reads: int = 0) -> None:
        super().__init__(PHOTO * 4)
        self.reads = reads

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if not self.reads:
            raise BucketTrouble
        return super().seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.reads:
            raise BucketTrouble
        self.reads -= 1
        return super().read(size)


def _no_bucket() -> BinaryIO:
    raise BucketTrouble


@pytest.mark.parametrize(
    "opened", [_no_bucket, Troubled, lambda: Troubled(reads=1), lambda: Troubled(reads=3)]
)
@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VOICE])
def test_a_file_its_storage_does_not_give_never_left_whole(
    accepting: FakeGateway, opened: Callable[[], BinaryIO], kind: Kind
) -> None:
    file = OutboundFile("a.jpg", "image/jpeg", len(PHOTO) * 4, opened)
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.send(CHANNEL, _letter(kind, file))
    assert all(len(asked.raw) < len(PHOTO) * 4 for asked in accepting.requests)


def test_a_sticker_its_storage_does_not_give_is_never_asked_for(accepting: FakeGateway) -> None:
    file = OutboundFile("a.webp", "image/webp", 4, Troubled)
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.send(CHANNEL, _letter(Kind.STICKER, file))
    assert accepting.requests == []


def test_a_gateway_has_longer_to_pass_a_larger_file_on(
    gateway: FakeGateway, settings: Settings
) -> None:
    settings.SEND_READ_TIMEOUT = 0.1
    settings.SEND_SECONDS_PER_BYTE = 60 / len(PHOTO)
    gateway.misbehave = _slow
    file = OutboundFile("v.mp4", "video/mp4", len(PHOTO), lambda: io.BytesIO(PHOTO))
    EVOLUTION.send(CHANNEL, _letter(Kind.VIDEO, file))
    with pytest.raises(port.SendOutcomeUnknown):
        EVOLUTION.send(CHANNEL, OutboundMessage(CUSTOMER, text="oi"))


def _slow(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(0.5)
    answer = json.dumps({"key": {"id": "A", "remoteJid": CUSTOMER}}).encode()
    handler.send_response(201)
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    with suppress(ConnectionError):
        handler.wfile.write(answer)
