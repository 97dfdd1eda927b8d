"""Bodies of the REST answers of Evolution API 2.3.6, errors included."""

from automacao.simulator import contents, shapes
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json, Message, Webhook

VERSION = "2.3.6"
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
}


class RefusedError(Exception):
    """An answer other than success. `message` has the type the real server gives it."""

    def __init__(self, status: int, message: object, *, title: str = "") -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.body = {
            "status": status,
            "error": title or _TITLES[status],
            "response": {"message": message},
        }


def schema_error(*problems: str) -> RefusedError:
    """Build the refusal of a body that misses its schema: an array inside an array."""
    return RefusedError(400, [list(problems)])


def missing(body: Json, *names: str) -> list[str]:
    """Name the required properties that are not there, as the schema validator does."""
    return [f'instance requires property "{name}"' for name in names if name not in body]


def welcome() -> Json:
    """GET /, which needs no key."""
    return {
        "status": 200,
        "message": "Welcome to the Evolution API, it is working!",
        "version": VERSION,
        "clientName": "simulador",
        "documentation": "https://doc.evolution-api.com",
    }


def created(line: Instance, *, with_qr: bool) -> Json:
    """POST /instance/create."""
    return {
        "instance": {
            "instanceName": line.name,
            "instanceId": line.id,
            "integration": "WHATSAPP-BAILEYS",
            "webhookWaBusiness": None,
            "accessTokenWaBusiness": "",
            "status": line.state,
        },
        "hash": line.token,
        "webhook": _webhook_summary(line.webhook),
        "websocket": {},
        "rabbitmq": {},
        "nats": {},
        "sqs": {},
        "settings": line.settings,
        **({"qrcode": qr(line)} if with_qr else {}),
    }


def qr(line: Instance) -> Json:
    """GET /instance/connect while no phone is there. Nothing to show is only `count`."""
    if not line.qr.code:
        return {"count": 0}
    return {
        "pairingCode": line.qr.pairing_code,
        "code": line.qr.code,
        "base64": line.qr.image,
        "count": line.qr.count,
    }


def state(line: Instance) -> Json:
    """GET /instance/connectionState, and connect or restart of an open instance."""
    return {"instance": {"instanceName": line.name, "state": line.state}}


def success(message: str) -> Json:
    """Answer of logout and delete."""
    return {"status": "SUCCESS", "error": False, "response": {"message": message}}


def instance_row(line: Instance) -> Json:
    """One element of GET /instance/fetchInstances."""
    own = shapes.phone_jid(line.own_id) if line.own_id else None
    return {
        "id": line.id,
        "name": line.name,
        "connectionStatus": line.state,
        "ownerJid": own,
        "profileName": line.profile or None,
        "profilePicUrl": shapes.PICTURE if own else None,
        "integration": "WHATSAPP-BAILEYS",
        "number": line.number,
        "businessId": None,
        "token": line.token,
        "clientName": "simulador",
        "disconnectionReasonCode": line.closed_reason,
        "disconnectionObject": None,
        "disconnectionAt": shapes.utc_text(line.closed_at) if line.closed_at else None,
        "createdAt": shapes.utc_text(line.created_at),
        "updatedAt": shapes.utc_text(line.updated_at),
        "Chatwoot": None,
        "Proxy": None,
        "Rabbitmq": None,
        "Sqs": None,
        "Websocket": None,
        "Setting": line.settings,
        "_count": {
            "Message": len(line.messages),
            "Contact": len(line.contacts),
            "Chat": len({message.wa_id for message in line.messages.values()}),
        },
    }


def webhook_row(webhook: Webhook, line: Instance) -> Json:
    """POST /webhook/set and GET /webhook/find."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "headers": webhook.headers or None,
        "enabled": webhook.is_enabled,
        "events": webhook.events,
        "webhookByEvents": webhook.by_events,
        "webhookBase64": webhook.base64,
        "createdAt": shapes.utc_text(webhook.created_at),
        "updatedAt": shapes.utc_text(webhook.updated_at),
        "instanceId": line.id,
    }


def stored_message(net: Network, line: Instance, message: Message) -> Json:
    """One record of POST /chat/findMessages. What the contact deleted has lost its content."""
    body = _told(net, line, message)
    updates = [] if message.status == "PENDING" else [message.status]
    updates += ["EDITED"] if message.edited_at else []
    updates += ["DELETED"] if message.is_deleted else []
    is_lost = message.is_deleted and message.origin != "api"
    deleted = {"deleted": True} if message.is_deleted and message.origin == "api" else {}
    return {
        "id": message.row_id,
        "key": {**body["key"], **deleted},
        "pushName": body["pushName"],
        "messageType": body["messageType"],
        "message": None if is_lost else body["message"],
        "messageTimestamp": stored_at(message),
        "instanceId": line.id,
        "source": body["source"],
        "contextInfo": body.get("contextInfo"),
        "MessageUpdate": [{"status": word} for word in updates],
    }


def stored_at(message: Message) -> int:
    """Return the time a message is stored under: that of its last edit."""
    return message.edited_at or message.at


def stored_jid(net: Network, message: Message) -> str:
    """Return the address a message is stored under."""
    if message.origin != "customer":
        return shapes.chat_jid(message)
    return str(shapes.received_key(net.phone(message.wa_id), message)["remoteJid"])


def media(message: Message, *, name: str, data: str) -> Json:
    """POST /chat/getBase64FromMediaMessage."""
    content = contents.unwrapped(message)
    [(kind, file)] = content.items()
    size = {side: file.get(side) for side in ("fileLength", "height", "width")}
    return {
        "mediaType": kind,
        "fileName": name,
        "caption": file.get("caption"),
        "size": {side: value for side, value in size.items() if value is not None},
        "mimetype": file["mimetype"],
        "base64": data,
        "buffer": None,
    }


def _told(net: Network, line: Instance, message: Message) -> Json:
    if message.origin == "customer":
        return shapes.received(line, net.phone(message.wa_id), message)
    if message.origin == "store_phone":
        return shapes.typed_on_phone(line, message)
    return shapes.sent(line, message)


def _webhook_summary(webhook: Webhook | None) -> Json:
    if webhook is None:
        return {}
    return {
        "webhookUrl": webhook.url,
        "webhookHeaders": webhook.headers,
        "webhookByEvents": webhook.by_events,
        "webhookBase64": webhook.base64,
    }
