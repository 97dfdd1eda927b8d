"""Nothing that can be posted makes the adapter raise, or say what cannot be stored."""

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automacao.gateways.evolution import authenticate, error_of, parse, redact, triage
from automacao.gateways.port import Event, GatewayError
from tests.automacao.evolution_data import (
    INSTANCE,
    body,
    captured,
    manifest,
    message,
    webhook,
)

RAW = [body(file) for file in manifest("evolution")] + list(captured().values())
BROKEN = body("evolution/900_truncated_body.json")
BODIES: list[dict[str, Any]] = [json.loads(raw) for raw in RAW if raw != BROKEN]
FIELDS = [
    "key",
    "remoteJid",
    "remoteJidAlt",
    "senderPn",
    "fromMe",
    "id",
    "participant",
    "deleted",
    "message",
    "conversation",
    "text",
    "caption",
    "status",
    "statuses",
    "qrcode",
    "low",
    "high",
    "state",
    "contextInfo",
    "stanzaId",
    "quotedMessage",
    "externalAdReply",
    "title",
    "body",
    "isForwarded",
    "forwardingScore",
    "type",
    "editedMessage",
    "timestampMs",
    "messages",
    "from",
    "chatId",
    "callerPn",
    "date",
    "offline",
    "isVideo",
    "mimetype",
    "fileName",
    "fileLength",
    "seconds",
    "mediaKey",
    "url",
    "directPath",
    "ptt",
    "gifPlayback",
    "degreesLatitude",
    "degreesLongitude",
    "name",
    "address",
    "vcard",
    "displayName",
    "contacts",
    "options",
    "optionName",
    "selectableOptionsCount",
    "selectedButtonId",
    "singleSelectReply",
    "selectedRowId",
    "nativeFlowResponseMessage",
    "paramsJson",
    "orderId",
    "sellerJid",
    "itemCount",
    "totalAmount1000",
    "product",
    "priceAmount1000",
    "0",
    "1",
]
CONTENT = [
    "conversation",
    "extendedTextMessage",
    "imageMessage",
    "videoMessage",
    "ptvMessage",
    "audioMessage",
    "documentMessage",
    "stickerMessage",
    "locationMessage",
    "liveLocationMessage",
    "contactMessage",
    "contactsArrayMessage",
    "pollCreationMessageV3",
    "pollUpdateMessage",
    "buttonsResponseMessage",
    "listResponseMessage",
    "templateButtonReplyMessage",
    "interactiveResponseMessage",
    "orderMessage",
    "productMessage",
    "reactionMessage",
    "protocolMessage",
    "ephemeralMessage",
    "viewOnceMessageV2",
    "editedMessage",
    "lottieStickerMessage",
    "documentWithCaptionMessage",
    "messageContextInfo",
    "albumMessage",
    "newThing",
]
EVENTS = sorted({one["event"] for one in BODIES} | {"messages.found", "messaging-history.set"})
NAMES = st.sampled_from(FIELDS + CONTENT) | st.text(max_size=4)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["1@lid", "5511900000001@s.whatsapp.net", "1@g.us", "REVOKE", "14", "offer"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
FUZZ = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _survives(raw: bytes) -> None:
    events = parse({}, raw)
    assert events
    assert triage({}, raw, INSTANCE).status in {200, 400, 403}
    assert isinstance(redact(raw), bytes)
    for event in events:
        _assert_storable(event)


def _assert_storable(event: Event) -> None:
    """JSON and text as PostgreSQL takes them."""
    json.dumps(asdict(event), allow_nan=False, default=str)
    for content in _texts(asdict(event)):
        content.encode("utf-8")
        assert "\0" not in content


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every place in a body, deepest last."""
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield (*path, name)
            yield from _places(value[name], (*path, name))


@FUZZ
@given(JSON, st.sampled_from(EVENTS))
def test_any_data_under_any_event_is_survived(data: object, event: str) -> None:
    _survives(webhook(event, data))
    _survives(json.dumps(data).encode())


@FUZZ
@given(st.sampled_from(EVENTS), NAMES, JSON, JSON)
def test_any_change_of_a_message_is_survived(
    event: str, name: str, value: object, other: object
) -> None:
    data = message(key={name: value})
    _survives(webhook(event, data | {name: other}, sender=value, date_time=other))
    _survives(webhook(event, message(message={name: value}, messageTimestamp=other)))


@FUZZ
@given(
    st.sampled_from(["messages.upsert", "messages.found", "messages.set", "send.message"]),
    st.sampled_from(CONTENT),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8),
    JSON,
)
def test_any_content_of_every_kind_is_survived(
    event: str, name: str, media: dict[str, object], context: object
) -> None:
    data = message(message={name: media}, contextInfo=context)
    _survives(webhook(event, [data]))
    wrapped = {"viewOnceMessage": {"message": {name: media | {"contextInfo": context}}}}
    _survives(webhook(event, [message(message=wrapped, key={"fromMe": True})]))
    quote = {"stanzaId": "Q", "quotedMessage": {name: media}}
    _survives(webhook(event, [message(contextInfo=quote)]))


@FUZZ
@given(st.sampled_from(BODIES), st.data(), JSON)
def test_any_place_of_a_true_body_may_hold_anything(
    told: dict[str, Any], data: st.DataObject, value: object
) -> None:
    changed = copy.deepcopy(told)
    *way, last = data.draw(st.sampled_from(list(_places(changed))))
    inner: Any = changed
    for name in way:
        inner = inner[name]
    inner[last] = value
    _survives(json.dumps(changed).encode())


@FUZZ
@given(st.sampled_from(RAW), st.floats(0, 1))
def test_any_truncation_is_survived(raw: bytes, share: float) -> None:
    _survives(raw[: int(len(raw) * share)])


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(raw: bytes) -> None:
    _survives(raw)
    assert authenticate({}, raw, "s") is False


PATHS = ["/message/sendText/a", "/chat/getBase64FromMediaMessage/a", "/instance/connectionState/a"]


@FUZZ
@given(st.sampled_from(PATHS), st.integers(100, 599), JSON | st.binary(max_size=50))
def test_any_answer_has_a_class_or_is_a_success(path: str, status: int, told: object) -> None:
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    error = error_of(path, status, raw)
    assert error is None or issubclass(error, GatewayError)
    assert 200 <= status < 300 or error is not None
