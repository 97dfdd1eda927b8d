"""Wire shapes of Evolution API 2.3.6: webhook bodies, held against real captures by the tests.

Key order follows the captures.
"""

import json
import re
from datetime import UTC, datetime

from django.utils import timezone

from automacao.simulator.state import Instance, Json, Message, Phone

PICTURE = "https://pps.whatsapp.net/v/simulador.jpg"
_DEVICES = (
    (re.compile(r"3A.{18}"), "ios"),
    (re.compile(r"3E.{20}"), "web"),
    (re.compile(r".{21}|.{32}"), "android"),
    (re.compile(r"3F.*|.{18}"), "desktop"),
)


def phone_jid(wa_id: str) -> str:
    """Return the address of a phone."""
    return f"{wa_id}@s.whatsapp.net"


def lid_jid(lid: str) -> str:
    """Return the address of a hidden identity."""
    return f"{lid}@lid"


def utc_text(at: float) -> str:
    """Write a time as JavaScript does."""
    return _javascript(datetime.fromtimestamp(at, UTC))


def local_text(at: float) -> str:
    """Write the gateway's wall clock with the trailing Z that the real one puts there wrongly."""
    return _javascript(timezone.localtime(datetime.fromtimestamp(at, UTC)))


def envelope(line: Instance, event: str, data: object, *, server_url: str, at: float) -> Json:
    """Wrap an event. `sender` is absent until a phone has paired."""
    return {
        "event": event,
        "instance": line.name,
        "data": data,
        "destination": line.webhook.url if line.webhook else "",
        "date_time": local_text(at),
        **({"sender": phone_jid(line.own_id)} if line.own_id else {}),
        "server_url": server_url,
        "apikey": line.token,
    }


# --- The line itself ------------------------------------------------------------------------------


def instance_ids(line: Instance) -> Json:
    """instance.create and instance.delete."""
    return {"instanceName": line.name, "instanceId": line.id}


def connection(line: Instance, state: str, reason: int = 200) -> Json:
    """connection.update: connecting, close or refused."""
    return {"instance": line.name, "state": state, "statusReason": reason}


def opened(line: Instance) -> Json:
    """connection.update once a phone is there."""
    return {
        "instance": line.name,
        "wuid": phone_jid(line.own_id),
        "profileName": line.profile,
        "profilePictureUrl": PICTURE,
        "state": "open",
        "statusReason": 200,
    }


def qr_shown(line: Instance) -> Json:
    """qrcode.updated."""
    return {
        "qrcode": {
            "instance": line.name,
            "pairingCode": line.qr.pairing_code,
            "code": line.qr.code,
            "base64": line.qr.image,
        }
    }


def qr_given_up() -> Json:
    """qrcode.updated after the last renewal."""
    return {"message": "QR code limit reached, please login again", "statusCode": 500}


def closed(line: Instance, *, reason: int, message: str, at: float) -> Json:
    """status.instance: `disconnectionObject` is JSON inside text."""
    title = {401: "Unauthorized", 403: "Forbidden"}.get(reason, "Error")
    payload = {"statusCode": reason, "error": title, "message": message}
    boom = {
        "data": None,
        "isBoom": True,
        "isServer": False,
        "output": {"statusCode": reason, "payload": payload, "headers": {}},
    }
    detail = {"error": boom, "date": utc_text(at)}
    return {
        "instance": line.name,
        "status": "closed",
        "disconnectionAt": utc_text(at),
        "disconnectionReasonCode": reason,
        "disconnectionObject": json.dumps(detail, separators=(",", ":")),
    }


# --- Conversations --------------------------------------------------------------------------------


def chat_touched(line: Instance, phone: Phone) -> list[Json]:
    """chats.update."""
    return [{"remoteJid": phone_jid(phone.wa_id), "instanceId": line.id}]


def contact_picture(line: Instance, phone: Phone) -> list[Json]:
    """contacts.update before a message: an array."""
    return [
        {
            "remoteJid": phone_jid(phone.wa_id),
            "profilePicUrl": PICTURE,
            "instanceId": line.id,
        }
    ]


def contact_named(line: Instance, phone: Phone) -> Json:
    """contacts.upsert or contacts.update after a message: an object."""
    return {
        "remoteJid": phone_jid(phone.wa_id),
        "pushName": phone.name,
        "profilePicUrl": PICTURE,
        "instanceId": line.id,
    }


def received(line: Instance, phone: Phone, message: Message, *, addressing: str = "pn") -> Json:
    """messages.upsert of a customer. `addressing`: pn, lid, or lid_only (the phone is hidden)."""
    return {
        "key": {
            **_addresses(phone, addressing),
            "fromMe": False,
            "id": message.id,
            "participant": "",
            "addressingMode": "pn" if addressing == "pn" else "lid",
        },
        "pushName": phone.name,
        "status": "DELIVERY_ACK",
        "message": {"conversation": message.text},
        **_quoted(line, message),
        **_trailer(line, message),
    }


def typed_on_phone(line: Instance, message: Message) -> Json:
    """messages.upsert of what the store typed on its own phone: no alternate address."""
    return {
        "key": {
            "remoteJid": phone_jid(message.wa_id),
            "fromMe": True,
            "id": message.id,
            "participant": "",
            "addressingMode": "pn",
        },
        "pushName": line.profile,
        "status": "SERVER_ACK",
        "message": {"conversation": message.text},
        **_trailer(line, message),
    }


def sent(line: Instance, message: Message) -> Json:
    """send.message, and the answer of sendText: the same body."""
    return {
        "key": {"remoteJid": phone_jid(message.wa_id), "fromMe": True, "id": message.id},
        "pushName": "Você",
        "status": "PENDING",
        "message": {"conversation": message.text},
        "contextInfo": {
            "mentionedJid": [],
            "groupMentions": [],
            **_reference(line, message),
            "ephemeralSettingTimestamp": {
                "low": message.at - 172_800,
                "high": 0,
                "unsigned": False,
            },
            "disappearingMode": {"initiator": 0},
        },
        **_trailer(line, message),
    }


def status(line: Instance, phone: Phone, message: Message, word: str) -> Json:
    """messages.update. A reader with a LID answers from it, whatever the address written to."""
    from_lid = phone.lid and word in {"READ", "PLAYED"}
    return {
        "keyId": message.id,
        "remoteJid": lid_jid(phone.lid) if from_lid else phone_jid(phone.wa_id),
        "fromMe": True,
        "status": word,
        "instanceId": line.id,
        "messageId": message.row_id,
    }


def history(line: Instance, messages: list[tuple[Phone, Message]]) -> list[Json]:
    """messages.set: what customers wrote while no device was linked."""
    return [
        {
            "key": {"remoteJid": phone_jid(phone.wa_id), "fromMe": False, "id": message.id},
            "pushName": phone.name,
            "status": "DELIVERY_ACK",
            "message": {"conversation": message.text},
            **_trailer(line, message),
        }
        for phone, message in messages
    ]


def device(message_id: str) -> str:
    """Guess the device as Baileys does, from the form of the id."""
    return next((name for form, name in _DEVICES if form.fullmatch(message_id)), "unknown")


def _addresses(phone: Phone, addressing: str) -> dict[str, str]:
    number, lid = phone_jid(phone.wa_id), lid_jid(phone.lid)
    if addressing == "lid_only":
        return {"remoteJid": lid}
    if addressing == "lid":
        return {"remoteJid": lid, "remoteJidAlt": number}
    return {"remoteJid": number, **({"remoteJidAlt": lid} if phone.lid else {})}


def _quoted(line: Instance, message: Message) -> Json:
    reference = _reference(line, message)
    if not reference:
        return {}
    return {"contextInfo": {"mentionedJid": [], "groupMentions": [], **reference}}


def _reference(line: Instance, message: Message) -> Json:
    if not message.quotes:
        return {}
    quoted = line.messages.get(message.quotes)
    from_customer = quoted is not None and quoted.origin == "customer"
    return {
        "stanzaId": message.quotes,
        "participant": phone_jid(message.wa_id if from_customer else line.own_id),
        "quotedMessage": {"conversation": quoted.text if quoted else ""},
    }


def _trailer(line: Instance, message: Message) -> Json:
    return {
        "messageType": "conversation",
        "messageTimestamp": message.at,
        "instanceId": line.id,
        "source": device(message.id),
    }


def _javascript(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
