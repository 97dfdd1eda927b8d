"""What the desk understands of Evolution's messages, whatever version and however broken."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from automacao.gateways.evolution import parse, redact, triage
from automacao.gateways.port import (
    Event,
    HistoryBatch,
    Identity,
    Ignored,
    MessageEcho,
    MessageReceived,
    Quarantine,
)
from tests.automacao.evolution_data import (
    CUSTOMER,
    OWN,
    body,
    captured,
    manifest,
    message,
    webhook,
)

MANIFEST = manifest("evolution")
AT_THE_DOOR = {
    "evolution/111_duplicate_retry.json",
    "evolution/900_truncated_body.json",
    "evolution/904_wrong_instance_for_url.json",
}


def _one(raw: bytes) -> Event:
    events = parse({}, raw)
    assert len(events) == 1
    return events[0]


def _received(data: object, **envelope: object) -> MessageReceived:
    event = _one(webhook("messages.upsert", data, **envelope))
    assert isinstance(event, MessageReceived)
    return event


def _identities(event: MessageReceived | MessageEcho) -> dict[str, str]:
    return {identity.kind: identity.value for identity in event.identities}


def _facts(event: Event) -> dict[str, Any]:
    facts = {name: getattr(event, name) for name in event.__dataclass_fields__}
    if isinstance(event, MessageReceived | MessageEcho):
        facts |= {"phone": None, "lid": None} | _identities(event)
        facts["wa_id"] = event.address.partition("@")[0]
        facts["filename"] = event.file.name if event.file else None
        facts["choice_id"] = event.facts.get("id")
        facts["view_once"] = event.facts.get("view_once")
    if isinstance(event, HistoryBatch):
        facts["count"] = len(event.messages)
    return {"type": event.type, **facts}


# --- The fixtures and the captures --------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(MANIFEST.keys() - AT_THE_DOOR))
def test_every_known_body_gives_the_expected_event(file: str) -> None:
    (expected,) = MANIFEST[file]
    facts = _facts(_one(body(file)))
    wanted = {name: value for name, value in expected.items() if name != "note"}
    assert {name: facts.get(name) for name in wanted} == wanted


def test_a_retry_is_byte_identical_to_the_first_delivery() -> None:
    assert body("evolution/110_duplicate_first.json") == body("evolution/111_duplicate_retry.json")


@pytest.mark.parametrize("raw", captured().values(), ids=captured().keys())
def test_every_captured_body_is_understood(raw: bytes) -> None:
    assert not [event for event in parse({}, raw) if isinstance(event, Quarantine)]
    assert triage({}, raw, json.loads(raw)["instance"]).status == 200
    assert json.loads(redact(raw))["apikey"] == "***"


def test_every_captured_text_is_a_message() -> None:
    kinds = {name: _one(raw).type for name, raw in captured().items()}
    assert kinds["messages.upsert t4_inbound:text_lid"] == "message.received"
    assert kinds["messages.upsert t4_inbound:extended_reply"] == "message.received"
    assert kinds["messages.upsert t4_inbound:ephemeral_text"] == "message.received"
    assert kinds["messages.upsert t4_inbound:from_me_phone"] == "message.echo"
    assert kinds["messages.upsert t6_B:group_text_lid"] == "ignored"
    assert kinds["send.message t5_outbound:sendText"] == "message.echo"
    assert kinds["messages.update t5_outbound:receipt_played"] == "message.status"
    assert kinds["messages.edited t4_inbound:edit"] == "message.edited"
    assert kinds["messages.edited t4_inbound:revoke"] == "message.deleted"
    assert kinds["messages.delete t5_outbound:deleteForEveryone"] == "message.deleted"
    assert kinds["send.message.update t5_outbound:updateMessage"] == "message.edited"
    assert kinds["call t6_B:call_event"] == "call.received"
    assert kinds["messages.set t6_B:history_set_event"] == "history.batch"


# --- Who it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "phone", "lid", "address"),
    [
        pytest.param(
            {"remoteJid": "128000000000001@lid", "senderPn": CUSTOMER},
            "+5511900000001",
            "128000000000001",
            CUSTOMER,
            id="2.3.0",
        ),
        pytest.param(
            {
                "remoteJid": CUSTOMER,
                "senderPn": CUSTOMER,
                "previousRemoteJid": "128000000000001@lid",
            },
            "+5511900000001",
            "128000000000001",
            CUSTOMER,
            id="2.3.1",
        ),
        pytest.param(
            {
                "remoteJid": "128000000000001:7@lid",
                "remoteJidAlt": "5511900000001:7@s.whatsapp.net",
            },
            "+5511900000001",
            "128000000000001",
            CUSTOMER,
            id="device suffixes",
        ),
        pytest.param(
            {"remoteJid": "128000000000001@hosted.lid"},
            None,
            "128000000000001",
            "128000000000001@hosted.lid",
            id="hosted lid",
        ),
        pytest.param(
            {"remoteJid": "128000000000001@lid", "remoteJidAlt": OWN},
            None,
            "128000000000001",
            "128000000000001@lid",
            id="own number in the customer's place",
        ),
        pytest.param(
            {"remoteJid": "128000000000001@lid", "remoteJidAlt": "128000000000001"},
            None,
            "128000000000001",
            "128000000000001@lid",
            id="a lid that lost its domain is no phone",
        ),
        pytest.param(
            {"remoteJid": "5511900000001"}, "+5511900000001", None, CUSTOMER, id="no domain"
        ),
        pytest.param(
            {"remoteJid": "551812345678@s.whatsapp.net"},
            "+551812345678",
            None,
            "551812345678@s.whatsapp.net",
            id="a phone the rule does not know stays as the network says",
        ),
    ],
)
def test_a_customer_is_found_wherever_the_version_puts_them(
    key: dict[str, object], phone: str | None, lid: str | None, address: str
) -> None:
    event = _received(message(key=key))
    assert (_identities(event).get("phone"), _identities(event).get("lid")) == (phone, lid)
    assert event.address == address


@pytest.mark.parametrize("sender", ["553190000100@s.whatsapp.net", "5531990000100@s.whatsapp.net"])
def test_the_own_number_is_known_in_either_form(sender: str) -> None:
    key = {"remoteJid": "128000000000001@lid", "remoteJidAlt": "5531990000100@s.whatsapp.net"}
    assert _received(message(key=key), sender=sender).identities == (
        Identity("lid", "128000000000001"),
    )


def test_an_echo_never_takes_our_own_lid_for_the_customers() -> None:
    key = {"fromMe": True, "senderLid": "128999999999999@lid", "senderPn": OWN}
    event = _one(webhook("messages.upsert", message(key=key)))
    assert isinstance(event, MessageEcho)
    assert event.identities == (Identity("phone", "+5511900000001"),)


@pytest.mark.parametrize(
    ("jid", "reason"),
    [
        ("120363000000000001@g.us", "group"),
        ("status@broadcast", "broadcast"),
        ("1785600000@broadcast", "broadcast"),
        ("120363000000000001@newsletter", "newsletter"),
        ("867051314767696@bot", "bot"),
        ("x@call", "call"),
    ],
)
def test_what_no_customer_is_behind_is_ignored(jid: str, reason: str) -> None:
    data = message(key={"remoteJid": jid})
    receipt = {"keyId": "X", "remoteJid": jid, "fromMe": True, "status": "READ"}
    edit = {"key": {"remoteJid": jid, "id": "X"}, "type": "MESSAGE_EDIT"}
    assert _one(webhook("messages.upsert", data)) == Ignored(reason)
    assert _one(webhook("messages.update", receipt)) == Ignored(reason)
    assert _one(webhook("messages.edited", edit)) == Ignored(reason)


@pytest.mark.parametrize("extra", [{}, {"remoteJidAlt": "128000000000100@lid"}])
def test_notes_to_self_are_ignored(extra: dict[str, str]) -> None:
    data = message(key={"remoteJid": OWN, "fromMe": True} | extra)
    assert _one(webhook("messages.upsert", data)) == Ignored("self")


# --- What they wrote ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        {"conversation": "oi"},
        {"extendedTextMessage": {"text": "oi"}},
        {"ephemeralMessage": {"message": {"conversation": "oi"}}},
        {"ephemeralMessage": {"message": {"extendedTextMessage": {"text": "oi"}}}},
    ],
)
def test_a_text_is_read_from_every_place_it_may_stand(content: dict[str, object]) -> None:
    assert _received(message(message=content)).text == "oi"


def test_a_reply_in_the_original_shape_names_what_it_answers() -> None:
    content = {"extendedTextMessage": {"text": "oi", "contextInfo": {"stanzaId": "Q1"}}}
    assert _received(message(message=content)).reply_to == "Q1"
    wrapped = {"ephemeralMessage": {"message": content}}
    assert _received(message(message=wrapped)).reply_to == "Q1"


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        [],
        "oi",
        {"conversation": ""},
        {"conversation": None},
        {"extendedTextMessage": ""},
        {"messageContextInfo": {}, "senderKeyDistributionMessage": {}, "base64": "x"},
    ],
)
def test_a_message_without_content_is_kept_apart(content: object) -> None:
    raw = webhook("messages.upsert", message(message=content))
    assert _one(raw) == Quarantine("no content")


def test_text_comes_out_storable() -> None:
    raw = webhook("messages.upsert", message("a\0b \ud83d \U0001f60a", pushName="M\0\udfff"))
    event = _one(raw)
    assert isinstance(event, MessageReceived)
    assert (event.text, event.push_name) == ("ab \ufffd \U0001f60a", "M\ufffd")


def test_ids_and_names_have_a_sane_length() -> None:
    event = _received(
        message(key={"id": "9" * 500}, pushName="n" * 5000, contextInfo={"stanzaId": "q" * 500})
    )
    assert event.reply_to is not None
    assert (len(event.id), len(event.push_name), len(event.reply_to)) == (128, 200, 128)


def test_the_stores_own_name_is_never_a_customers() -> None:
    event = _one(webhook("messages.upsert", message(key={"fromMe": True}, pushName="Loja")))
    assert isinstance(event, MessageEcho)
    assert "Loja" not in repr(event)


@pytest.mark.parametrize(
    "key",
    [None, [], "x", {"id": ""}, {"id": None}, {"id": 7}, {"fromMe": "false"}, {"fromMe": None}]
    + [{"remoteJid": jid} for jid in (None, "", "@", "0@s.whatsapp.net", "a@hosted", "x" * 999)],
)
def test_a_message_that_cannot_be_placed_is_kept_apart(key: object) -> None:
    assert isinstance(_one(webhook("messages.upsert", message(key=key))), Quarantine)


def test_several_messages_in_one_body_are_all_read() -> None:
    data = [message("um"), "lixo", message("dois")]
    kinds = [event.type for event in parse({}, webhook("messages.upsert", data))]
    assert kinds == ["message.received", "quarantine", "message.received"]
    assert parse({}, webhook("messages.upsert", [])) == [Ignored("empty")]


# --- When ---------------------------------------------------------------------------------------


NOON = datetime(2026, 8, 1, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("1785600000", NOON),
        ("1785600000000", NOON),
        ('"1785600000"', NOON),
        ("1785600000.9", NOON),
        ('{"low": 1785600000, "high": 0, "unsigned": true}', NOON),
        ('{"low": -1106395136, "high": 415, "unsigned": false}', NOON),
        ("-1", None),
        ("0", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999", None),
        ("true", None),
        ("null", None),
        ("100000000000000", None),
        ("9" * 5000, None),
        ('"' + "9" * 5000 + '"', None),
        ('"²"', None),
        ('{"low": {"low": 1, "high": 0}, "high": 0}', None),
        ('{"low": 0, "high": 9999999999}', None),
    ],
)
def test_a_time_is_believed_only_when_it_can_be(timestamp: str, expected: datetime | None) -> None:
    raw = webhook("messages.upsert", message(messageTimestamp="HERE"))
    event = _one(raw.replace(b'"HERE"', timestamp.encode()))
    assert isinstance(event, MessageReceived)
    assert event.sent_at == expected
