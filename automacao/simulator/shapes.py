"""Wire shapes of Evolution API 2.3.6: webhook bodies, held against real captures by the tests.

Key order follows the captures.
"""

import json
import re
from datetime import UTC, datetime

from django.utils import timezone

from automacao.simulator import contents
from automacao.simulator.state import Addressing, Instance, Json, Message, Phone
from automacao.simulator.wire import as_bytes, as_long, derived

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


def received(
    line: Instance, phone: Phone, message: Message, *, addressing: Addressing | None = None
) -> Json:
    """messages.upsert of a customer."""
    return {
        "key": received_key(phone, message, addressing=addressing),
        "pushName": phone.name,
        "status": "DELIVERY_ACK",
        "message": contents.body(message),
        **_context(line, message),
        **_trailer(line, message),
    }


def received_key(phone: Phone, message: Message, *, addressing: Addressing | None = None) -> Json:
    """Return the key of a customer's message, as deletions name it too."""
    mode = addressing or message.addressing
    return {
        **_addresses(phone, mode),
        "fromMe": False,
        "id": message.id,
        "participant": "",
        "addressingMode": "pn" if mode in {"pn", "swapped"} else "lid",
    }


def typed_on_phone(line: Instance, message: Message) -> Json:
    """messages.upsert of what the store typed on its own phone: no alternate address."""
    return {
        "key": {
            "remoteJid": chat_jid(message),
            "fromMe": True,
            "id": message.id,
            "participant": "",
            "addressingMode": "lid" if chat_jid(message).endswith("@lid") else "pn",
        },
        "pushName": line.profile,
        "status": "SERVER_ACK",
        "message": contents.body(message),
        **_context(line, message),
        **_trailer(line, message),
    }


def sent(line: Instance, message: Message) -> Json:
    """send.message, and the answer of every send: the same body."""
    return {
        "key": sent_key(message),
        "pushName": "Você",
        "status": "PENDING",
        "message": contents.body(message),
        "contextInfo": {
            "mentionedJid": [],
            "groupMentions": [],
            **_reference(line, message),
            "ephemeralSettingTimestamp": as_long(message.at - 172_800),
            "disappearingMode": {"initiator": 0},
        },
        **_trailer(line, message),
    }


def sent_key(message: Message) -> Json:
    """Return the key of what the store sent."""
    return {"remoteJid": chat_jid(message), "fromMe": True, "id": message.id}


def chat_jid(message: Message) -> str:
    """Return the chat's address as the gateway knows it."""
    return message.jid or phone_jid(message.wa_id)


def status(line: Instance, phone: Phone, message: Message, word: str) -> Json:
    """messages.update. A reader with a LID answers from it, whatever the address written to."""
    from_lid = phone.lid and word in {"READ", "PLAYED"}
    return {
        "keyId": message.id,
        "remoteJid": lid_jid(phone.lid) if from_lid else chat_jid(message),
        "fromMe": True,
        "status": word,
        "instanceId": line.id,
        "messageId": message.row_id,
    }


def history(line: Instance, messages: list[tuple[Phone, Message]]) -> list[Json]:
    """messages.set: what was said while no device was linked, or before one was."""
    return [
        {
            "key": {
                "remoteJid": chat_jid(message),
                "fromMe": message.origin != "customer",
                "id": message.id,
            },
            "pushName": phone.name if message.origin == "customer" else line.profile,
            "status": "DELIVERY_ACK",
            "message": contents.body(message),
            **_trailer(line, message),
        }
        for phone, message in messages
    ]


# --- Changes of messages --------------------------------------------------------------------------


def edited(line: Instance, message: Message, *, at: float) -> Json:
    """messages.edited: the key as the one who edits sees it."""
    return {
        "key": {"remoteJid": phone_jid(line.own_id), "fromMe": True, "id": message.id},
        "type": "MESSAGE_EDIT",
        "editedMessage": contents.unwrapped(message),
        "timestampMs": str(int(at * 1000)),
    }


def revoked(line: Instance, message: Message) -> Json:
    """messages.edited of a deletion."""
    key = {"remoteJid": phone_jid(line.own_id), "fromMe": True, "id": message.id}
    return {"key": key, "type": "REVOKE"}


def own_edit(message: Message, *, at: float) -> Json:
    """send.message.update: the store's own edit through the API."""
    return {
        "key": sent_key(message),
        "editedMessage": {"extendedTextMessage": {"text": message.text}},
        "timestampMs": int(at * 1000),
        "type": 14,
    }


def own_deletion(line: Instance, message: Message, *, content: Json) -> Json:
    """messages.delete of the store's own deletion: the gateway's row, its key inside."""
    trailer = _trailer(line, message)
    return {
        "id": message.row_id,
        "instanceId": line.id,
        "key": {
            "id": message.id,
            "fromMe": True,
            "deleted": True,
            "remoteJid": chat_jid(message),
        },
        "messageType": next(iter(content)),
        "status": "DELETED",
        "source": trailer["source"],
        "messageTimestamp": message.at,
        "pushName": "Você",
        "participant": None,
        "message": content,
    }


def device(message_id: str) -> str:
    """Guess the device as Baileys does, from the form of the id."""
    return next((name for form, name in _DEVICES if form.fullmatch(message_id)), "unknown")


def _addresses(phone: Phone, addressing: Addressing) -> dict[str, str]:
    number, lid = phone_jid(phone.wa_id), lid_jid(phone.lid)
    if addressing == "lid_only":
        return {"remoteJid": lid}
    if addressing == "lid":
        return {"remoteJid": lid, "remoteJidAlt": number}
    if addressing == "overwritten":
        return {"remoteJid": number, "remoteJidAlt": number}
    return {"remoteJid": number, **({"remoteJidAlt": lid} if phone.lid else {})}


def _context(line: Instance, message: Message) -> Json:
    """Build `data.contextInfo`: null for what is no text, absent where there is nothing to say."""
    name = contents.name(message)
    if message.addressing == "swapped" and message.origin == "customer":
        # 2.4.0-rc2 has the device's metadata here, and loses the quote of a text.
        return {"contextInfo": _device_metadata(message)}
    told = {
        **_reference(line, message),
        **({"isForwarded": True, "forwardingScore": 1} if message.is_forwarded else {}),
        **_advertisement(message),
    }
    if told:
        return {"contextInfo": {"mentionedJid": [], "groupMentions": [], **told}}
    return {} if name in contents.CONTEXT_FREE or message.wrapper else {"contextInfo": None}


def _device_metadata(message: Message) -> Json:
    keys = derived(message.id, "device")
    device = {
        "senderKeyHash": as_bytes(keys[:10]),
        "senderTimestamp": as_long(message.at - 9_000, unsigned=True),
        "recipientKeyHash": as_bytes(keys[10:20]),
        "recipientTimestamp": as_long(message.at - 700, unsigned=True),
    }
    return {
        "deviceListMetadata": device,
        "deviceListMetadataVersion": 2,
        "messageSecret": as_bytes(derived(message.id, "secret")),
    }


def _advertisement(message: Message) -> Json:
    if not message.ad:
        return {}
    advert = {
        "title": message.ad.get("title", ""),
        "body": message.ad.get("text", ""),
        "mediaType": 1,
        "sourceType": "ad",
        "sourceId": derived(message.id, "ad").hex()[:16],
        "sourceUrl": message.ad.get("url", ""),
        "containsAutoReply": False,
        "renderLargerThumbnail": True,
        "showAdAttribution": True,
    }
    return {"conversionSource": "FB_Ads", "externalAdReply": advert}


def _reference(line: Instance, message: Message) -> Json:
    if not message.quotes or message.kind == "reaction":
        return {}
    quoted = line.messages.get(message.quotes)
    from_customer = quoted is not None and quoted.origin == "customer"
    return {
        "stanzaId": message.quotes,
        "participant": phone_jid(message.wa_id if from_customer else line.own_id),
        "quotedMessage": contents.unwrapped(quoted) if quoted else {"conversation": ""},
    }


def _trailer(line: Instance, message: Message) -> Json:
    return {
        "messageType": contents.name(message),
        "messageTimestamp": message.at,
        "instanceId": line.id,
        "source": device(message.id),
    }


def _javascript(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
