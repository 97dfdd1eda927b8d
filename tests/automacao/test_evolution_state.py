"""What became of what we sent, and of the line: receipts and session events."""

from datetime import UTC, datetime

import pytest

from automacao.gateways.evolution import parse, triage
from automacao.gateways.port import (
    Event,
    Ignored,
    MessageStatus,
    Quarantine,
    SessionState,
    State,
)
from automacao.models import Instance
from automacao.pairing import Panel
from tests.automacao.evolution_data import (
    CUSTOMER,
    INSTANCE,
    webhook,
)


def _one(raw: bytes) -> Event:
    events = parse({}, raw)
    assert len(events) == 1
    return events[0]


# --- What became of what we sent ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "SERVER_ACK"}, MessageStatus("S1", "sent")),
        ({"status": "PLAYED"}, MessageStatus("S1", "played")),
        ({"status": "ERROR"}, MessageStatus("S1", "failed")),
        ({"status": "READ", "remoteJid": None}, MessageStatus("S1", "read")),
        ({"status": "PENDING"}, Ignored("receipt")),
        ({"status": "READ", "fromMe": False}, Ignored("receipt")),
        ({"status": "DELIVERY_ACK", "fromMe": False}, Ignored("receipt")),
        ({"status": "DELETED"}, Ignored("deleted or edited")),
        ({"status": "DELETED", "fromMe": False}, Ignored("deleted or edited")),
        ({"status": "NEW\0"}, Quarantine("messages.update NEW")),
        ({"status": "NEW", "fromMe": False}, Quarantine("messages.update NEW")),
        ({"status": "READ", "keyId": None}, Quarantine("messages.update")),
        ({"status": "READ", "fromMe": None}, Quarantine("messages.update")),
        ({"status": None}, Quarantine("messages.update")),
        (
            {"status": "SERVER_ACK", "message": {"editedMessage": {}}},
            Quarantine("edit without text"),
        ),
        (
            {"status": None, "message": {"imageMessage": {}}},
            Quarantine("messages.update with content"),
        ),
        (
            {"status": "READ", "message": {"conversation": "said before"}},
            MessageStatus("S1", "read"),
        ),
        ({"status": "READ", "pollUpdates": [{}]}, Ignored("poll vote")),
    ],
)
def test_a_receipt_is_matched_by_its_own_id_alone(
    changes: dict[str, object], expected: Event
) -> None:
    receipt = {"keyId": "S1", "messageId": "db", "remoteJid": CUSTOMER, "fromMe": True} | changes
    assert _one(webhook("messages.update", receipt)) == expected


# --- The line -----------------------------------------------------------------------------------


AT = datetime(2026, 8, 1, 13, 0, 5, 120_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (401, State.LOGGED_OUT),
        ("401", State.LOGGED_OUT),
        (402, State.BANNED),
        (403, State.BANNED),
        (406, State.BANNED),
        (428, State.DISCONNECTED),
        (515, State.DISCONNECTED),
    ],
)
def test_the_reason_of_a_loss_says_what_is_lost(reason: object, state: State) -> None:
    expected = SessionState(state, at=AT, reason=int(str(reason)))
    closed = {"state": "close", "statusReason": reason}
    status = {"status": "closed", "disconnectionReasonCode": reason}
    assert _one(webhook("connection.update", closed)) == expected
    assert _one(webhook("status.instance", status)) == expected


@pytest.mark.parametrize("reason", [10**30, -1, True, None, "x"])
def test_a_loss_without_a_usable_reason_is_a_disconnection(reason: object) -> None:
    closed = {"state": "close", "statusReason": reason}
    assert _one(webhook("connection.update", closed)) == SessionState(State.DISCONNECTED, at=AT)


@pytest.mark.parametrize(
    ("event", "data", "expected"),
    [
        ("logout.instance", None, SessionState(State.LOGGED_OUT, at=AT)),
        ("remove.instance", None, SessionState(State.DELETED, at=AT)),
        (
            "connection.update",
            {"state": "open"},
            SessionState(State.CONNECTED, at=AT, own_phone="+5511900000100"),
        ),
        (
            "connection.update",
            {"state": "open", "wuid": "553190000100:3@s.whatsapp.net"},
            SessionState(State.CONNECTED, at=AT, own_phone="+5531990000100"),
        ),
        (
            "qrcode.updated",
            {"qrcode": {"code": "2@x", "pairingCode": "ABCD1234", "base64": "data:"}},
            SessionState(State.QR, at=AT, qr="2@x", pairing_code="ABCD1234"),
        ),
        ("connection.update", {"state": "new"}, Quarantine("connection.update")),
        ("connection.update", None, Quarantine("connection.update")),
        ("connection.update", {"state": ["open"]}, Quarantine("connection.update")),
        ("status.instance", {"status": "odd"}, Quarantine("status.instance")),
        ("qrcode.updated", {"qrcode": None}, Quarantine("qrcode.updated")),
        ("qrcode.updated", None, Quarantine("qrcode.updated")),
    ],
)
def test_the_state_of_the_line_is_told(event: str, data: object, expected: Event) -> None:
    assert _one(webhook(event, data)) == expected


@pytest.mark.parametrize("letter", ["a", "é", "漢", "😀", "7", "A"])
def test_as_much_as_a_qr_holds_is_drawn_and_more_is_no_code(letter: str) -> None:
    most = letter * (2953 // len(letter.encode()))
    whole = most + "a" * (2953 - len(most.encode()))
    for code, is_drawn in ((whole, True), (whole + "a", False)):
        event = _one(webhook("qrcode.updated", {"qrcode": {"code": code}}))
        assert event == (
            SessionState(State.QR, at=AT, qr=code) if is_drawn else Quarantine("qrcode.updated")
        )
    drawn = Panel(Instance(qr_code=whole), "qr").qr_image
    assert drawn.startswith("data:image/svg+xml")


@pytest.mark.parametrize(
    ("date_time", "at"),
    [
        ("2026-08-01T10:00:05.120-03:00", AT),
        ("2026-08-01T13:00:05.120", AT),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("\ud83d", None),
        ("ontem", None),
        (None, None),
        (7, None),
    ],
)
def test_session_events_carry_the_gateways_clock(date_time: object, at: datetime | None) -> None:
    event = _one(webhook("logout.instance", None, date_time=date_time))
    assert event == SessionState(State.LOGGED_OUT, at=at)


# --- The rest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", ["presence.update", "chats.update", "contacts.update", "groups.upsert", "labels.edit"]
)
def test_noise_is_ignored_by_name(event: str) -> None:
    assert _one(webhook(event, [{"remoteJid": CUSTOMER}])) == Ignored(event)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("call", "address"),
        ("messages.set", "messages.set"),
        ("messages.edited", "protocol"),
        ("messages.delete", "messages.delete"),
        ("send.message.update", "protocol"),
        ("new.thing", "new.thing"),
    ],
)
def test_whatever_may_hold_content_is_kept_apart(event: str, reason: str) -> None:
    assert _one(webhook(event, {"any": "thing"})) == Quarantine(reason)


@pytest.mark.parametrize(
    "raw", [b"[]", b"null", b'"x"', b"7", b"{}", b'{"event":7}', b'{"event":null}']
)
def test_json_that_is_no_event_is_kept_apart(raw: bytes) -> None:
    assert _one(raw) == Quarantine("envelope")
    assert triage({}, raw, INSTANCE).status == 200
