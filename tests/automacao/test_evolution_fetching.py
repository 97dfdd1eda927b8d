"""Files fetched through Evolution: base64 inside JSON, read in pieces and never believed."""

import base64
import gzip
import io
import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from automacao.gateways import port, registry
from automacao.gateways.evolution import fetching, parse
from automacao.gateways.port import FetchedFile, MessageReceived
from tests.automacao.evolution_data import CUSTOMER, body, message, webhook
from tests.automacao.evolution_server import CHANNEL, FakeGateway, break_off, hang_up, reset

EVOLUTION = registry.gateway("evolution")
REFERENCE = {"key": {"id": "M1"}}
MEGABYTE = 1024 * 1024
PHOTO = bytes(range(256)) * 1000
MEDIA = [
    "040_image_caption",
    "043_audio_ptt",
    "045_document_with_caption",
    "058_view_once_v2_image",
]


BYTES = ["mediaKey", "fileSha256", "fileEncSha256"]


def _answer(content: bytes, **changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "mediaType": "imageMessage",
        "fileName": "foto.jpg",
        "caption": None,
        "size": {"fileLength": {"low": 1, "high": 0}, "height": 1, "width": 1},
        "mimetype": "image/jpeg",
        "base64": base64.b64encode(content).decode(),
        "buffer": None,
    }
    return told | changes


def _fetch(limit: int = MEGABYTE) -> tuple[bytes, FetchedFile]:
    into = io.BytesIO()
    fetched = EVOLUTION.fetch_file(CHANNEL, REFERENCE, into, limit)
    return into.getvalue(), fetched


def _pieces(*pieces: bytes, pause: float = 0) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send an answer piece by piece, without telling its length."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        with suppress(OSError):  # whoever has read enough hangs up
            for piece in pieces:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(pause)

    return send


# --- What is kept to ask with ---------------------------------------------------------------------


def _reference(raw: bytes) -> dict[str, Any]:
    (event,) = parse({}, raw)
    assert isinstance(event, MessageReceived)
    assert event.file is not None
    return dict(event.file.reference)


@pytest.mark.parametrize("name", MEDIA)
def test_a_reference_decrypts_and_stays_small(name: str) -> None:
    reference = _reference(body(f"evolution/{name}.json"))
    ((kind, media),) = reference["message"].items()
    assert kind.endswith("Message")
    assert {"mediaKey", "directPath", "url", "fileSha256", "fileEncSha256", "fileLength"} <= set(
        media
    )
    assert all(len(base64.b64decode(media[name])) == 32 for name in BYTES)
    assert not {"jpegThumbnail", "waveform", "contextInfo", "caption"} & set(media)
    assert reference["key"]["remoteJid"] == CUSTOMER
    assert len(json.dumps(reference)) < 4096


@pytest.mark.parametrize(
    "key",
    [
        "GgECAw==",
        [26, 1, 2, 3],
        {"0": 26, "1": 1, "2": 2, "3": 3},
        {"3": 3, "2": 2, "1": 1, "0": 26},
    ],
)
def test_bytes_are_kept_as_every_version_reads_them_back(key: object) -> None:
    media = {"mediaKey": key, "url": "u"}
    raw = webhook("messages.upsert", message(message={"imageMessage": media}))
    assert _reference(raw)["message"]["imageMessage"]["mediaKey"] == "GgECAw=="


def test_a_message_without_its_key_is_asked_for_by_name() -> None:
    keys: list[object] = [
        ["x"],
        [],
        [256],
        {"0": 1, "2": 3},
        {"0": "1"},
        {"0": True},
        {"1": 1},
        1.5,
    ]
    odd = [{"mediaKey": key, "url": "u"} for key in keys]
    for media in ({}, {"mediaKey": "k"}, {"url": "u"}, *odd):
        raw = webhook("messages.upsert", message(message={"imageMessage": media}))
        assert _reference(raw) == {"key": {"remoteJid": CUSTOMER, "id": "ID1", "fromMe": False}}


def test_a_reference_keeps_nothing_large_or_odd() -> None:
    media = {
        "mediaKey": "a" * 44,
        "url": "u",
        "fileSha256": {str(n): 1 for n in range(10_000)},
        "fileEncSha256": {"0": {"0": 1}},
        "directPath": "p" * 5000,
        "fileLength": {"low": "x", "high": 0},
        "mimetype": "a\0b",
        "seconds": 10**30,
        "fileName": [["deep"]],
    }
    raw = webhook("messages.upsert", message(message={"imageMessage": media}))
    assert _reference(raw)["message"] == {
        "imageMessage": {"mediaKey": "a" * 44, "url": "u", "mimetype": "ab"}
    }


# --- Fetching -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 48, 49, 49_151, 65_536, 196_608, 300_001])
def test_a_file_comes_whole_whatever_its_size(gateway: FakeGateway, size: int) -> None:
    content = (PHOTO * 2)[:size]
    gateway.says(201, _answer(content))
    assert _fetch() == (content, FetchedFile(size, "image/jpeg", "foto.jpg"))
    (asked,) = gateway.requests
    assert asked.path == "/evo/chat/getBase64FromMediaMessage/ch_1"
    assert asked.body == {"message": REFERENCE, "convertToMp4": False}


@pytest.mark.parametrize("cut", [1, 3, 7, 64])
def test_a_file_comes_whole_however_it_is_cut(gateway: FakeGateway, cut: int) -> None:
    raw = json.dumps(_answer(b"abcdefghij" * 10)).encode()
    pieces = [raw[n : n + cut] for n in range(0, len(raw), cut)]
    gateway.misbehave = _pieces(*pieces)
    assert _fetch()[0] == b"abcdefghij" * 10


def test_a_name_may_stand_behind_the_file_and_a_slash_be_escaped(gateway: FakeGateway) -> None:
    content = b"\xff" * 30
    encoded = base64.b64encode(content).replace(b"/", rb"\/")
    raw = b'{"base64": "' + encoded + b'", "mimetype": "a/b", "fileName": "n\\u00e3o"}'
    gateway.misbehave = _pieces(raw)
    assert _fetch() == (content, FetchedFile(30, "a/b", "não"))


def test_a_caption_cannot_pose_as_the_file(gateway: FakeGateway) -> None:
    gateway.says(201, _answer(b"true", caption='","base64":"ZmFsc2U=","x":"', fileName="base64"))
    assert _fetch()[0] == b"true"


def test_a_file_is_asked_for_unpacked_and_never_unpacked_here(gateway: FakeGateway) -> None:
    packed = gzip.compress(json.dumps(_answer(PHOTO)).encode())

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(packed)))
        handler.end_headers()
        handler.wfile.write(packed)

    gateway.misbehave = send
    with pytest.raises(port.GatewayUnavailable, match="no file"):
        _fetch()
    assert gateway.requests[0].encoding == "identity"


def test_a_file_over_the_limit_is_refused_and_never_written_past_it(gateway: FakeGateway) -> None:
    gateway.misbehave = _pieces(json.dumps(_answer(b"x" * 300_000)).encode())
    into = io.BytesIO()
    with pytest.raises(port.FileTooLarge, match="over 200000 bytes"):
        EVOLUTION.fetch_file(CHANNEL, REFERENCE, into, 200_000)
    assert len(into.getvalue()) <= 200_000
    assert len(_fetch(300_000)[0]) == 300_000


def test_a_length_over_the_limit_is_believed_at_once(gateway: FakeGateway) -> None:
    def announce(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        handler.close_connection = True

    gateway.misbehave = announce
    with pytest.raises(port.FileTooLarge, match="announced"):
        _fetch()


def test_a_large_file_is_never_whole_in_memory(gateway: FakeGateway) -> None:
    piece = base64.b64encode(b"x" * 3 * 64 * 1024)
    gateway.misbehave = _pieces(b'{"base64":"', *[piece] * 200, b'"}')

    class Nowhere(io.RawIOBase):
        def write(self, data: Any, /) -> int:  # noqa: ANN401 (the base's own)
            return len(data)

    tracemalloc.start()
    fetched = EVOLUTION.fetch_file(CHANNEL, REFERENCE, Nowhere(), 100 * MEGABYTE)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert fetched.size == 200 * 3 * 64 * 1024
    assert peak < 4 * MEGABYTE


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b'{"base64":null,"mimetype":"a/b"}',
        b'{"base64":"","mimetype":"a/b"}',
    ],
)
def test_no_file_in_an_answer_is_a_missing_file(gateway: FakeGateway, raw: bytes) -> None:
    gateway.status, gateway.answer = 201, raw
    with pytest.raises(port.FileMissing):
        _fetch()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>another server</html>",
        b'{"mimetype":"a/b"}',
        b'{"base64":"QUJD',
        b'{"base64":"***!"}',
        b'{"base64":"QUJDR"}',
        b'{"base64":"QU=JD"}',
    ],
)
def test_an_answer_that_is_none_may_be_asked_for_again(gateway: FakeGateway, raw: bytes) -> None:
    gateway.status, gateway.answer = 201, raw
    with pytest.raises(port.GatewayUnavailable):
        _fetch()


@pytest.mark.parametrize("misbehave", [hang_up, reset, break_off])
def test_an_answer_that_is_lost_may_be_asked_for_again(
    gateway: FakeGateway, misbehave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.misbehave = misbehave
    with pytest.raises(port.GatewayUnavailable):
        _fetch()


def test_a_slow_drip_comes_to_an_end(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.2)
    gateway.misbehave = _pieces(b'{"base64":"', *[b"QUJD"] * 100, pause=0.01)
    with pytest.raises(port.GatewayUnavailable, match=r"over 0\.2 s"):
        _fetch()


@dataclass
class Flood:
    """An answer of 64 MB after its beginning; counts how many of its pieces were taken."""

    status: int
    beginning: bytes
    taken: int = 0

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(self.status)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(self.beginning)
            for self.taken in range(1, 1001):
                handler.wfile.write(b"1," * 32 * 1024)


def _flooded(gateway: FakeGateway, status: int, beginning: bytes) -> Flood:
    flood = Flood(status, beginning)
    gateway.misbehave = flood
    return flood


def test_what_stands_behind_the_file_is_not_read_for_ever(gateway: FakeGateway) -> None:
    flood = _flooded(gateway, 201, b'{"mimetype":"a/b","base64":"QUJD","buffer":[')
    assert _fetch() == (b"ABC", FetchedFile(3, "a/b"))
    assert flood.taken < 1000


@pytest.mark.parametrize(("status", "beginning"), [(201, b'{"caption":"'), (500, b"<html>")])
def test_what_stands_before_a_file_is_not_read_for_ever(
    gateway: FakeGateway, status: int, beginning: bytes
) -> None:
    flood = _flooded(gateway, status, beginning)
    with pytest.raises(port.GatewayUnavailable):
        _fetch()
    assert flood.taken < 1000


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [
        (400, "Message not found", port.FileMissing),
        (400, "The message is not of the media type", port.FileMissing),
        (400, "AxiosError: Request failed with status code 410", port.FileMissing),
        (400, "Error: Failed to fetch stream from https://mmg.whatsapp.net/x", port.FileMissing),
        (400, "AxiosError: Request failed with status code 500", port.GatewayUnavailable),
        (400, "Error: Connection Closed", port.ChannelNotConnected),
        (404, 'The "ch_1" instance does not exist', port.ChannelMissing),
        (401, "Unauthorized", port.AuthFailed),
        (500, "anything else", port.GatewayUnavailable),
    ],
)
def test_a_failed_fetch_is_told_apart(
    gateway: FakeGateway, status: int, told: str, expected: type[Exception]
) -> None:
    gateway.says(status, {"response": {"message": [told]}})
    with pytest.raises(expected) as caught:
        _fetch()
    assert type(caught.value) is expected
