"""The control API under /_control/: what tests and the page do to phones, lines and faults.

JSON in and out, no key: the server listens on 127.0.0.1 only. `instance` may be left out when
there is just one. A wrong request answers 400 with `{"error": sentence}`.
"""

import time
from collections import Counter
from collections.abc import Callable

from automacao.simulator import chats, dialling, lines, views
from automacao.simulator.chats import Letter
from automacao.simulator.network import Network
from automacao.simulator.state import Instance, Json, Message, Phone
from automacao.simulator.web import Handler, NotJsonError, Request, Response, Router, answer

Act = Callable[[Network, Json], object]

# A page of another site must not drive the phones of a person who has the simulator open.
_OWN_ORIGINS = ("http://127.0.0.1:", "http://localhost:")

# As the desk calls them; all others have left, and no more is known.
_STATUSES = {"delivered": "DELIVERY_ACK", "read": "READ", "played": "PLAYED", "failed": "ERROR"}


class WrongRequestError(Exception):
    """The text is the sentence to answer with, in the page's language."""


def install(router: Router, net: Network) -> None:
    """Add the control routes."""
    router.add("GET", "/_control/state", _handler(net, lambda net, _: views.state(net)))
    router.add("GET", "/_control/quiet", _quiet(net))
    for act in (
        pair, kick, ban, drop, restore, renew_qr, expire_qr, receive, type_message, read, status,
        phone, ensure, faults, hold, release, reset_faults, sent, thread, clear,
    ):  # fmt: skip
        router.add("POST", f"/_control/{act.__name__}", _handler(net, act))


# --- Lines ----------------------------------------------------------------------------------------


def pair(net: Network, body: Json) -> Json:
    """Scan the code with the store's phone. `phone` defaults to the number asked for."""
    line = _line(net, body)
    if line.phase == "open":
        raise WrongRequestError("Esta instância já está conectada.")
    digits = dialling.typed_digits(str(body.get("phone") or line.number or line.own_id))
    if digits is None:
        raise WrongRequestError("Digite o número do celular da loja, com DDD.")
    lines.pair(net, line, phone=digits, profile=body.get("name") or "")
    return views.line(line)


def kick(net: Network, body: Json) -> Json:
    """Unlink from the phone (401)."""
    line = _line(net, body)
    lines.kick(net, line)
    return views.line(line)


def ban(net: Network, body: Json) -> Json:
    """Block the number (403)."""
    line = _line(net, body)
    lines.ban(net, line)
    return views.line(line)


def drop(net: Network, body: Json) -> Json:
    """Lose the connection: `seconds` 0 flaps, N returns by itself, null waits for `restore`."""
    line = _line(net, body)
    if line.phase != "open":
        raise WrongRequestError("Esta instância não está conectada.")
    lines.drop(net, line, seconds=body.get("seconds", 0))
    return views.line(line)


def restore(net: Network, body: Json) -> Json:
    """End a drop."""
    line = _line(net, body)
    lines.restore(net, line)
    return views.line(line)


def renew_qr(net: Network, body: Json) -> Json:
    """Let the code on show run out, and the next one come."""
    line = _line(net, body)
    if line.phase != "qr":
        raise WrongRequestError("Esta instância não mostra um código.")
    lines.renew_qr(net, line)
    return views.line(line)


def expire_qr(net: Network, body: Json) -> Json:
    """Let the last code run out."""
    line = _line(net, body)
    lines.give_qr_up(net, line)
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
        _remember(net, line, message)
    return views.line(line)


# --- Messages and phones --------------------------------------------------------------------------


def receive(net: Network, body: Json) -> Json:
    """Let customers write: one message, or `messages`, a list. Return the ids in order."""
    entries = body.get("messages") or [body]
    return {"ids": [_receive(net, {"instance": body.get("instance"), **one}) for one in entries]}


def type_message(net: Network, body: Json) -> Json:
    """Write from the store's own phone: `to`, `text`."""
    line = _line(net, body)
    customer = _customer(net, _text(body, "to"))
    return {"id": chats.type_on_store_phone(net, line, customer, _text(body, "text")).id}


def read(net: Network, body: Json) -> Json:
    """Open the conversation on a customer's phone."""
    return {"read": chats.open_thread(net, _line(net, body), _phone(net, body))}


def status(net: Network, body: Json) -> Json:
    """Announce any status of a message the store sent: `id`, `status`."""
    line, message = _message(net, _text(body, "id"))
    chats.set_status(net, line, message, _text(body, "status"))
    return {"status": message.status}


def phone(net: Network, body: Json) -> Json:
    """Add or change a phone: number, name, lid, wa_id, online, reads_alone, exists."""
    digits = dialling.typed_digits(_text(body, "number"))
    if digits is None:
        raise WrongRequestError("Número inválido. Use DDD e número, como (11) 98765-4321.")
    wa_id = body.get("wa_id") or (dialling.short_form(digits) if body.get("old") else digits)
    known = chats.find_phone(net, wa_id) or chats.add_phone(net, wa_id)
    known.name = body.get("name") or known.name
    known.lid = body.get("lid", known.lid)
    known.is_on_whatsapp = body.get("exists", known.is_on_whatsapp)
    known.reads_alone = body.get("reads_alone", known.reads_alone)
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
    line = _line(net, body)
    seen: Counter[tuple[str, str]] = Counter()
    ledger = []
    for message in line.messages.values():
        if message.origin == "api":
            seen[message.wa_id, message.text] += 1
            ledger.append(views.sent(message, seen[message.wa_id, message.text]))
    return ledger


def thread(net: Network, body: Json) -> list[Json]:
    """Return what a customer sees on the screen, oldest first."""
    return [views.bubble(one) for one in _line(net, body).thread(_phone(net, body).wa_id)]


# --- Faults ---------------------------------------------------------------------------------------


def faults(net: Network, body: Json) -> Json:
    """Change the named faults and return all of them."""
    try:
        net.faults.set(body)
    except (ValueError, TypeError) as error:
        raise WrongRequestError(str(error)) from error
    return views.faults(net.faults)


def hold(net: Network, _: Json) -> Json:
    """Keep every webhook back."""
    return faults(net, {"hold": True})


def release(net: Network, _: Json) -> Json:
    """Let the webhooks go."""
    return faults(net, {"hold": False})


def reset_faults(net: Network, _: Json) -> Json:
    """Make everything go well again."""
    net.faults.reset_all()
    return views.faults(net.faults)


def clear(net: Network, _: Json) -> Json:
    """Begin anew."""
    net.clear()
    return {}


def _remember(net: Network, line: Instance, body: Json) -> None:
    letter = Letter(_text(body, "text"), id=_text(body, "id"), at=body["at"])
    status = _STATUSES.get(body["status"], "SERVER_ACK")
    chats.remember(net, line, _phone(net, body), letter, origin=body["from"], status=status)


def _receive(net: Network, body: Json) -> str:
    line = _line(net, body)
    if not line.own_id:
        raise WrongRequestError("Esta instância nunca foi conectada.")
    customer = _customer(net, _text(body, "from"))
    customer.name = body.get("name") or customer.name
    customer.lid = body.get("lid") or customer.lid
    letter = Letter(
        _text(body, "text"),
        id=body.get("id") or "",
        at=body.get("timestamp"),
        quotes=body.get("quotes") or "",
    )
    addressing = body.get("addressing") or "pn"
    return chats.receive(net, line, customer, letter, addressing=addressing).id


def _customer(net: Network, address: str) -> Phone:
    digits = dialling.only_digits(address)
    if not dialling.is_plausible(digits):
        raise WrongRequestError(f"{address} não é um número com DDI.")
    return chats.find_phone(net, digits) or chats.add_phone(net, digits)


def _phone(net: Network, body: Json) -> Phone:
    known = chats.find_phone(net, _text(body, "phone"))
    if known is None:
        raise WrongRequestError("Não existe este celular.")
    return known


def _line(net: Network, body: Json) -> Instance:
    known = net.world.instances
    name = body.get("instance")
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        raise WrongRequestError(f"Não existe a instância {name}." if name else "Diga a instância.")
    return known[name]


def _message(net: Network, message_id: str) -> tuple[Instance, Message]:
    for line in net.world.instances.values():
        message = line.messages.get(message_id)
        if message and message.origin != "customer":
            return line, message
    raise WrongRequestError("A loja não enviou esta mensagem.")


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise WrongRequestError(f"Falta {name}.")
    return value


def _handler(net: Network, act: Act) -> Handler:
    async def handle(request: Request) -> Response:
        origin = request.headers.get("origin", _OWN_ORIGINS[0])
        if not origin.startswith(_OWN_ORIGINS):
            return answer({"error": "Origem recusada."}, 403)
        try:
            return answer(act(net, request.json()))
        except (WrongRequestError, NotJsonError) as error:
            return answer({"error": str(error)}, 400)

    return handle


def _quiet(net: Network) -> Handler:
    async def handle(request: Request) -> Response:
        limit = float(request.query.get("timeout", "5"))
        return answer({"quiet": await net.courier.quiet(limit), "pending": net.courier.pending})

    return handle
