"""The control API under /_control/: what tests and pages do to phones, lines, faults, the shop.

JSON in and out, no key: the server listens on 127.0.0.1 only. `instance` may be left out when
there is just one. A wrong request answers 400 with `{"error": sentence}`.
"""

import time
from collections import Counter
from collections.abc import Callable
from inspect import isawaitable
from typing import cast, get_args

from automacao.simulator import chats, control_messages, control_shop, dialling, lines, views
from automacao.simulator.control_body import WrongRequestError, known_phone, line_of, text_of
from automacao.simulator.control_messages import remember
from automacao.simulator.network import Network
from automacao.simulator.refusals import refusal
from automacao.simulator.state import Addressing, Deadness, Json
from automacao.simulator.web import Handler, NotJsonError, Request, Response, Router, answer

Act = Callable[[Network, Json], object]

# A page of another site must not drive the phones of a person who has the simulator open.
_OWN_ORIGINS = ("http://127.0.0.1:", "http://localhost:")

_ADDRESSINGS = get_args(Addressing)


def install(router: Router, net: Network) -> None:
    """Add the control routes."""
    router.add("GET", "/_control/state", _handler(net, lambda net, _: views.state(net)))
    router.add("GET", "/_control/quiet", _quiet(net))
    for act in (
        pair, kick, ban, drop, restore, renew_qr, expire_qr, flood, deaden, webhook, auto_reply,
        phone, ensure, faults, refuse, hold, release, reset_faults, sent, thread, clear,
        *control_messages.ACTS, *control_shop.ACTS,
    ):  # fmt: skip
        router.add("POST", f"/_control/{act.__name__}", _handler(net, act))


# --- Lines ----------------------------------------------------------------------------------------


def pair(net: Network, body: Json) -> Json:
    """Scan the code with the store's phone. `phone` defaults to the number asked for."""
    line = line_of(net, body)
    if line.phase == "open":
        raise WrongRequestError("Esta instância já está conectada.")
    digits = dialling.typed_digits(str(body.get("phone") or line.number or line.own_id))
    if digits is None:
        raise WrongRequestError("Digite o número do celular da loja, com DDD.")
    lines.pair(net, line, phone=digits, profile=body.get("name") or "")
    return views.line(line)


def kick(net: Network, body: Json) -> Json:
    """Unlink from the phone (401)."""
    line = line_of(net, body)
    lines.kick(net, line)
    return views.line(line)


def ban(net: Network, body: Json) -> Json:
    """Block the number (403)."""
    line = line_of(net, body)
    lines.ban(net, line)
    return views.line(line)


def drop(net: Network, body: Json) -> Json:
    """Lose the connection: `seconds` 0 flaps, N returns by itself, null waits for `restore`."""
    line = line_of(net, body)
    if line.phase != "open":
        raise WrongRequestError("Esta instância não está conectada.")
    lines.drop(net, line, seconds=body.get("seconds", 0))
    return views.line(line)


def restore(net: Network, body: Json) -> Json:
    """End a drop."""
    line = line_of(net, body)
    lines.restore(net, line)
    return views.line(line)


def renew_qr(net: Network, body: Json) -> Json:
    """Let the code on show run out, and the next one come."""
    line = line_of(net, body)
    if line.phase != "qr":
        raise WrongRequestError("Esta instância não mostra um código.")
    lines.renew_qr(net, line)
    return views.line(line)


def expire_qr(net: Network, body: Json) -> Json:
    """Let the last code run out."""
    line = line_of(net, body)
    lines.give_qr_up(net, line)
    return views.line(line)


def flood(net: Network, body: Json) -> Json:
    """Reconnect without delay: `count` events over `seconds`."""
    line = line_of(net, body)
    lines.flood(net, line, count=int(body.get("count", 200)), seconds=float(body.get("seconds", 1)))
    return views.line(line)


def deaden(net: Network, body: Json) -> Json:
    """Let the socket die with the state still open: `how` closed, hang, or empty to revive."""
    line = line_of(net, body)
    how = body.get("how", "closed")
    if how not in get_args(Deadness):
        raise WrongRequestError(f"{how} não existe.")
    lines.deaden(net, line, how) if how else lines.revive(net, line)
    return views.line(line)


def webhook(net: Network, body: Json) -> Json:
    """Change the webhook behind the desk's back: url, enabled, events, headers…"""
    line = line_of(net, body)
    if line.webhook is None:
        raise WrongRequestError("Esta instância não tem webhook.")
    lines.change_webhook(net, line.webhook, body)
    return views.line(line)


def auto_reply(net: Network, body: Json) -> Json:
    """Have the Business app answer whoever writes with `text`; empty: no more."""
    line = line_of(net, body)
    line.auto_reply = body.get("text") or ""
    net.touch()
    return views.line(line)


def ensure(net: Network, body: Json) -> Json:
    """Create or keep a connected instance: name, token, phone, profile, webhook, phones.

    `messages` are known to everybody already: id, phone, from, text, at and status.
    """
    for name in ("name", "token", "phone", "webhook"):
        if not body.get(name):
            raise WrongRequestError(f"Falta {name}.")
    line = lines.ensure(net, body["name"], token=body["token"], webhook=body["webhook"])
    line.number = dialling.only_digits(body["phone"])
    line.profile = body.get("profile") or line.profile
    if line.phase != "open" or line.own_id != line.number:
        lines.pair(net, line, phone=line.number)
    for person in body.get("phones") or []:
        phone(net, person)
    for message in body.get("messages") or []:
        remember(net, line, message)
    return views.line(line)


# --- Phones ---------------------------------------------------------------------------------------


def phone(net: Network, body: Json) -> Json:
    """Add or change a phone: number, name, lid, wa_id, online, reads_alone, exists."""
    digits = dialling.typed_digits(text_of(body, "number"))
    if digits is None:
        raise WrongRequestError("Número inválido. Use DDD e número, como (11) 98765-4321.")
    wa_id = body.get("wa_id") or (dialling.short_form(digits) if body.get("old") else digits)
    known = chats.find_phone(net, wa_id) or chats.add_phone(net, wa_id)
    known.name = body.get("name") or known.name
    known.lid = body.get("lid", known.lid)
    known.is_on_whatsapp = body.get("exists", known.is_on_whatsapp)
    known.reads_alone = body.get("reads_alone", known.reads_alone)
    known.addressing = _addressing(body) or known.addressing
    if known.addressing != "pn":
        chats.hide(known)
    # Whatever phone somebody has just made or changed is on the page.
    known.touched_at = time.time()
    if body.get("online", known.is_online) != known.is_online:
        chats.set_online(net, known, is_online=body["online"])
    net.touch()
    return views.phone(known)


def sent(net: Network, body: Json) -> list[Json]:
    """List what phones got from the store through the API, oldest first: the ledger.

    `count` is how often the same text went to the same number so far.
    """
    line = line_of(net, body)
    seen: Counter[tuple[str, ...]] = Counter()
    ledger = []
    for message in line.messages.values():
        if message.origin == "api" and message.kind != "reaction":
            content = views.content_key(message)
            seen[content] += 1
            ledger.append(views.sent(message, seen[content]))
    return ledger


def thread(net: Network, body: Json) -> list[Json]:
    """Return what a customer sees on the screen, oldest first."""
    line = line_of(net, body)
    return [views.bubble(line, one) for one in line.thread(known_phone(net, body).wa_id)]


# --- Faults ---------------------------------------------------------------------------------------


def faults(net: Network, body: Json) -> Json:
    """Change the named faults and return all of them."""
    try:
        net.faults.set(body)
    except (ValueError, TypeError) as error:
        raise WrongRequestError(str(error)) from error
    return views.faults(net.faults)


def refuse(net: Network, body: Json) -> Json:
    """Plan an answer by name for the next calls: name, path, next, probability, acts."""
    try:
        net.refusals.append(refusal(**body))
    except (ValueError, TypeError) as error:
        raise WrongRequestError(str(error)) from error
    return {"planned": len(net.refusals)}


def hold(net: Network, _: Json) -> Json:
    """Keep every webhook back."""
    return faults(net, {"hold": True})


def release(net: Network, _: Json) -> Json:
    """Let the webhooks go."""
    return faults(net, {"hold": False})


def reset_faults(net: Network, _: Json) -> Json:
    """Make everything go well again."""
    net.reset_faults()
    return views.faults(net.faults)


def clear(net: Network, _: Json) -> Json:
    """Begin anew."""
    net.clear()
    return {}


def _addressing(body: Json) -> Addressing | None:
    wanted = body.get("addressing")
    if wanted is not None and wanted not in _ADDRESSINGS:
        raise WrongRequestError(f"{wanted} não existe.")
    return cast("Addressing | None", wanted)


def _handler(net: Network, act: Act) -> Handler:
    async def handle(request: Request) -> Response:
        origin = request.headers.get("origin", _OWN_ORIGINS[0])
        if not origin.startswith(_OWN_ORIGINS):
            return answer({"error": "Origem recusada."}, 403)
        try:
            told = act(net, request.json())
            return answer(await told if isawaitable(told) else told)
        except (WrongRequestError, NotJsonError) as error:
            return answer({"error": str(error)}, 400)

    return handle


def _quiet(net: Network) -> Handler:
    async def handle(request: Request) -> Response:
        limit = float(request.query.get("timeout", "5"))
        return answer({"quiet": await net.courier.quiet(limit), "pending": net.courier.pending})

    return handle
