"""Messages and their statuses, from the gateway's words into the port's."""

from automacao.gateways.evolution.jids import Chat, chat_of, not_a_customer
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, Envelope, dig, moment, text
from automacao.gateways.port import (
    EchoOrigin,
    Event,
    Ignored,
    MessageEcho,
    MessageReceived,
    MessageStatus,
    Quarantine,
    SentStatus,
)

_PUSH_NAME_MAX = 200
_REASON_MAX = 64
_WRAPPERS_MAX = 5
_NOT_CONTENT = frozenset({"messageContextInfo", "base64", "mediaUrl", "speechToText"})
_STATUSES: dict[object, SentStatus] = {
    "SERVER_ACK": "sent",
    "DELIVERY_ACK": "delivered",
    "READ": "read",
    "PLAYED": "played",
    "ERROR": "failed",
}


def upserted(item: dict[str, object], envelope: Envelope) -> Event:
    """Read `messages.upsert`: a customer's message, or one typed on the store's phone."""
    is_ours = dig(item, "key", "fromMe")
    return _message(item, envelope, origin="phone" if is_ours is True else None)


def sent(item: dict[str, object], envelope: Envelope) -> Event:
    """Read `send.message`: what we sent by the API, told again, at times before its answer."""
    return _message(item, envelope, origin="api")


def updated(item: dict[str, object], _: Envelope) -> Event:
    """Read `messages.update`: a receipt, or an edit or a deletion dressed as one."""
    if reason := not_a_customer(item.get("remoteJid")):
        return Ignored(reason)
    if item.get("message") or item.get("pollUpdates"):
        return Quarantine("messages.update with content")
    # Deleted may only mean edited, depending on the version.
    if item.get("status") == "DELETED":
        return Quarantine("messages.update DELETED")
    return _receipt(item)


def text_of(message: object) -> str:
    """Return the text of a text message, disappearing ones included; empty for anything else."""
    inner = _unwrapped(message)
    return text(dig(inner, "conversation")) or text(dig(inner, "extendedTextMessage", "text"))


def _message(item: dict[str, object], envelope: Envelope, *, origin: EchoOrigin | None) -> Event:
    key = item.get("key")
    if not isinstance(key, dict):
        return Quarantine("key")
    chat = chat_of(key, is_ours=origin is not None, own_phone=envelope.own_phone)
    if not isinstance(chat, Chat):
        return chat
    provider_id = text(key.get("id"), MESSAGE_ID_MAX)
    if not provider_id or not isinstance(key.get("fromMe"), bool):
        return Quarantine("key")
    if not text_of(item.get("message")):
        return Quarantine(_kind_of(item.get("message")))
    if origin:
        return _echo(item, chat, provider_id, origin)
    return _received(item, chat, provider_id)


def _received(item: dict[str, object], chat: Chat, provider_id: str) -> MessageReceived:
    return MessageReceived(
        id=provider_id,
        identities=chat.identities,
        address=chat.address,
        kind="text",
        text=text_of(item.get("message")),
        sent_at=moment(item.get("messageTimestamp")),
        push_name=text(item.get("pushName"), _PUSH_NAME_MAX),
        reply_to=_reply_to(item),
    )


def _echo(item: dict[str, object], chat: Chat, provider_id: str, origin: EchoOrigin) -> MessageEcho:
    return MessageEcho(
        id=provider_id,
        identities=chat.identities,
        address=chat.address,
        origin=origin,
        kind="text",
        text=text_of(item.get("message")),
        sent_at=moment(item.get("messageTimestamp")),
        reply_to=_reply_to(item),
    )


def _reply_to(item: dict[str, object]) -> str | None:
    inner = _unwrapped(item.get("message"))
    quoted = dig(item, "contextInfo", "stanzaId") or dig(
        inner, "extendedTextMessage", "contextInfo", "stanzaId"
    )
    return text(quoted, MESSAGE_ID_MAX) or None


def _unwrapped(message: object) -> object:
    for _ in range(_WRAPPERS_MAX):
        inner = dig(message, "ephemeralMessage", "message")
        if not isinstance(inner, dict):
            break
        message = inner
    return message


def _kind_of(message: object) -> str:
    """Name content not shown yet by its own key: imageMessage, reactionMessage."""
    inner = _unwrapped(message)
    keys = inner.keys() - _NOT_CONTENT if isinstance(inner, dict) else set()
    return text(min(keys, default=""), _REASON_MAX) or "no content"


def _receipt(item: dict[str, object]) -> Event:
    provider_id = text(item.get("keyId"), MESSAGE_ID_MAX)
    name, is_ours = item.get("status"), item.get("fromMe")
    if not provider_id or not isinstance(name, str) or not isinstance(is_ours, bool):
        return Quarantine("messages.update")
    # PENDING says less than the answer to the send; the rest is about what we received.
    if name == "PENDING" or (name in _STATUSES and not is_ours):
        return Ignored("receipt")
    if name not in _STATUSES:
        return Quarantine(text(f"messages.update {name}", _REASON_MAX))
    return MessageStatus(id=provider_id, status=_STATUSES[name])
