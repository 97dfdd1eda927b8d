"""REST of the chats: find, numbers, read marks, presence, as 2.3.6 answers them."""

import asyncio
from datetime import datetime

from automacao.simulator import answers, chats, contents, shapes
from automacao.simulator.answers import schema_error
from automacao.simulator.network import Network
from automacao.simulator.refusals import ANSWERS
from automacao.simulator.rest_sending import check_open, hold_if_dead
from automacao.simulator.state import Instance, Json, Message
from automacao.simulator.web import Request, Response, answer

PAGE = 50


async def find_messages(net: Network, request: Request, line: Instance) -> Response:
    """Return what the gateway stored, newest first, by `where.key` and `where.messageTimestamp`."""
    body = request.json()
    where = body.get("where") or {}
    found = [one for one in line.messages.values() if _matches(net, one, where)]
    found.sort(key=answers.stored_at, reverse=True)
    size, page = int(body.get("offset") or PAGE), int(body.get("page") or 1)
    records = found[size * (page - 1) : size * page]
    content = {
        "total": len(found),
        "pages": -(-len(found) // size),
        "currentPage": page,
        "records": [answers.stored_message(net, line, message) for message in records],
    }
    return answer({"messages": content})


async def whatsapp_numbers(net: Network, request: Request, line: Instance) -> Response:
    """Tell which numbers have an account and under which id."""
    numbers = request.json().get("numbers")
    await hold_if_dead(request, line)
    if line.deadness:
        status, body = ANSWERS["400_whatsapp_numbers_raw_error"]
        return answer(body, status)
    if line.phase != "open" or not numbers:
        return answer({}, 400)
    return answer([_number(net, number) for number in numbers])


async def mark_read(net: Network, request: Request, line: Instance) -> Response:
    """Mark customers' messages as read. LID addresses are skipped in silence."""
    messages = request.json().get("readMessages")
    if not isinstance(messages, list):
        raise schema_error('instance requires property "readMessages"')
    await check_open(request, line)
    wanted = [one["id"] for one in messages if not one["remoteJid"].endswith("@lid")]
    chats.mark_read_by_store(net, line, wanted)
    return answer({"message": "Read messages", "read": "success"}, 201)


async def send_presence(_net: Network, request: Request, line: Instance) -> Response:
    """Show `composing`; blocks for `delay`."""
    body = request.json()
    if problems := answers.missing(body, "number", "presence", "delay"):
        raise schema_error(*problems)
    await check_open(request, line)
    await asyncio.sleep(body["delay"] / 1000)
    return answer({"presence": body["presence"]}, 201)


async def fetch_picture(net: Network, request: Request, line: Instance) -> Response:
    """Tell where somebody's picture is: null while the number is unknown."""
    number = str(request.json().get("number") or "")
    await check_open(request, line)
    jid, _ = chats.look_up(net, number)
    picture = shapes.PICTURE if chats.find_phone(net, number) else None
    return answer({"wuid": jid, "profilePictureUrl": picture})


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


def _matches(net: Network, message: Message, where: Json) -> bool:
    key = where.get("key") or {}
    jid = key.get("remoteJid")
    return (
        key.get("id") in {None, "", message.id}
        # The real gateway ignores `fromMe: false` too.
        and (not key.get("fromMe") or message.origin != "customer")
        and _is_within(answers.stored_at(message), where.get("messageTimestamp") or {})
        and (not jid or jid == answers.stored_jid(net, message))
        and where.get("messageType") in {None, "", contents.name(message)}
    )


def _is_within(at: int, span: Json) -> bool:
    after, before = (
        datetime.fromisoformat(span[bound]).timestamp() if span.get(bound) else None
        for bound in ("gte", "lte")
    )
    return (after is None or at >= int(after)) and (before is None or at <= int(before))
