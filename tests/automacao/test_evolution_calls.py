"""Calls to Evolution, against a real HTTP server."""

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from automacao.gateways import port, registry
from automacao.gateways.port import (
    Accepted,
    Channel,
    GatewayError,
    OutboundMessage,
    Pairing,
    State,
    Webhook,
)
from tests.automacao.evolution_data import CUSTOMER, body, manifest
from tests.automacao.evolution_server import (
    CHANNEL,
    FakeGateway,
    Request,
    break_off,
    hang_up,
    reset,
)

WEBHOOK = Webhook("https://desk.example/hooks/1", "s3cret")
TEXT = OutboundMessage(CUSTOMER, "oi")
EVOLUTION = registry.gateway("evolution")
MANIFEST = manifest("evolution_http")


def _call_for(path: str) -> Callable[[], object]:
    """Choose the call that gets a recorded answer; those we never make answer a send."""
    return {
        "/instance/connect": lambda: EVOLUTION.start(CHANNEL),
        "/instance/connectionState": lambda: EVOLUTION.state(CHANNEL),
        "/instance/create": lambda: EVOLUTION.create_channel("ch_1", "+5511900000100", WEBHOOK),
    }.get(path.removesuffix("/loja-aurora-01"), lambda: EVOLUTION.send(CHANNEL, TEXT))


@pytest.mark.parametrize("file", sorted(MANIFEST))
def test_every_recorded_answer_ends_in_its_class(gateway: FakeGateway, file: str) -> None:
    recorded = json.loads(body(file))
    gateway.says(recorded["status"], recorded["body"])
    call = _call_for(recorded["request"]["path"])
    expected = MANIFEST[file][0]["error_class"]
    if expected is None:
        call()
        return
    with pytest.raises(GatewayError) as caught:
        call()
    assert type(caught.value) is getattr(port, expected)


# --- Sending --------------------------------------------------------------------------------------


def test_a_text_is_sent_to_the_address_the_network_gave(gateway: FakeGateway) -> None:
    gateway.says(201, json.loads(body("evolution_http/201_send_text_pending.json"))["body"])
    accepted = EVOLUTION.send(CHANNEL, OutboundMessage("128000000000001@lid", "oi", reply_to="Q1"))
    assert accepted == Accepted("3EB0000000000000000C01", CUSTOMER)
    assert gateway.requests == [
        Request(
            "POST",
            "/evo/message/sendText/ch_1",
            "channel-token",
            {"number": "128000000000001@lid", "text": "oi", "quoted": {"key": {"id": "Q1"}}},
        )
    ]


def test_a_first_contact_is_sent_by_its_digits(gateway: FakeGateway) -> None:
    gateway.says(201, {"key": {"id": "A"}})
    assert (
        EVOLUTION.send(CHANNEL, OutboundMessage("5511900000001", "oi")).address == "5511900000001"
    )
    assert gateway.requests[0].body == {"number": "5511900000001", "text": "oi"}


def test_a_success_that_names_no_message_is_accepted_without_id(gateway: FakeGateway) -> None:
    gateway.says(201, {"status": "PENDING"})
    assert EVOLUTION.send(CHANNEL, TEXT) == Accepted("", CUSTOMER)


@pytest.mark.parametrize(
    "address", ["", "123", "1" * 18, "abc", "120363000000000001@g.us", "+5511900000001", "@lid"]
)
def test_an_address_that_could_harm_another_chat_is_never_asked_for(
    gateway: FakeGateway, address: str
) -> None:
    with pytest.raises(port.InvalidRequest):
        EVOLUTION.send(CHANNEL, OutboundMessage(address, "oi"))
    assert gateway.requests == []


@pytest.mark.parametrize("misbehave", [hang_up, reset, break_off])
def test_a_send_whose_answer_is_lost_is_of_unknown_outcome(
    gateway: FakeGateway, misbehave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.misbehave = misbehave
    with pytest.raises(port.SendOutcomeUnknown):
        EVOLUTION.send(CHANNEL, TEXT)
    assert len(gateway.requests) == 1


def test_a_send_that_hangs_is_of_unknown_outcome(gateway: FakeGateway) -> None:
    is_over = threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        is_over.wait(5)
        handler.close_connection = True

    gateway.misbehave = hang
    with pytest.raises(port.SendOutcomeUnknown, match="ReadTimeout"):
        EVOLUTION.send(CHANNEL, TEXT)
    is_over.set()
    assert len(gateway.requests) == 1


def test_a_gateway_that_is_not_there_never_got_the_message(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        settings.GATEWAYS = {"evolution": {"url": address, "key": "k"}}
        with pytest.raises(port.GatewayUnavailable):
            EVOLUTION.send(CHANNEL, TEXT)


@pytest.mark.parametrize("misbehave", [hang_up, reset])
def test_other_calls_may_simply_be_asked_again(
    gateway: FakeGateway, misbehave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.misbehave = misbehave
    for call in (EVOLUTION.state, EVOLUTION.start, EVOLUTION.logout, EVOLUTION.delete_channel):
        with pytest.raises(port.GatewayUnavailable):
            call(CHANNEL)


@pytest.mark.parametrize("key", ["s3cret\nbreak", "s3cret\r\nX: 1"])
def test_a_key_that_is_no_header_stops_the_channel_without_being_told(
    gateway: FakeGateway, key: str
) -> None:
    with pytest.raises(port.GatewayMisconfigured) as caught:
        EVOLUTION.send(Channel("ch_1", key), TEXT)
    assert "s3cret" not in repr(caught.value)


def test_an_address_of_another_kind_is_a_wrong_setting(settings: Settings) -> None:
    settings.GATEWAYS = {"evolution": {"url": "gateway.example", "key": "k"}}
    with pytest.raises(port.GatewayMisconfigured):
        EVOLUTION.send(CHANNEL, TEXT)


# --- Channels -------------------------------------------------------------------------------------


def test_a_channel_is_made_with_everything_it_needs(gateway: FakeGateway) -> None:
    gateway.says(201, json.loads(body("evolution_http/201_instance_create.json"))["body"])
    created = EVOLUTION.create_channel("ch_1", "+5511900000100", WEBHOOK)
    assert created.token == "FIXTURE-INSTANCE-TOKEN"
    assert created.pairing == Pairing(qr="2@FIXTUREONLY")
    (asked,) = gateway.requests
    assert (asked.path, asked.key) == ("/evo/instance/create", "global-key")
    webhook = asked.body.pop("webhook")
    assert asked.body == {
        "instanceName": "ch_1",
        "integration": "WHATSAPP-BAILEYS",
        "number": "5511900000100",
        "qrcode": True,
        "rejectCall": False,
        "groupsIgnore": True,
        "alwaysOnline": False,
        "readMessages": False,
        "readStatus": False,
        "syncFullHistory": False,
    }
    _assert_complete(webhook)


def test_a_webhook_is_configured_again_whole(gateway: FakeGateway) -> None:
    gateway.says(201, {"id": "row"})
    EVOLUTION.configure_webhook(CHANNEL, WEBHOOK)
    (asked,) = gateway.requests
    assert (asked.path, asked.key) == ("/evo/webhook/set/ch_1", "channel-token")
    assert list(asked.body) == ["webhook"]
    _assert_complete(asked.body["webhook"])


def _assert_complete(webhook: dict[str, Any]) -> None:
    events = webhook.pop("events")
    assert {"MESSAGES_UPSERT", "MESSAGES_UPDATE", "SEND_MESSAGE", "QRCODE_UPDATED"} <= set(events)
    assert not {"MESSAGES_SET", "CHATS_UPDATE", "PRESENCE_UPDATE"} & set(events)
    assert webhook == {
        "enabled": True,
        "url": WEBHOOK.url,
        "byEvents": False,
        "base64": False,
        "headers": {"X-Evendas-Secret": "s3cret"},
    }


@pytest.mark.parametrize(
    ("answer", "pairing"),
    [
        ({"pairingCode": "AB12CD34", "code": "2@x", "count": 1}, Pairing("2@x", "AB12CD34")),
        ({"count": 0}, Pairing()),
        ({"instance": {"state": "open"}}, Pairing(is_connected=True)),
    ],
)
def test_starting_gives_what_a_phone_needs_to_pair(
    gateway: FakeGateway, answer: object, pairing: Pairing
) -> None:
    gateway.says(200, answer)
    assert EVOLUTION.start(CHANNEL, "+5511900000100") == pairing
    assert gateway.requests[0].path == "/evo/instance/connect/ch_1?number=5511900000100"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("open", State.CONNECTED),
        ("connecting", State.CONNECTING),
        ("close", State.DISCONNECTED),
        ("refused", State.QR_EXPIRED),
    ],
)
def test_the_state_is_translated(gateway: FakeGateway, said: str, state: State) -> None:
    gateway.says(200, {"instance": {"instanceName": "ch_1", "state": said}})
    assert EVOLUTION.state(CHANNEL) is state


@pytest.mark.parametrize("answer", [{}, [], {"instance": {"state": ["open"]}}, {"instance": 1}])
def test_a_state_nobody_knows_is_no_state(gateway: FakeGateway, answer: object) -> None:
    gateway.says(200, answer)
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.state(CHANNEL)


def test_the_phone_that_paired_is_named(gateway: FakeGateway) -> None:
    other, ours = "5511900000001@s.whatsapp.net", "553198765432@s.whatsapp.net"
    gateway.says(200, [{"name": "ch_2", "ownerJid": other}, {"name": "ch_1", "ownerJid": ours}])
    assert EVOLUTION.own_phone(CHANNEL) == "+5531998765432"
    assert gateway.requests[0].path == "/evo/instance/fetchInstances?instanceName=ch_1"
    nameless: list[object] = [[], {}, [[]], [{"name": "ch_1"}], [{"name": "ch_1", "ownerJid": 1}]]
    for answer in nameless:
        gateway.says(200, answer)
        assert EVOLUTION.own_phone(CHANNEL) is None


def test_logging_out_and_deleting_may_be_repeated(gateway: FakeGateway) -> None:
    gateway.says(400, {"response": {"message": ['The "ch_1" instance is not connected']}})
    EVOLUTION.logout(CHANNEL)
    gateway.says(404, {"response": {"message": ['The "ch_1" instance does not exist']}})
    EVOLUTION.delete_channel(CHANNEL)
    assert [(asked.method, asked.path) for asked in gateway.requests] == [
        ("DELETE", "/evo/instance/logout/ch_1"),
        ("DELETE", "/evo/instance/delete/ch_1"),
    ]


def test_a_channel_without_a_token_uses_the_global_key(gateway: FakeGateway) -> None:
    gateway.says(200, {"instance": {"state": "open"}})
    EVOLUTION.state(Channel("ch_1", ""))
    assert gateway.requests[0].key == "global-key"


def test_a_name_never_becomes_a_path_or_a_query(gateway: FakeGateway) -> None:
    gateway.says(200, {"instance": {"state": "open"}})
    EVOLUTION.state(Channel("a/../b?instanceName=theirs", "t"))
    path = gateway.requests[0].path
    assert path == "/evo/instance/connectionState/a%2F..%2Fb%3FinstanceName%3Dtheirs"


def test_only_known_gateways_are_found() -> None:
    with pytest.raises(LookupError, match="pigeon"):
        registry.gateway("pigeon")
