"""What happens to a message after it was said: receipts, edits, deletions."""

from datetime import datetime

from automacao.gateways.evolution.content import text_of
from automacao.gateways.evolution.jids import not_a_customer
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, Envelope, dig, moment, text
from automacao.gateways.port import (
    Event,
    Ignored,
    MessageDeleted,
    MessageEdited,
    MessageStatus,
    Quarantine,
    SentStatus,
)

_REASON_MAX = 64
_REVOKE = frozenset({"REVOKE", "0"})
_EDIT = frozenset({"MESSAGE_EDIT", "14"})
_STATUSES: dict[object, SentStatus] = {
    "ERROR": "failed",
    "SERVER_ACK": "sent",
    "DELIVERY_ACK": "delivered",
    "READ": "read",
    "PLAYED": "played",
}


def updated(item: dict[str, object], _: Envelope) -> Event:
    """Read `messages.update`: a receipt, or an edit or a deletion dressed as one."""
    if reason := not_a_customer(item.get("remoteJid")):
        return Ignored(reason)
    target = text(item.get("keyId"), MESSAGE_ID_MAX)
    message = item.get("message")
    if target and isinstance(dig(message, "editedMessage"), dict):
        return _edit(target, message, None)
    if item.get("pollUpdates"):
        return Ignored("poll vote")
    # Some versions say so of an edit; a true deletion has an event of its own.
    if item.get("status") == "DELETED":
        return Ignored("deleted or edited")
    if message and text(item.get("status")) not in _STATUSES:
        return Quarantine("messages.update with content")
    return _receipt(item, target)


def edited(item: dict[str, object], _: Envelope) -> Event:
    """Read `messages.edited` and `send.message.update`: any protocol message, edits for one.

    Its key is seen from the writer's side: only the id says anything.
    """
    inner = dig(item, "message", "protocolMessage")
    said = inner if isinstance(inner, dict) else item
    if reason := not_a_customer(dig(item, "key", "remoteJid")):
        return Ignored(reason)
    if reason := not_a_customer(dig(said, "key", "remoteJid")):
        return Ignored(reason)
    return protocol(said, moment(item.get("messageTimestamp")))


def deleted(item: dict[str, object], _: Envelope) -> Event:
    """Read `messages.delete`: a bare key, or a stored row with the key inside."""
    key = item.get("key") if isinstance(item.get("key"), dict) else item
    if reason := not_a_customer(dig(key, "remoteJid")):
        return Ignored(reason)
    target = text(dig(key, "id"), MESSAGE_ID_MAX)
    return MessageDeleted(target) if target else Quarantine("messages.delete")


def protocol(said: dict[str, object], sent_at: datetime | None) -> Event:
    """Read a protocol message. Most of them are between phones alone."""
    target = text(dig(said, "key", "id"), MESSAGE_ID_MAX)
    kind = said.get("type")
    named = str(kind) if isinstance(kind, str | int) and not isinstance(kind, bool) else ""
    if not named and isinstance(said.get("editedMessage"), dict):
        named = "MESSAGE_EDIT"
    if named and named not in _REVOKE | _EDIT:
        return Ignored("protocol")
    if not target or not named:
        return Quarantine("protocol")
    if named in _REVOKE:
        return MessageDeleted(target)
    at = moment(said.get("timestampMs")) or sent_at
    return _edit(target, said.get("editedMessage"), at)


def furthest(item: dict[str, object]) -> MessageStatus | None:
    """Tell how far a stored message of ours came, by the receipts stored with it."""
    listed = item.get("statuses")
    told = [*(listed if isinstance(listed, list) else []), item.get("status")]
    reached = [_STATUSES[one] for one in _STATUSES if one in told]
    target = text(dig(item, "key", "id"), MESSAGE_ID_MAX)
    return MessageStatus(target, reached[-1]) if target and reached else None


def _edit(target: str, message: object, at: datetime | None) -> Event:
    inner = dig(message, "message")
    written = text_of(inner if isinstance(inner, dict) else message)
    if written is None:
        return Quarantine("edit without text")
    return MessageEdited(target, written, at)


def _receipt(item: dict[str, object], target: str) -> Event:
    name, is_ours = item.get("status"), item.get("fromMe")
    if not target or not isinstance(name, str) or not isinstance(is_ours, bool):
        return Quarantine("messages.update")
    # PENDING says less than the answer to the send; the rest is about what we received.
    if name == "PENDING" or (name in _STATUSES and not is_ours):
        return Ignored("receipt")
    if name not in _STATUSES:
        return Quarantine(text(f"messages.update {name}", _REASON_MAX))
    return MessageStatus(id=target, status=_STATUSES[name])
