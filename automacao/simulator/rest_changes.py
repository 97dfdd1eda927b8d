"""REST of what changes a message: reactions, edits, deletions for everyone, as 2.3.6 has them."""

import time
import unicodedata

from automacao.simulator import amendments, chats, shapes
from automacao.simulator.answers import RefusedError, missing, schema_error
from automacao.simulator.network import Network
from automacao.simulator.rest_sending import check_open
from automacao.simulator.state import Instance, Json, Message, new_message_id
from automacao.simulator.web import Request, Response, answer

# Code points that end up in one emoji: skin, gender, flags, joiners.
_EMOJI_MAX = 12
_NO_EMOJI = {"Lu", "Ll", "Lt", "Lo", "Zs", "Cc"}


async def send_reaction(net: Network, request: Request, line: Instance) -> Response:
    """React; an empty text takes the reaction away."""
    body = request.json()
    _check(body, "key", "reaction")
    _check(body["key"], "id", "remoteJid", "fromMe")
    if not _is_emoji(body["reaction"]):
        raise RefusedError(400, ["Reaction must be a single emoji or empty string"])
    await check_open(request, line)
    target = line.messages.get(body["key"]["id"])
    if target is None:
        return answer(_unknown(body["key"], body["reaction"]), 201)
    message = amendments.react(net, line, target, body["reaction"], origin="api")
    return answer(shapes.sent(line, message), 201)


async def update_message(net: Network, request: Request, line: Instance) -> Response:
    """Edit what the store sent."""
    body = request.json()
    _check(body, "number", "text", "key")
    await check_open(request, line)
    message = line.messages.get(str(body["key"].get("id")))
    if message is None:
        raise RefusedError(404, ["Message not found"])
    if not _is_chat(net, body["number"], message):
        raise RefusedError(400, ["RemoteJid does not match"])
    if message.is_deleted:
        raise RefusedError(400, ["You cannot edit deleted messages"])
    amendments.edit_by_api(net, line, message, body["text"])
    content = {"editedMessage": {"extendedTextMessage": {"text": message.text}}}
    return answer(_protocol(message, {**content, "type": "MESSAGE_EDIT"}))


async def delete_for_everyone(net: Network, request: Request, line: Instance) -> Response:
    """Delete on every phone. An unknown id is answered like a known one."""
    body = request.json()
    _check(body, "id", "remoteJid", "fromMe")
    await check_open(request, line)
    message = line.messages.get(body["id"])
    if message is not None and message.origin != "customer":
        amendments.revoke_by_api(net, line, message)
    key = {name: body[name] for name in ("remoteJid", "fromMe", "id")}
    return answer(_told(key, {"key": key, "type": "REVOKE"}), 201)


def _check(body: Json, *names: str) -> None:
    if problems := missing(body, *names):
        raise schema_error(*problems)


def _is_emoji(text: object) -> bool:
    if not isinstance(text, str) or len(text) > _EMOJI_MAX:
        return False
    return not any(unicodedata.category(one) in _NO_EMOJI for one in text)


def _is_chat(net: Network, number: str, message: Message) -> bool:
    """Compare addresses as the gateway does: a LID is not the phone it stands for."""
    if "@" in number:
        return number == shapes.chat_jid(message)
    phone = chats.find_phone(net, number)
    return phone is not None and phone.wa_id == message.wa_id and not message.jid


def _unknown(key: Json, emoji: str) -> Json:
    told = _told(key, {})
    told["message"] = {"reactionMessage": {"key": key, "text": emoji}}
    return told | {"messageType": "reactionMessage"}


def _protocol(message: Message, content: Json) -> Json:
    key = shapes.sent_key(message)
    return _told(key, {"key": key, **content})


def _told(key: Json, protocol: Json) -> Json:
    """What the gateway passes on of its own protocol message."""
    return {
        "key": {"remoteJid": key["remoteJid"], "fromMe": True, "id": new_message_id("api")},
        "message": {"protocolMessage": protocol},
        "messageTimestamp": str(int(time.time())),
        "status": "PENDING",
    }
