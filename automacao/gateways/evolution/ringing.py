"""Calls: a gateway takes none, it only tells of their phases."""

from automacao.gateways.evolution.jids import Chat, chat_of
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, Envelope, instant, moment, text
from automacao.gateways.port import CallReceived, CallStatus, Event, Ignored, Quarantine

_REASON_MAX = 64
_STATUSES: dict[str, CallStatus] = {
    "offer": "ringing",
    "ringing": "ringing",
    "timeout": "missed",
    # The caller hung up; of a call that was taken it comes after `accept`.
    "terminate": "missed",
    "reject": "refused",
    "accept": "answered",
}
# Between the phones, while it rings.
_PHASES = frozenset({"preaccept", "relaylatency", "transport"})


def called(item: dict[str, object], envelope: Envelope) -> Event:
    """Read `call`: one per phase, all with one id."""
    if item.get("isGroup") is True:
        return Ignored("group")
    chat = _caller(item, envelope)
    if not isinstance(chat, Chat):
        return chat
    told, number = text(item.get("status")), text(item.get("id"), MESSAGE_ID_MAX)
    if told in _PHASES:
        return Ignored("call phase")
    if not number or told not in _STATUSES:
        return Quarantine(f"call {told}"[:_REASON_MAX])
    status = _STATUSES[told]
    return CallReceived(
        id=number,
        identities=chat.identities,
        address=chat.address,
        # Told late: it rang while the line was down.
        status="missed" if status == "ringing" and item.get("offline") is True else status,
        is_video=item.get("isVideo") is True,
        at=instant(item.get("date")) or moment(item.get("date")),
    )


def _caller(item: dict[str, object], envelope: Envelope) -> Chat | Ignored | Quarantine:
    key = {
        "remoteJid": item.get("from") or item.get("chatId"),
        "remoteJidAlt": item.get("callerPn"),
        "previousRemoteJid": item.get("chatId"),
    }
    return chat_of(key, is_ours=False, own_phone=envelope.own_phone)
