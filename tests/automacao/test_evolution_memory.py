"""What Evolution remembers: what was sent, what was said, and where it posts."""

import json
from datetime import UTC, datetime

import pytest

from automacao.gateways import port, registry
from automacao.gateways.evolution import parse
from automacao.gateways.port import (
    Channel,
    Identity,
    Ignored,
    Memory,
    MessageEcho,
    MessageReceived,
    MessageStatus,
    SentMessage,
    Webhook,
)
from tests.automacao.evolution_data import CUSTOMER
from tests.automacao.evolution_server import CHANNEL, FakeGateway

EVOLUTION = registry.gateway("evolution")
SINCE = datetime(2026, 8, 1, 15, 50, tzinfo=UTC)
UNTIL = datetime(2026, 8, 1, 16, 0, 0, 500_000, tzinfo=UTC)
STATUSES = ["READ", "DELIVERY_ACK", "PLAYED", "SERVER_ACK", "PENDING", "ERROR"]
WEBHOOK = Webhook("https://desk.example/hooks/1", "s3cret")


def _stored(
    provider_id: str,
    text: str = "oi",
    *,
    is_ours: bool = True,
    jid: str = CUSTOMER,
    **more: object,
) -> dict[str, object]:
    stored: dict[str, object] = {
        "id": "database-id",
        "key": {"id": provider_id, "fromMe": is_ours, "remoteJid": jid},
        "pushName": "Marina",
        "message": {"extendedTextMessage": {"text": text}},
        "messageType": "extendedTextMessage",
        "messageTimestamp": 1785600000,
        "MessageUpdate": [],
    }
    return stored | more


def _page(*records: object) -> dict[str, object]:
    return {"messages": {"total": 1, "pages": 1, "currentPage": 1, "records": list(records)}}


# --- What was sent --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["paged", "bare"])
def test_what_was_sent_is_found_in_either_shape(gateway: FakeGateway, shape: str) -> None:
    records = [_stored("A"), _stored("B", "deles", is_ours=False), "junk", {"key": None}]
    gateway.says(200, _page(*records) if shape == "paged" else records)
    (found,) = EVOLUTION.find_sent(CHANNEL, CUSTOMER)
    assert found == SentMessage("A", "oi", datetime(2026, 8, 1, 16, 0, tzinfo=UTC), "text")
    assert gateway.requests[0].path == "/evo/chat/findMessages/ch_1"
    assert gateway.requests[0].body == {"where": {"key": {"remoteJid": CUSTOMER, "fromMe": True}}}


def test_a_file_that_was_sent_is_found_by_kind_and_caption(gateway: FakeGateway) -> None:
    contents: list[object] = [
        {"imageMessage": {"caption": "É este?"}},
        {"audioMessage": {"ptt": True}},
        None,
    ]
    gateway.says(200, _page(*(_stored(f"A{n}", message=one) for n, one in enumerate(contents))))
    found = EVOLUTION.find_sent(CHANNEL, CUSTOMER)
    assert [(one.kind, one.text) for one in found] == [
        ("image", "É este?"),
        ("voice", ""),
        ("unsupported", ""),
    ]


def test_a_phone_is_looked_for_in_both_of_its_forms(gateway: FakeGateway) -> None:
    gateway.says(200, {"messages": {"records": None}})
    assert list(EVOLUTION.find_sent(CHANNEL, "5531990000001")) == []
    assert [asked.body["where"]["key"]["remoteJid"] for asked in gateway.requests] == [
        "553190000001@s.whatsapp.net",
        "5531990000001@s.whatsapp.net",
    ]


# --- What was said --------------------------------------------------------------------------------


def test_what_was_said_between_two_moments_is_asked_for_page_by_page(gateway: FakeGateway) -> None:
    first = [_stored(f"A{n}", is_ours=False) for n in range(50)]
    gateway.answers = [_page(*first), _page(_stored("A49", is_ours=False), _stored("B"))]
    told = EVOLUTION.remembered(CHANNEL, SINCE, UNTIL)
    assert [one.id for one in told.messages] == [*(f"A{n}" for n in range(50)), "B"]
    assert not told.is_cut
    between = {"gte": "2026-08-01T15:50:00.000Z", "lte": "2026-08-01T16:00:00.500Z"}
    assert [asked.body for asked in gateway.requests] == [
        {"where": {"messageTimestamp": between}, "page": page, "offset": 50} for page in (1, 2)
    ]


def test_what_was_said_first_is_told_first(gateway: FakeGateway) -> None:
    at = 1785600000
    seconds = {"E": at + 9, "D": at + 5, "C": at + 5, "B": None, "A": at}
    gateway.answers = [_page(*(_stored(one, messageTimestamp=at) for one, at in seconds.items()))]
    told = EVOLUTION.remembered(CHANNEL, SINCE, UNTIL)
    assert [one.id for one in told.messages] == ["A", "D", "C", "E", "B"]


def test_asking_comes_to_an_end_and_says_that_there_is_more(gateway: FakeGateway) -> None:
    gateway.says(200, _page(*(_stored(f"A{n}") for n in range(50))))
    told = EVOLUTION.remembered(CHANNEL, SINCE, UNTIL)
    assert (len(told.messages), told.is_cut) == (50, True)
    assert len(gateway.requests) == 40


def _meant(gateway: FakeGateway, **key: object) -> list[port.Event]:
    """What is read of a stored message of ours, on a channel that knows its own phone."""
    gateway.says(200, _page(_stored("A", key={"id": "A", "fromMe": True, **key})))
    channel = Channel("ch_1", "channel-token", own_phone="+5511987654321")
    (found,) = EVOLUTION.remembered(channel, SINCE, UNTIL).messages
    return parse({}, found.raw)


@pytest.mark.parametrize("own", ["5511987654321", "551187654321"])
def test_the_stores_own_number_is_no_name_of_a_customer(gateway: FakeGateway, own: str) -> None:
    alternate = {"remoteJidAlt": f"{own}@s.whatsapp.net"}
    (echo,) = _meant(gateway, remoteJid="111@lid", **alternate)
    assert isinstance(echo, MessageEcho)
    assert echo.identities == (Identity("lid", "111"),)
    assert echo.source.own_phone == "+5511987654321"


def test_what_the_store_told_itself_is_no_conversation(gateway: FakeGateway) -> None:
    assert _meant(gateway, remoteJid="5511987654321@s.whatsapp.net") == [Ignored("self")]


def test_what_is_remembered_is_a_body_the_inbox_reads(gateway: FakeGateway) -> None:
    updates = [{"status": "READ"}, {"status": "DELIVERY_ACK"}, {"status": "READ"}, {}, 7]
    theirs = _stored("A", "deles", is_ours=False, MessageUpdate=updates)
    gateway.says(200, _page(theirs, _stored("B", MessageUpdate=updates)))
    said, ours = EVOLUTION.remembered(CHANNEL, SINCE, UNTIL).messages
    (received,) = parse({}, said.raw)
    assert isinstance(received, MessageReceived)
    assert (received.id, received.text, received.source.channel) == ("A", "deles", "ch_1")
    echo, status = parse({}, ours.raw)
    assert isinstance(echo, MessageEcho)
    assert (echo.origin, status) == ("unknown", MessageStatus("B", "read"))
    assert EVOLUTION.triage({}, said.raw, "ch_1").status == 200


def test_the_same_record_gives_the_same_bytes(gateway: FakeGateway) -> None:
    updates = [{"status": status} for status in STATUSES]
    stored = _stored("A", MessageUpdate=updates)
    turned = dict(reversed(stored.items())) | {"id": "another", "updatedAt": "now"}
    turned["key"] = dict(reversed(stored["key"].items()))  # type: ignore[attr-defined]
    turned["MessageUpdate"] = updates[::-1]
    gateway.answers = [_page(stored), _page(turned)]
    (first,), (again,) = (EVOLUTION.remembered(CHANNEL, SINCE, UNTIL).messages for _ in range(2))
    assert first == again
    assert json.loads(first.raw)["data"]["statuses"] == sorted(STATUSES)


def test_what_no_customer_is_behind_is_not_remembered(gateway: FakeGateway) -> None:
    jids = ["120363000000000001@g.us", "status@broadcast", "1@newsletter"]
    broken: list[object] = ["junk", {}, {"key": {"id": ""}}, {"key": {"id": 7}}]
    gateway.says(200, _page(*(_stored("A", jid=jid) for jid in jids), *broken))
    assert EVOLUTION.remembered(CHANNEL, SINCE, UNTIL) == Memory()


def test_a_gateway_that_does_not_answer_remembers_nothing(gateway: FakeGateway) -> None:
    gateway.says(502, None)
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.remembered(CHANNEL, SINCE, UNTIL)


# --- Where it posts -------------------------------------------------------------------------------


def _row(gateway: FakeGateway, **changes: object) -> dict[str, object]:
    """The row as the gateway keeps what we configured."""
    gateway.says(201, {"id": "row"})
    EVOLUTION.configure_webhook(CHANNEL, WEBHOOK)
    hook = gateway.requests.pop().body["webhook"]
    return {
        "url": hook["url"],
        "headers": hook["headers"],
        "enabled": True,
        "events": hook["events"],
        "webhookByEvents": False,
        "webhookBase64": False,
    } | changes


def test_a_webhook_as_we_configured_it_is_set(gateway: FakeGateway) -> None:
    gateway.says(200, _row(gateway))
    assert EVOLUTION.is_webhook_set(CHANNEL, WEBHOOK)
    assert gateway.requests[0].path == "/evo/webhook/find/ch_1"
    # None means all of them.
    gateway.says(200, _row(gateway, events=[]))
    assert EVOLUTION.is_webhook_set(CHANNEL, WEBHOOK)


@pytest.mark.parametrize(
    "changes",
    [
        {"enabled": False},
        {"url": "https://elsewhere.example"},
        {"headers": {"X-Evendas-Secret": "old"}},
        {"headers": None},
        {"events": ["CALL"]},
        {"events": None},
        {"events": [["CALL"]]},
        {"webhookByEvents": True},
        {"webhookBase64": True},
    ],
)
def test_a_webhook_anybody_changed_is_not_set(
    gateway: FakeGateway, changes: dict[str, object]
) -> None:
    gateway.says(200, _row(gateway, **changes))
    assert not EVOLUTION.is_webhook_set(CHANNEL, WEBHOOK)


@pytest.mark.parametrize("answer", [b"null", b" null\n", b"{}", b"[]"])
def test_no_webhook_at_all_is_not_set(gateway: FakeGateway, answer: bytes) -> None:
    gateway.status, gateway.answer = 200, answer
    assert not EVOLUTION.is_webhook_set(CHANNEL, WEBHOOK)


def test_a_gateway_that_does_not_answer_says_nothing_of_its_webhook(gateway: FakeGateway) -> None:
    gateway.says(404, {"response": {"message": ['The "ch_1" instance does not exist']}})
    with pytest.raises(port.ChannelMissing):
        EVOLUTION.is_webhook_set(CHANNEL, WEBHOOK)
    gateway.status, gateway.answer = 200, b""
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.is_webhook_set(CHANNEL, WEBHOOK)


def test_a_line_is_restarted_unless_it_is_closed(gateway: FakeGateway) -> None:
    gateway.says(200, {"instance": {"instanceName": "ch_1", "state": "open"}})
    EVOLUTION.restart(CHANNEL)
    assert (gateway.requests[0].method, gateway.requests[0].path) == (
        "POST",
        "/evo/instance/restart/ch_1",
    )
    gateway.says(200, {"error": True, "message": "[object Object]"})
    with pytest.raises(port.GatewayUnavailable):
        EVOLUTION.restart(CHANNEL)


def test_what_is_asked_is_json_a_gateway_reads(gateway: FakeGateway) -> None:
    gateway.says(200, _page(_stored("A", "ã \U0001f60a")))
    (found,) = EVOLUTION.remembered(CHANNEL, SINCE, UNTIL).messages
    assert json.loads(found.raw)["data"]["message"] == {
        "extendedTextMessage": {"text": "ã \U0001f60a"}
    }
