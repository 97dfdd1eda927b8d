"""What reaches a line beside conversations with customers: calls, groups, status, newsletters."""

import secrets
import time
from dataclasses import dataclass

from automacao.simulator import chats, shapes
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json, Phone, new_message_id

GROUP = "120363000000000001@g.us"
PLACES = {
    "group": GROUP,
    "status": "status@broadcast",
    "broadcast": "5511900000100-1700000000@broadcast",
    "newsletter": "120363000000000002@newsletter",
}
# Baileys' words, one event each.
CALL_PHASES = frozenset({"offer", "ringing", "accept", "reject", "timeout", "terminate"})


@dataclass(frozen=True)
class Call:
    """One phase of a call. An empty `id` is chosen; `at` in unix seconds."""

    status: str = "offer"
    id: str = ""
    is_video: bool = False
    at: float | None = None


def ring(net: Network, line: Instance, phone: Phone, call: Call) -> str:
    """Tell of one phase of a call. Return the call's id."""
    call_id = call.id or secrets.token_hex(16).upper()
    jid = shapes.lid_jid(phone.lid) if phone.addressing == "lid_only" else None
    address = jid or shapes.phone_jid(phone.wa_id)
    told = {
        "chatId": address,
        "from": address,
        "id": call_id,
        "date": shapes.utc_text(time.time() if call.at is None else call.at),
        "offline": False,
        "status": call.status,
        "isVideo": call.is_video,
        "isGroup": False,
    }
    chats.tell(net, line, "call", told)
    return call_id


def post_elsewhere(net: Network, line: Instance, phone: Phone, text: str, *, place: str) -> str:
    """Write to a group, a status list or a newsletter, as a gateway tells whose settings let it.

    Return the message's id. The gateway stores nothing of it here.
    """
    message_id = new_message_id("customer")
    told: Json = {
        "key": {
            "remoteJid": PLACES[place],
            "fromMe": False,
            "id": message_id,
            **_author(phone),
        },
        "pushName": phone.name,
        "status": "DELIVERY_ACK",
        "message": {"conversation": text},
        "messageType": "conversation",
        "messageTimestamp": int(time.time()),
        "instanceId": line.id,
        "source": shapes.device(message_id),
    }
    chats.tell(net, line, "messages.upsert", told)
    return message_id


def _author(phone: Phone) -> Json:
    number, lid = shapes.phone_jid(phone.wa_id), shapes.lid_jid(phone.lid)
    if phone.lid and phone.addressing in {"lid", "lid_only"}:
        return {"participant": lid, "participantAlt": number, "addressingMode": "lid"}
    alternate = {"participantAlt": lid} if phone.lid else {}
    return {"participant": number, **alternate, "addressingMode": "pn"}
