"""What happens to a message after it was said, calls, and what the gateway remembers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from automacao.gateways.evolution import parse
from automacao.gateways.port import (
    CallReceived,
    CallStatus,
    Event,
    HistoryBatch,
    Identity,
    Ignored,
    MessageDeleted,
    MessageEcho,
    MessageEdited,
    MessageReceived,
    MessageStatus,
    Quarantine,
    Reaction,
    Source,
)
from tests.automacao.evolution_data import CUSTOMER, INSTANCE, OWN, message, webhook

NOON = datetime(2026, 8, 1, 16, 0, tzinfo=UTC)
KEY = {"remoteJid": OWN, "fromMe": True, "id": "M1"}
GROUP = "120363000000000001@g.us"
SOURCE = Source(INSTANCE, "+5511900000100")


def _one(event: str, data: object) -> Event:
    events = parse({}, webhook(event, data))
    assert len(events) == 1
    return events[0]


# --- Edits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        {"conversation": "novo"},
        {"extendedTextMessage": {"text": "novo"}},
        {"imageMessage": {"caption": "novo"}},
        {"message": {"conversation": "novo"}},
        {"message": {"ephemeralMessage": {"message": {"conversation": "novo"}}}},
    ],
)
@pytest.mark.parametrize("kind", ["MESSAGE_EDIT", 14, "14", None])
@pytest.mark.parametrize("event", ["messages.edited", "send.message.update"])
def test_an_edit_is_read_in_every_shape(event: str, kind: object, written: object) -> None:
    said = {"key": KEY, "type": kind, "editedMessage": written, "timestampMs": "1785600000000"}
    assert _one(event, said) == MessageEdited("M1", "novo", NOON)


def test_an_edit_inside_a_message_is_of_the_message_it_names() -> None:
    said = {"key": KEY, "type": 14, "editedMessage": {"conversation": "novo"}}
    for content in (
        {"protocolMessage": said},
        {"editedMessage": {"message": {"protocolMessage": said}}},
    ):
        edited = _one("messages.upsert", message(message=content))
        assert edited == MessageEdited("M1", "novo", NOON)
    wrapped = {"key": {"id": "other"}, "message": {"protocolMessage": said}}
    assert _one("messages.edited", wrapped) == MessageEdited("M1", "novo", None)


def test_an_edit_may_come_as_an_update() -> None:
    update = {"keyId": "M1", "remoteJid": CUSTOMER, "fromMe": False, "status": "DELETED"}
    content = {"editedMessage": {"message": {"conversation": "novo"}}}
    edited = _one("messages.update", update | {"message": content})
    assert edited == MessageEdited("M1", "novo", None)


def test_a_caption_may_be_taken_away() -> None:
    said = {"key": KEY, "type": "MESSAGE_EDIT", "editedMessage": {"videoMessage": {}}}
    assert _one("messages.edited", said) == MessageEdited("M1", "", None)


@pytest.mark.parametrize("written", [{"conversation": ""}, {}, {"newThing": {}}, None])
def test_a_text_is_never_edited_into_nothing(written: object) -> None:
    said = {"key": KEY, "type": "MESSAGE_EDIT", "editedMessage": written}
    assert _one("messages.edited", said) == Quarantine("edit without text")


@pytest.mark.parametrize("kind", ["EPHEMERAL_SETTING", 3, "APP_STATE_SYNC_KEY_SHARE"])
def test_what_is_between_the_phones_alone_is_ignored(kind: object) -> None:
    assert _one("messages.edited", {"key": KEY, "type": kind}) == Ignored("protocol")


@pytest.mark.parametrize("kind", [False, True, [], {}, 0.0, None])
def test_a_change_of_no_kind_is_kept_apart(kind: object) -> None:
    assert _one("messages.edited", {"key": KEY, "type": kind}) == Quarantine("protocol")


# --- Deletions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("messages.edited", {"key": KEY, "type": "REVOKE"}),
        ("messages.edited", {"key": KEY, "type": 0}),
        ("messages.delete", KEY),
        ("messages.delete", KEY | {"status": "DELETED"}),
        ("messages.delete", {"id": "row", "key": KEY | {"deleted": True}, "status": "DELETED"}),
        ("messages.delete", [KEY]),
        ("messages.upsert", message(message={"protocolMessage": {"key": KEY, "type": "REVOKE"}})),
    ],
)
def test_a_deletion_is_read_in_every_shape(event: str, data: object) -> None:
    assert _one(event, data) == MessageDeleted("M1")


@pytest.mark.parametrize("key", [{}, {"id": 7}, {"id": ""}, {"key": {}}])
def test_a_deletion_of_nothing_is_kept_apart(key: object) -> None:
    assert _one("messages.delete", key) == Quarantine("messages.delete")


def test_what_happens_in_a_group_is_ignored() -> None:
    key = {"remoteJid": GROUP, "id": "M1"}
    assert _one("messages.delete", key) == Ignored("group")
    assert _one("messages.delete", {"key": key}) == Ignored("group")
    assert _one("messages.edited", {"key": key, "type": "REVOKE"}) == Ignored("group")
    reaction = {"reactionMessage": {"key": {"id": "M1"}, "text": "👍"}}
    assert _one("messages.upsert", message(key=key, message=reaction)) == Ignored("group")


# --- Reactions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "emoji"), [("👍", "👍"), ("", None), (None, None), (7, None)])
@pytest.mark.parametrize("is_ours", [True, False])
def test_a_reaction_is_one_sides_on_one_message(
    text: object, emoji: str | None, is_ours: bool
) -> None:
    content = {"reactionMessage": {"key": {"id": "M1"}, "text": text}}
    data = message(key={"fromMe": is_ours, "id": "R1"}, message=content)
    assert _one("messages.upsert", data) == Reaction("R1", "M1", emoji, is_ours, NOON)


@pytest.mark.parametrize("broken", [{}, {"key": {}}, {"key": "x"}, "x"])
def test_a_reaction_to_nothing_is_kept_apart(broken: object) -> None:
    data = message(message={"reactionMessage": broken})
    assert _one("messages.upsert", data) == Quarantine("reaction")


def test_a_reaction_of_the_api_is_ours() -> None:
    content = {"reactionMessage": {"key": {"id": "M1"}, "text": "❤"}}
    data = message(key={"fromMe": True, "id": "R1"}, message=content)
    assert _one("send.message", data) == Reaction("R1", "M1", "❤", is_ours=True, at=NOON)


# --- Calls ----------------------------------------------------------------------------------------


CALL: dict[str, object] = {
    "chatId": CUSTOMER,
    "from": CUSTOMER,
    "id": "C1",
    "date": "2026-08-01T16:00:00.000Z",
    "isVideo": True,
    "offline": False,
}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("offer", "ringing"),
        ("ringing", "ringing"),
        ("timeout", "missed"),
        ("terminate", "missed"),
        ("reject", "refused"),
        ("accept", "answered"),
    ],
)
def test_a_call_is_told_phase_by_phase(said: str, status: CallStatus) -> None:
    expected = CallReceived(
        id="C1",
        identities=(Identity("phone", "+5511900000001"),),
        address=CUSTOMER,
        status=status,
        is_video=True,
        at=NOON,
    )
    assert _one("call", CALL | {"status": said}) == expected


def test_a_call_heard_late_was_missed() -> None:
    call = _one("call", CALL | {"status": "offer", "offline": True})
    assert isinstance(call, CallReceived)
    assert call.status == "missed"


def test_a_hidden_caller_is_known_by_both_names() -> None:
    lid = {"from": "128000000000001@lid", "chatId": "128000000000001@lid", "callerPn": CUSTOMER}
    call = _one("call", CALL | lid | {"status": "offer"})
    assert isinstance(call, CallReceived)
    assert {one.kind for one in call.identities} == {"phone", "lid"}
    assert call.address == CUSTOMER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"isGroup": True}, Ignored("group")),
        ({"from": GROUP}, Ignored("group")),
        ({"status": "transport"}, Ignored("call phase")),
        ({"status": "new"}, Quarantine("call new")),
        ({"status": None}, Quarantine("call ")),
        ({"id": None}, Quarantine("call offer")),
        ({"from": None, "chatId": None}, Quarantine("address")),
    ],
)
def test_a_call_that_is_none_of_the_desks(changes: dict[str, object], expected: Event) -> None:
    assert _one("call", CALL | {"status": "offer"} | changes) == expected


# --- History and memory ---------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["messages.set", "messaging-history.set"])
def test_history_leaves_out_what_it_cannot_read(event: str) -> None:
    data = [
        message("a", key={"id": "A"}),
        "junk",
        message("g", key={"remoteJid": GROUP}),
        message(message=None),
        message(message={"reactionMessage": {"key": {"id": "A"}, "text": "👍"}}),
        message("b", key={"id": "B", "fromMe": True}),
    ]
    batch = _one(event, data)
    assert isinstance(batch, HistoryBatch)
    first, second = batch.messages
    assert isinstance(first, MessageReceived)
    assert isinstance(second, MessageEcho)
    assert (first.id, second.id, second.origin) == ("A", "B", "unknown")
    assert first.source == second.source == SOURCE
    assert _one(event, {"messages": data}) == batch
    assert _one(event, []) == HistoryBatch(())


def test_a_remembered_message_is_read_as_if_posted() -> None:
    theirs = message("oi", key={"id": "A"}, status=None, contextInfo=None)
    assert _one("messages.found", theirs) == _one("messages.upsert", theirs)


def test_a_remembered_message_of_ours_has_no_origin_and_says_how_far_it_came() -> None:
    ours = message("oi", key={"id": "A", "fromMe": True}, source="unknown")
    (echo,) = parse({}, webhook("messages.found", ours))
    assert isinstance(echo, MessageEcho)
    assert (echo.origin, echo.is_auto_reply) == ("unknown", True)
    for statuses, reached in (
        (["DELIVERY_ACK", "READ", "SERVER_ACK"], "read"),
        (["ERROR"], "failed"),
        (["DELIVERY_ACK", "ERROR"], "delivered"),
    ):
        told = parse({}, webhook("messages.found", ours | {"statuses": statuses}))
        assert told == [echo, MessageStatus("A", reached)]  # type: ignore[arg-type]


def test_a_remembered_message_deleted_since_is_told_as_deleted() -> None:
    ours = message("oi", key={"id": "A", "fromMe": True, "deleted": True})
    assert parse({}, webhook("messages.found", ours))[1:] == [MessageDeleted("A")]
    assert _one("messages.found", message(message=None)) == Ignored("no content")
    assert _one("messages.found", message(message={})) == Ignored("no content")


# --- Where it comes from --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("messages.upsert", message()),
        ("messages.upsert", message(message={"reactionMessage": {"key": {"id": "A"}}})),
        ("messages.delete", KEY),
        ("messages.edited", {"key": KEY, "type": 14, "editedMessage": {"conversation": "x"}}),
        ("call", CALL | {"status": "offer"}),
    ],
)
def test_everything_about_a_message_names_the_line_it_came_over(event: str, data: object) -> None:
    told: Any = _one(event, data)
    assert told.source == SOURCE
