"""What goes out through Evolution besides text, and what is done to it afterwards."""

import base64
import io
import re
from collections.abc import Callable
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import BinaryIO

import pytest

from automacao.gateways import port, registry
from automacao.gateways.port import (
    Accepted,
    Facts,
    Kind,
    OutboundFile,
    OutboundMessage,
    Registration,
    Target,
)
from tests.automacao.evolution_data import CUSTOMER, body
from tests.automacao.evolution_server import CHANNEL, FakeGateway, break_off, hang_up, reset

EVOLUTION = registry.gateway("evolution")
LID = "128000000000001@lid"
PHOTO = bytes(range(256)) * 1000
TARGET = Target(CUSTOMER, "M1", is_ours=True)


def _file(
    content: bytes = PHOTO, name: str = "vestido azul.jpg", mime: str = "image/jpeg"
) -> OutboundFile:
    return OutboundFile(name, mime, len(content), lambda: io.BytesIO(content))


def _letter(kind: str, **parts: object) -> OutboundMessage:
    return OutboundMessage(CUSTOMER, kind=kind, **{"text": "", **parts})  # type: ignore[arg-type]


def _parts(raw: bytes) -> dict[str, bytes]:
    """Read a form as the gateway does: each field, and the file's name and type beside it."""
    parts: dict[str, bytes] = {}
    for part in message_from_bytes(raw).get_payload():
        content = part.get_payload(decode=True)  # type: ignore[union-attr]
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        parts[str(name)] = content  # type: ignore[assignment]
        if filename := part.get_filename():  # type: ignore[union-attr]
            parts["file.name"] = filename.encode()
            parts["file.type"] = part.get_content_type().encode()  # type: ignore[union-attr]
    return parts


@pytest.fixture
def accepting(gateway: FakeGateway) -> FakeGateway:
    gateway.says(201, {"key": {"id": "A", "remoteJid": CUSTOMER}})
    return gateway


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.DOCUMENT])
def test_a_file_goes_out_in_parts_with_its_caption(accepting: FakeGateway, kind: Kind) -> None:
    letter = _letter(kind, text="É este?", file=_file(), reply_to="Q1")
    assert EVOLUTION.send(CHANNEL, letter) == Accepted("A", CUSTOMER)
    (asked,) = accepting.requests
    assert (asked.method, asked.path) == ("POST", "/evo/message/sendMedia/ch_1")
    assert _parts(asked.raw) == {
        "number": CUSTOMER.encode(),
        "mediatype": kind.encode(),
        "mimetype": b"image/jpeg",
        "fileName": b"vestido azul.jpg",
        "caption": "É este?".encode(),
        "quoted[key][id]": b"Q1",
        "file": PHOTO,
        "file.name": b"vestido azul.jpg",
        "file.type": b"image/jpeg",
    }


def test_a_recording_goes_out_as_a_voice_note(accepting: FakeGateway) -> None:
    EVOLUTION.send(CHANNEL, _letter(Kind.VOICE, file=_file(b"OggS", "voz.ogg", "audio/ogg")))
    (asked,) = accepting.requests
    assert asked.path == "/evo/message/sendWhatsAppAudio/ch_1"
    parts = _parts(asked.raw)
    assert (parts["number"], parts["file"]) == (CUSTOMER.encode(), b"OggS")
    assert "caption" not in parts


def test_a_sticker_goes_out_inside_the_body(accepting: FakeGateway) -> None:
    EVOLUTION.send(CHANNEL, _letter(Kind.STICKER, file=_file(b"RIFF"), reply_to="Q1"))
    (asked,) = accepting.requests
    assert asked.path == "/evo/message/sendSticker/ch_1"
    assert asked.body == {
        "number": CUSTOMER,
        "sticker": base64.b64encode(b"RIFF").decode(),
        "quoted": {"key": {"id": "Q1"}},
    }


def test_a_file_is_read_while_it_is_sent(accepting: FakeGateway) -> None:
    """Its pieces are small however large it is, and it is closed at the end."""

    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            Watched.largest = max(Watched.largest, len(piece))
            return piece

    opened = Watched(PHOTO * 40)
    file = OutboundFile("v.mp4", "video/mp4", len(PHOTO) * 40, lambda: opened)
    EVOLUTION.send(CHANNEL, _letter(Kind.VIDEO, file=file))
    assert 0 < Watched.largest <= 1024 * 1024 < len(PHOTO) * 40
    assert opened.closed


@pytest.mark.parametrize("misbehave", [hang_up, reset, break_off])
def test_a_file_whose_answer_is_lost_is_of_unknown_outcome(
    gateway: FakeGateway, misbehave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.misbehave = misbehave
    with pytest.raises(port.SendOutcomeUnknown):
        EVOLUTION.send(CHANNEL, _letter(Kind.IMAGE, file=_file(b"x")))
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("answer", [b"", b"null"])
def test_the_empty_success_of_a_media_send_is_of_unknown_outcome(
    gateway: FakeGateway, answer: bytes
) -> None:
    gateway.status, gateway.answer = 201, answer
    with pytest.raises(port.SendOutcomeUnknown):
        EVOLUTION.send(CHANNEL, _letter(Kind.IMAGE, file=_file(b"x")))


def _broken() -> BinaryIO:
    raise OSError("storage is away")


def test_our_own_missing_file_never_left(gateway: FakeGateway, tmp_path: Path) -> None:
    gone = OutboundFile("a.jpg", "image/jpeg", 1, lambda: (tmp_path / "gone").open("rb"))
    with pytest.raises(port.FileMissing):
        EVOLUTION.send(CHANNEL, _letter(Kind.IMAGE, file=gone))
    away = OutboundFile("a.jpg", "image/jpeg", 1, _broken)
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.send(CHANNEL, _letter(Kind.IMAGE, file=away))
    large = OutboundFile("a.webp", "image/webp", 2 * 1024 * 1024, _broken)
    with pytest.raises(port.FileTooLarge):
        EVOLUTION.send(CHANNEL, _letter(Kind.STICKER, file=large))
    assert gateway.requests == []


# --- Places and people ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "text", "name", "address"),
    [
        ({"name": "Loja", "address": "Av. 1"}, "", "Loja", "Av. 1"),
        ({}, "aqui", "aqui", "-23.5, -46.6"),
        ({"name": ""}, "", "-23.5, -46.6", "-23.5, -46.6"),
    ],
)
def test_a_place_always_has_a_name_and_an_address(
    accepting: FakeGateway, facts: Facts, text: str, name: str, address: str
) -> None:
    place = {"latitude": -23.5, "longitude": -46.6, **facts}
    EVOLUTION.send(CHANNEL, _letter(Kind.LOCATION, text=text, facts=place))
    (asked,) = accepting.requests
    assert asked.path == "/evo/message/sendLocation/ch_1"
    assert asked.body == {
        "number": CUSTOMER,
        "latitude": -23.5,
        "longitude": -46.6,
        "name": name,
        "address": address,
    }


def test_each_phone_of_a_card_is_a_contact_of_its_own(accepting: FakeGateway) -> None:
    phones = ["+55 11 90000-0055", "(11) 3333-0001", "190", 7]
    cards = [{"name": "Ana", "phones": phones, "organization": "Padaria"}, "junk"]
    EVOLUTION.send(CHANNEL, _letter(Kind.CONTACT, facts={"cards": cards}))
    (asked,) = accepting.requests
    assert asked.path == "/evo/message/sendContact/ch_1"
    common = {"fullName": "Ana", "organization": "Padaria"}
    assert asked.body["contact"] == [
        common | {"wuid": "5511900000055", "phoneNumber": "+5511900000055"},
        common | {"wuid": "551133330001", "phoneNumber": "+551133330001"},
    ]


@pytest.mark.parametrize(
    "letter",
    [
        _letter(Kind.IMAGE),
        _letter(Kind.VOICE),
        _letter(Kind.STICKER),
        _letter(Kind.LOCATION),
        _letter(Kind.LOCATION, facts={"latitude": 91, "longitude": 0}),
        _letter(Kind.CONTACT),
        _letter(Kind.CONTACT, facts={"cards": [{"name": "Ana", "phones": ["190"]}]}),
        _letter(Kind.POLL),
        _letter("nonsense"),
    ],
)
def test_a_message_without_its_content_is_never_asked_for(
    gateway: FakeGateway, letter: OutboundMessage
) -> None:
    with pytest.raises(port.InvalidRequest):
        EVOLUTION.send(CHANNEL, letter)
    assert gateway.requests == []


# --- Afterwards -----------------------------------------------------------------------------------


def test_a_reaction_names_the_message_as_the_network_does(accepting: FakeGateway) -> None:
    EVOLUTION.react(CHANNEL, Target("5511900000001", "M1", is_ours=False), "👍")
    EVOLUTION.react(CHANNEL, Target(LID, "M1", is_ours=True), "")
    assert [asked.path for asked in accepting.requests] == ["/evo/message/sendReaction/ch_1"] * 2
    assert [asked.body for asked in accepting.requests] == [
        {"key": {"remoteJid": CUSTOMER, "fromMe": False, "id": "M1"}, "reaction": "👍"},
        {"key": {"remoteJid": LID, "fromMe": True, "id": "M1"}, "reaction": ""},
    ]


def test_an_edit_and_a_deletion_name_the_message(gateway: FakeGateway) -> None:
    gateway.says(200, {"key": {"id": "A"}})
    EVOLUTION.edit(CHANNEL, TARGET, "novo")
    EVOLUTION.delete(CHANNEL, TARGET)
    edited, deleted = gateway.requests
    key = {"remoteJid": CUSTOMER, "fromMe": True, "id": "M1"}
    assert (edited.method, edited.path) == ("POST", "/evo/chat/updateMessage/ch_1")
    assert edited.body == {"number": CUSTOMER, "key": key, "text": "novo"}
    assert deleted.method == "DELETE"
    assert deleted.path == "/evo/chat/deleteMessageForEveryone/ch_1"
    assert deleted.body == key


def test_a_read_receipt_names_every_message(gateway: FakeGateway) -> None:
    gateway.says(201, {"message": "Read messages", "read": "success"})
    EVOLUTION.mark_read(CHANNEL, [Target("5511900000001", "M1", is_ours=False)])
    (asked,) = gateway.requests
    assert (asked.method, asked.path) == ("POST", "/evo/chat/markMessageAsRead/ch_1")
    assert asked.body == {"readMessages": [{"remoteJid": CUSTOMER, "fromMe": False, "id": "M1"}]}


def _changes() -> list[Callable[[], None]]:
    return [
        lambda: EVOLUTION.mark_read(CHANNEL, [TARGET]),
        lambda: EVOLUTION.react(CHANNEL, TARGET, "👍"),
        lambda: EVOLUTION.edit(CHANNEL, TARGET, "novo"),
        lambda: EVOLUTION.delete(CHANNEL, TARGET),
    ]


@pytest.mark.parametrize("change", _changes())
def test_a_change_may_be_asked_again(gateway: FakeGateway, change: Callable[[], None]) -> None:
    gateway.misbehave = hang_up
    with pytest.raises(port.GatewayUnavailable):
        change()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, "Message is older than 15 minutes"),
        (404, "Message not found"),
        (400, "RemoteJid does not match"),
        (400, '"reaction" must be an emoji'),
    ],
)
def test_a_change_that_can_never_be_is_refused(
    gateway: FakeGateway, status: int, told: str
) -> None:
    gateway.says(status, {"response": {"message": [told]}})
    for change in _changes():
        with pytest.raises(port.InvalidRequest):
            change()


@pytest.mark.parametrize("address", ["", "1", "120363000000000001@g.us"])
def test_a_change_elsewhere_is_never_asked_for(gateway: FakeGateway, address: str) -> None:
    target = Target(address, "M1", is_ours=True)
    with pytest.raises(port.InvalidRequest):
        EVOLUTION.delete(CHANNEL, target)
    with pytest.raises(port.InvalidRequest):
        EVOLUTION.react(CHANNEL, target, "👍")
    with pytest.raises(port.InvalidRequest):
        EVOLUTION.edit(CHANNEL, target, "novo")
    assert gateway.requests == []


# --- Numbers --------------------------------------------------------------------------------------


def test_the_network_names_the_address_of_a_number(gateway: FakeGateway) -> None:
    recorded = re.search(
        rb'"body": (\[.*\])', body("evolution_http/200_whatsapp_numbers.json"), re.DOTALL
    )
    assert recorded
    gateway.status, gateway.answer = 200, recorded[1]
    found = EVOLUTION.check_number(CHANNEL, "+5531990000001")
    assert found == Registration(exists=True, address="553190000001@s.whatsapp.net")
    assert gateway.requests[0].path == "/evo/chat/whatsappNumbers/ch_1"
    assert gateway.requests[0].body == {"numbers": ["5531990000001"]}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"exists": False, "jid": CUSTOMER}, Registration(exists=False)),
        ({"exists": True, "jid": CUSTOMER, "lid": LID}, Registration(True, CUSTOMER, LID[:15])),
        ({"exists": True, "jid": LID}, Registration(True, LID, LID[:15])),
        ({"exists": True, "jid": CUSTOMER, "lid": "lid"}, Registration(True, CUSTOMER)),
        ({"exists": True, "jid": "?"}, Registration(exists=False)),
    ],
)
def test_a_number_is_there_or_not(
    gateway: FakeGateway, row: object, expected: Registration
) -> None:
    gateway.says(200, [row])
    assert EVOLUTION.check_number(CHANNEL, "+5511900000001") == expected


@pytest.mark.parametrize("answer", [{}, [], [{}], [{"exists": "yes"}], "x"])
def test_an_answer_that_says_nothing_of_a_number_is_none(
    gateway: FakeGateway, answer: object
) -> None:
    gateway.says(200, answer)
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.check_number(CHANNEL, "+5511900000001")


def test_a_number_cannot_be_asked_about_on_a_closed_line(gateway: FakeGateway) -> None:
    gateway.says(400, {"output": {"payload": {"message": "Connection Closed"}}})
    with pytest.raises(port.ChannelNotConnected):
        EVOLUTION.check_number(CHANNEL, "+5511900000001")
