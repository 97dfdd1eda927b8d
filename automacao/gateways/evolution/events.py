"""From a webhook body to the port's events."""

from collections.abc import Callable
from dataclasses import replace

from automacao.gateways.evolution import changes, messages, ringing, session
from automacao.gateways.evolution.jids import not_a_customer
from automacao.gateways.evolution.wire import Envelope, dig, open_envelope, text
from automacao.gateways.port import (
    CallReceived,
    Event,
    Headers,
    Ignored,
    MessageDeleted,
    MessageEcho,
    MessageEdited,
    MessageReceived,
    Quarantine,
    Reaction,
    SessionState,
)

_EVENT_NAME_MAX = 64
_SESSION: dict[str, Callable[[Envelope], Event]] = {
    "qrcode.updated": session.qr_updated,
    "connection.update": session.connection_updated,
    "status.instance": session.instance_closed,
    "logout.instance": session.logged_out,
    "remove.instance": session.removed,
}
_MESSAGES: dict[str, Callable[[dict[str, object], Envelope], Event | list[Event]]] = {
    "call": ringing.called,
    "messages.delete": changes.deleted,
    "messages.edited": changes.edited,
    "messages.found": messages.found,
    "messages.update": changes.updated,
    "messages.upsert": messages.upserted,
    "send.message": messages.sent,
    "send.message.update": changes.edited,
}
_HISTORY = frozenset({"messages.set", "messaging-history.set", "messaging.history.set"})
# Nothing a customer said can be in these.
_NOISE = frozenset(
    {
        "application.startup",
        "chats.delete",
        "chats.set",
        "chats.update",
        "chats.upsert",
        "contacts.set",
        # A profile picture's address, with every message: the contact's name comes with those.
        "contacts.update",
        "contacts.upsert",
        "group-participants.update",
        "group.participants.update",
        "group.update",
        "groups.update",
        "groups.upsert",
        "instance.create",
        "instance.delete",
        "labels.association",
        "labels.edit",
        "presence.update",
        "typebot.change-status",
        "typebot.start",
    }
)


def parse(headers: Headers, raw: bytes) -> list[Event]:  # noqa: ARG001 (the body says it all)
    """Read a body. Never raises; what is not understood comes back as a Quarantine."""
    try:
        envelope = open_envelope(raw)
    except RecursionError:
        return [Quarantine("too deep")]
    except ValueError:
        return [Quarantine("not JSON")]
    if envelope is None:
        return [Quarantine("envelope")]
    return [_with_source(event, envelope) for event in _events(envelope)]


def _with_source(event: Event, envelope: Envelope) -> Event:
    match event:
        case (
            CallReceived()
            | MessageDeleted()
            | MessageEcho()
            | MessageEdited()
            | MessageReceived()
            | Quarantine()
            | Reaction()
            | SessionState()
        ):
            return replace(event, source=envelope.source)
    return event


def _events(envelope: Envelope) -> list[Event]:
    if read_session := _SESSION.get(envelope.event):
        return [read_session(envelope)]
    if read_message := _MESSAGES.get(envelope.event):
        items = envelope.data if isinstance(envelope.data, list) else [envelope.data]
        read = [event for item in items for event in _item(read_message, item, envelope)]
        return read or [Ignored("empty")]
    if envelope.event in _HISTORY:
        return [messages.history(envelope)]
    if envelope.event in _NOISE:
        return [Ignored(envelope.event)]
    return [_parked(envelope)]


def _item(
    read: Callable[[dict[str, object], Envelope], Event | list[Event]],
    item: object,
    envelope: Envelope,
) -> list[Event]:
    if not isinstance(item, dict):
        return [Quarantine("data")]
    events = read(item, envelope)
    return events if isinstance(events, list) else [events]


def _parked(envelope: Envelope) -> Event:
    """Park what nobody knows, unless it is of a group."""
    address = dig(envelope.data, "key", "remoteJid") or dig(envelope.data, "remoteJid")
    if reason := not_a_customer(address):
        return Ignored(reason)
    return Quarantine(text(envelope.event, _EVENT_NAME_MAX) or "event")
