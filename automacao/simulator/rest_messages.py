"""REST of the messages: send, find, numbers, read marks, as 2.3.6 answers them."""

import asyncio
import re
from datetime import datetime

from automacao.simulator import answers, chats, shapes
from automacao.simulator.answers import RefusedError, schema_error
from automacao.simulator.chats import Letter
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json, Message
from automacao.simulator.web import Request, Response, answer

PAGE = 50


async def send_text(net: Network, request: Request, line: Instance) -> Response:
    """Send a text. PENDING: written to a socket, nothing more."""
    body = request.json()
    _check_text(body)
    number = body["number"]
    _check_line(line, number)
    if not number:
        raise RefusedError(500, "Cannot read properties of undefined (reading 'split')")
    if _is_group(number):
        raise RefusedError(400, ["[object Object]"])
    try:
        phone = chats.recipient(net, number)
    except chats.NotOnWhatsAppError as error:
        raise RefusedError(400, [{"jid": error.jid, "exists": False, "number": number}]) from error
    quotes = ((body.get("quoted") or {}).get("key") or {}).get("id") or ""
    message = chats.send(net, line, phone, Letter(body["text"], quotes=quotes))
    return answer(shapes.sent(line, message), 201)


async def find_messages(_net: Network, request: Request, line: Instance) -> Response:
    """Return what the gateway stored, newest first, by `where.key` and `where.messageTimestamp`."""
    body = request.json()
    where = body.get("where") or {}
    found = [message for message in line.messages.values() if _matches(message, where)]
    found.sort(key=lambda message: message.at, reverse=True)
    size, page = int(body.get("offset") or PAGE), int(body.get("page") or 1)
    records = found[size * (page - 1) : size * page]
    content = {
        "total": len(found),
        "pages": -(-len(found) // size),
        "currentPage": page,
        "records": [answers.stored_message(line, message) for message in records],
    }
    return answer({"messages": content})


async def whatsapp_numbers(net: Network, request: Request, line: Instance) -> Response:
    """Tell which numbers have an account and under which id."""
    numbers = request.json().get("numbers")
    if line.phase != "open" or not numbers:
        return answer({}, 400)
    return answer([_number(net, number) for number in numbers])


async def mark_read(net: Network, request: Request, line: Instance) -> Response:
    """Mark customers' messages as read. LID addresses are skipped in silence."""
    messages = request.json().get("readMessages")
    if not isinstance(messages, list):
        raise schema_error('instance requires property "readMessages"')
    _check_open(line)
    wanted = [one["id"] for one in messages if not one["remoteJid"].endswith("@lid")]
    chats.mark_read_by_store(net, line, wanted)
    return answer({"message": "Read messages", "read": "success"}, 201)


async def send_presence(_net: Network, request: Request, line: Instance) -> Response:
    """Show `composing`; blocks for `delay`."""
    body = request.json()
    if problems := answers.missing(body, "number", "presence", "delay"):
        raise schema_error(*problems)
    _check_open(line)
    await asyncio.sleep(body["delay"] / 1000)
    return answer({"presence": body["presence"]}, 201)


def _check_text(body: Json) -> None:
    problems = answers.missing(body, "number", "text")
    if not isinstance(body.get("number", ""), str):
        problems.append("Invalid format")
    if not isinstance(body.get("text", ""), str):
        problems.append("text is not of a type(s) string")
    if problems:
        raise schema_error(*problems)
    if not body["text"].strip():
        raise RefusedError(400, ["Text is required"])


def _check_line(line: Instance, number: str) -> None:
    """Refuse a send without a socket, each way of having none in its own words."""
    if line.phase == "new":
        raise RefusedError(500, "Cannot read properties of undefined (reading 'onWhatsApp')")
    if line.phase == "qr":
        text = "TypeError: Cannot read properties of undefined (reading 'id')"
        raise RefusedError(400, [text])
    if line.phase == "dropped" and number.partition("@")[0] in line.contacts:
        raise RefusedError(400, ["Error: Connection Closed"])
    _check_open(line)


def _check_open(line: Instance) -> None:
    if line.phase != "open":
        raise RefusedError(500, "Connection Closed")


def _is_group(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return "@g.us" in number or len(digits) >= 18


def _number(net: Network, number: str) -> Json:
    jid, exists = chats.look_up(net, number)
    phone = chats.find_phone(net, number)
    return {
        "jid": jid,
        "exists": exists,
        "number": number,
        **({"name": phone.name} if phone and phone.name else {}),
        **({"lid": shapes.lid_jid(phone.lid)} if phone and phone.lid else {}),
    }


def _matches(message: Message, where: Json) -> bool:
    key = where.get("key") or {}
    is_ours = message.origin != "customer"
    return (
        key.get("id") in {None, "", message.id}
        and (not key.get("remoteJid") or key["remoteJid"] == shapes.phone_jid(message.wa_id))
        # The real gateway ignores `fromMe: false` too.
        and (not key.get("fromMe") or is_ours)
        and _is_within(message.at, where.get("messageTimestamp") or {})
    )


def _is_within(at: int, span: Json) -> bool:
    after, before = (
        datetime.fromisoformat(span[bound]).timestamp() if span.get(bound) else None
        for bound in ("gte", "lte")
    )
    return (after is None or at >= int(after)) and (before is None or at <= int(before))
