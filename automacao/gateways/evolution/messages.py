"""Messages, from the gateway's words into the port's."""

from dataclasses import replace

from automacao.gateways.evolution import changes
from automacao.gateways.evolution.content import Content, content_of, main_key
from automacao.gateways.evolution.jids import Chat, chat_of
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, Envelope, dig, moment, text
from automacao.gateways.port import (
    EchoOrigin,
    Event,
    HistoryBatch,
    Ignored,
    MessageDeleted,
    MessageEcho,
    MessageReceived,
    Quarantine,
    Reaction,
)

_PUSH_NAME_MAX = 200
_EMOJI_MAX = 64
# Said without content: what follows, or what other events tell.
_NO_CONTENT = {
    "albumMessage": "album",
    "encReactionMessage": "reaction",
    "keepInChatMessage": "pin",
    "pinInChatMessage": "pin",
    "pollUpdateMessage": "poll vote",
}


def upserted(item: dict[str, object], envelope: Envelope) -> Event:
    """Read `messages.upsert`: a customer's message, or one typed on the store's phone."""
    return _record(item, envelope, _origin(item, "phone"))


def sent(item: dict[str, object], envelope: Envelope) -> Event:
    """Read `send.message`: what we sent by the API, told again, at times before its answer."""
    return _record(item, envelope, "api")


def found(item: dict[str, object], envelope: Envelope) -> list[Event]:
    """Read a stored record. Of our own it says no origin, but how far they came."""
    event = _record(item, envelope, _origin(item, "unknown"))
    if event == Quarantine("no content"):  # deleted since: its text is gone there
        return [Ignored("no content")]
    if not isinstance(event, MessageEcho):
        return [event]
    events: list[Event] = [event]
    if status := changes.furthest(item):
        events.append(status)
    if dig(item, "key", "deleted") is True:
        events.append(MessageDeleted(event.id))
    return events


def history(envelope: Envelope) -> Event:
    """Read `messages.set`: what was said before. What cannot be read or placed is left out."""
    data = envelope.data
    items = data if isinstance(data, list) else dig(data, "messages")
    if not isinstance(items, list):
        return Quarantine("messages.set")
    events = (
        _record(item, envelope, _origin(item, "unknown"))
        for item in items
        if isinstance(item, dict)
    )
    said = (event for event in events if isinstance(event, MessageReceived | MessageEcho))
    return HistoryBatch(tuple(replace(event, source=envelope.source) for event in said))


def _origin(item: dict[str, object], ours: EchoOrigin) -> EchoOrigin | None:
    return ours if dig(item, "key", "fromMe") is True else None


def _record(item: dict[str, object], envelope: Envelope, origin: EchoOrigin | None) -> Event:
    key = item.get("key")
    if not isinstance(key, dict):
        return Quarantine("key")
    chat = chat_of(key, is_ours=origin is not None, own_phone=envelope.own_phone)
    if not isinstance(chat, Chat):
        return chat
    if not text(key.get("id"), MESSAGE_ID_MAX) or not isinstance(key.get("fromMe"), bool):
        return Quarantine("key")
    return _said(item, chat, origin)


def _said(item: dict[str, object], chat: Chat, origin: EchoOrigin | None) -> Event:
    name, inner = main_key(item.get("message"))
    if name == "protocolMessage" and isinstance(inner, dict):
        return changes.protocol(inner, moment(item.get("messageTimestamp")))
    if name == "reactionMessage":
        return _reaction(item, inner)
    if name in _NO_CONTENT:
        return Ignored(_NO_CONTENT[name])
    return _message(item, chat, origin)


def _reaction(item: dict[str, object], inner: object) -> Event:
    target = text(dig(inner, "key", "id"), MESSAGE_ID_MAX)
    if not target:
        return Quarantine("reaction")
    return Reaction(
        id=text(dig(item, "key", "id"), MESSAGE_ID_MAX),
        target=target,
        emoji=text(dig(inner, "text"), _EMOJI_MAX) or None,
        is_ours=dig(item, "key", "fromMe") is True,
        at=moment(item.get("messageTimestamp")) or moment(dig(inner, "senderTimestampMs")),
    )


def _message(item: dict[str, object], chat: Chat, origin: EchoOrigin | None) -> Event:
    users = (chat.address, *(identity.value for identity in chat.identities))
    content = content_of(item, customer=tuple(u.partition("@")[0].lstrip("+") for u in users))
    if content is None:
        return Quarantine("no content")
    return _echo(item, chat, content, origin) if origin else _received(item, chat, content)


def _received(item: dict[str, object], chat: Chat, content: Content) -> MessageReceived:
    return MessageReceived(
        id=text(dig(item, "key", "id"), MESSAGE_ID_MAX),
        identities=chat.identities,
        address=chat.address,
        kind=content.kind,
        text=content.text,
        sent_at=moment(item.get("messageTimestamp")),
        push_name=text(item.get("pushName"), _PUSH_NAME_MAX),
        reply_to=content.reply_to,
        file=content.file,
        facts=content.facts,
    )


def _echo(item: dict[str, object], chat: Chat, content: Content, origin: EchoOrigin) -> MessageEcho:
    return MessageEcho(
        id=text(dig(item, "key", "id"), MESSAGE_ID_MAX),
        identities=chat.identities,
        address=chat.address,
        origin=origin,
        kind=content.kind,
        text=content.text,
        sent_at=moment(item.get("messageTimestamp")),
        reply_to=content.reply_to,
        file=content.file,
        facts=content.facts,
        is_auto_reply=origin != "api" and _is_automatic(item, content),
    )


def _is_automatic(item: dict[str, object], content: Content) -> bool:
    """Tell the Business app's away and greeting messages: no device writes ids like theirs.

    Nor do they ever answer a message in particular.
    """
    return item.get("source") == "unknown" and content.reply_to is None
