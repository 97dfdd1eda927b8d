"""REST of sending: what a send must have, who gets it, and the answer, as 2.3.6 has them."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace

from automacao.simulator import answers, chats, shapes
from automacao.simulator.answers import RefusedError, schema_error
from automacao.simulator.chats import Letter
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json
from automacao.simulator.web import Request, Response, answer

# Seconds a send waits for its own echo, with that fault.
_ECHO_LIMIT = 20.0


async def send_text(net: Network, request: Request, line: Instance) -> Response:
    """Send a text. PENDING: written to a socket, nothing more."""
    body = request.json()
    _check_text(body)
    return await leave(net, request, line, body, Letter(body["text"]))


async def send_location(net: Network, request: Request, line: Instance) -> Response:
    """Send a place: all of number, latitude, longitude, name and address."""
    body = request.json()
    check(body, "number", "latitude", "longitude", "name", "address")
    names = ("latitude", "longitude", "name", "address")
    facts = {name: body[name] for name in names}
    return await leave(net, request, line, body, Letter("", kind="location", facts=facts))


async def send_contact(net: Network, request: Request, line: Instance) -> Response:
    """Send contact cards: fullName and phoneNumber of each."""
    body = request.json()
    check(body, "number", "contact")
    wanted = body["contact"]
    if not isinstance(wanted, list) or not wanted:
        raise schema_error("contact does not meet minimum length of 1")
    for card in wanted:
        check(card, "fullName", "phoneNumber")
    cards = [{"name": card["fullName"], "vcard": _vcard(card)} for card in wanted]
    return await leave(net, request, line, body, Letter("", kind="contact", facts={"cards": cards}))


async def leave(
    net: Network, request: Request, line: Instance, body: Json, letter: Letter
) -> Response:
    """Send what was read from a body, with what it quotes, and answer with the message."""
    number = body["number"]
    await _check_line(request, line, number)
    if not number:
        raise RefusedError(500, "Cannot read properties of undefined (reading 'split')")
    if _is_group(number):
        raise RefusedError(400, ["[object Object]"])
    try:
        phone = chats.recipient(net, number)
    except chats.NotOnWhatsAppError as error:
        raise RefusedError(400, [{"jid": error.jid, "exists": False, "number": number}]) from error
    letter = replace(letter, quotes=_quoted(line, body))
    message, echo = chats.send(net, line, phone, letter)
    if net.faults.echo_first and echo:
        await asyncio.wait({echo}, timeout=_ECHO_LIMIT)
    return answer(shapes.sent(line, message), 201)


def check(body: Json, *names: str) -> None:
    """Refuse a body that misses its schema: a property, or a number that is no text."""
    problems = answers.missing(body, *names)
    if not isinstance(body.get("number", ""), str):
        problems.append("Invalid format")
    if not isinstance(body.get("quoted") or {}, dict):
        problems.append("quoted is not of a type(s) object")
    if problems:
        raise schema_error(*problems)


async def check_open(request: Request, line: Instance) -> None:
    """Refuse what needs a live socket."""
    await hold_if_dead(request, line)
    if line.phase != "open" or line.deadness:
        raise RefusedError(500, "Connection Closed")


async def hold_if_dead(request: Request, line: Instance) -> None:
    """Answer nothing while the socket swallows everything: the caller gives up."""
    if line.deadness == "hang":
        await request.gone()


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


async def _check_line(request: Request, line: Instance, number: str) -> None:
    """Refuse a send without a socket, each way of having none in its own words."""
    if line.phase == "new":
        raise RefusedError(500, "Cannot read properties of undefined (reading 'onWhatsApp')")
    if line.phase == "qr":
        text = "TypeError: Cannot read properties of undefined (reading 'id')"
        raise RefusedError(400, [text])
    await hold_if_dead(request, line)
    is_cut = line.phase == "dropped" or line.deadness
    if is_cut and number.partition("@")[0] in line.contacts:
        raise RefusedError(400, ["Error: Connection Closed"])
    await check_open(request, line)


def _is_group(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return "@g.us" in number or ("@" not in number and len(digits) >= 18)


def _quoted(line: Instance, body: Json) -> str:
    """Return the id that is quoted; one the gateway does not know is dropped in silence."""
    quoted = body.get("quoted") or {}
    wanted = str((quoted.get("key") or {}).get("id") or "")
    return wanted if wanted in line.messages or quoted.get("message") else ""


def _vcard(card: Json) -> str:
    return "\n".join(_card_lines(card))


def _card_lines(card: Json) -> Iterable[str]:
    digits = card.get("wuid") or re.sub(r"\D", "", card["phoneNumber"])
    yield from ("BEGIN:VCARD", "VERSION:3.0", f"N:{card['fullName']}", f"FN:{card['fullName']}")
    for name, label in (("organization", "ORG"), ("email", "EMAIL"), ("url", "URL")):
        if card.get(name):
            yield f"{label}:{card[name]}{';' if label == 'ORG' else ''}"
    yield f"item1.TEL;waid={digits}:{card['phoneNumber']}"
    yield from ("item1.X-ABLabel:Celular", "END:VCARD")
