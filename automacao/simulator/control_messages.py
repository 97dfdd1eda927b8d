"""The control API's part about messages: everything a customer or the store's phone may do."""

import base64
from collections.abc import Callable
from typing import cast, get_args

from automacao.simulator import amendments, beside, chats, contents, pictures, recordings
from automacao.simulator.beside import Call
from automacao.simulator.chats import Letter
from automacao.simulator.control_body import (
    WrongRequestError,
    customer,
    known_phone,
    line_of,
    message_of,
    text_of,
)
from automacao.simulator.network import Network
from automacao.simulator.state import (
    Addressing,
    File,
    Instance,
    Json,
    Message,
    Origin,
    Phone,
    new_app_message_id,
)

# As the desk calls them; all others have left, and no more is known.
_STATUSES = {"delivered": "DELIVERY_ACK", "read": "READ", "played": "PLAYED", "failed": "ERROR"}
_NEEDED = {
    "location": ("latitude", "longitude"),
    "contact": ("cards",),
    "poll": ("question", "options"),
}
_MIMES = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg; codecs=opus",
    "sticker": "image/webp",
}


def receive(net: Network, body: Json) -> Json:
    """Let customers write: one message, or `messages`, a list. Return the ids in order.

    `kind` with `facts`; a file as `data` (base64), `mime`, `filename`, `seconds`; `wrapper`
    ephemeral or view_once; `ad`; `forwarded`; `quotes`.
    """
    entries = body.get("messages") or [body]
    return {"ids": [_receive(net, {"instance": body.get("instance"), **one}) for one in entries]}


def type_message(net: Network, body: Json) -> Json:
    """Write from the store's own phone: `to`, `text`. `auto`: the Business app wrote it."""
    line = line_of(net, body)
    phone = customer(net, text_of(body, "to"))
    if body.get("auto"):
        body = {"id": new_app_message_id(), **body}
    return {"id": chats.type_on_store_phone(net, line, phone, _letter(net, body)).id}


def read(net: Network, body: Json) -> Json:
    """Open the conversation on a customer's phone."""
    return {"read": chats.open_thread(net, line_of(net, body), known_phone(net, body))}


def status(net: Network, body: Json) -> Json:
    """Announce any status of a message the store sent: `id`, `status`."""
    line, message = message_of(net, body)
    if message.origin == "customer":
        raise WrongRequestError("A loja não enviou esta mensagem.")
    chats.set_status(net, line, message, text_of(body, "status"))
    return {"status": message.status}


def react(net: Network, body: Json) -> Json:
    """React to the message `id` with `emoji`, empty to take it away. `by`: store_phone or not."""
    line, message = message_of(net, body)
    emoji = body.get("emoji") or ""
    return {"id": amendments.react(net, line, message, emoji, origin=_origin(body)).id}


def edit(net: Network, body: Json) -> Json:
    """Change the `text` of the message `id`, on the phone that wrote it."""
    line, message = message_of(net, body)
    _check_writable(message)
    amendments.edit(net, line, message, text_of(body, "text"))
    return {"id": message.id}


def revoke(net: Network, body: Json) -> Json:
    """Delete the message `id` for everyone, on the phone that wrote it."""
    line, message = message_of(net, body)
    _check_writable(message)
    amendments.revoke(net, line, message)
    return {"id": message.id}


def call(net: Network, body: Json) -> Json:
    """Call the store: `from`, `status` (offer, accept, reject, timeout…), `video`, `id`, `at`."""
    line = line_of(net, body)
    phase = body.get("status", "offer")
    if phase not in beside.CALL_PHASES:
        raise WrongRequestError(f"{phase} não existe.")
    told = Call(phase, body.get("id") or "", body.get("video") is True, body.get("at"))
    return {"id": beside.ring(net, line, customer(net, text_of(body, "from")), told)}


def elsewhere(net: Network, body: Json) -> Json:
    """Write where no conversation is: `place` group, status, broadcast or newsletter."""
    line = line_of(net, body)
    place = body.get("place", "group")
    if place not in beside.PLACES:
        raise WrongRequestError(f"{place} não existe.")
    phone = customer(net, text_of(body, "from"))
    said = text_of(body, "text")
    return {"id": beside.post_elsewhere(net, line, phone, said, place=place)}


def history(net: Network, body: Json) -> Json:
    """Have said before what `messages` hold, as in `ensure`, and tell it in one messages.set."""
    line = line_of(net, body)
    said = [remember(net, line, one) for one in body.get("messages") or []]
    chats.tell_history(net, line, said)
    return {"ids": [message.id for message in said]}


ACTS: tuple[Callable[[Network, Json], Json], ...] = (
    receive, type_message, read, status, react, edit, revoke, call, elsewhere, history,
)  # fmt: skip


def remember(net: Network, line: Instance, body: Json) -> Message:
    """Have had a message all along: id, phone, from, text, at, status."""
    phone = chats.find_phone(net, text_of(body, "phone")) or customer(net, body["phone"])
    letter = _letter(net, body)
    status = _STATUSES.get(body.get("status", ""), "SERVER_ACK")
    return chats.remember(net, line, phone, letter, origin=body["from"], status=status)


def _receive(net: Network, body: Json) -> str:
    line = line_of(net, body)
    if not line.own_id:
        raise WrongRequestError("Esta instância nunca foi conectada.")
    phone = customer(net, text_of(body, "from"))
    phone.name = body.get("name") or phone.name
    phone.lid = body.get("lid") or phone.lid
    letter = _letter(net, body)
    return chats.receive(net, line, phone, letter, addressing=_addressing(body, phone)).id


def _addressing(body: Json, phone: Phone) -> Addressing | None:
    wanted = body.get("addressing")
    if wanted is None:
        return None
    if wanted not in get_args(Addressing):
        raise WrongRequestError(f"{wanted} não existe.")
    if wanted != "pn":
        chats.hide(phone)
    return cast("Addressing", wanted)


def _letter(net: Network, body: Json) -> Letter:
    kind = body.get("kind") or "text"
    facts = body.get("facts") or {}
    if kind not in contents.KINDS:
        raise WrongRequestError(f"{kind} não existe.")
    for name in _NEEDED.get(kind, ()):
        if facts.get(name) in {None, ""} if not isinstance(facts.get(name), list) else False:
            raise WrongRequestError(f"Falta {name}.")
    said = text_of(body, "text") if kind in {"text", "choice"} else body.get("text")
    return Letter(
        said or body.get("caption") or "",
        id=body.get("id") or "",
        at=body.get("timestamp", body.get("at")),
        quotes=body.get("quotes") or "",
        kind=kind,
        facts=facts,
        file=_file(net, body, kind),
        wrapper=body.get("wrapper") or "",
        ad=body.get("ad"),
        is_forwarded=body.get("forwarded") is True,
    )


def _file(net: Network, body: Json, kind: str) -> File | None:
    if kind not in contents.FILE_KINDS or body.get("data") is None:
        return None
    try:
        data = base64.b64decode(body["data"], validate=True)
    except (ValueError, TypeError) as error:
        raise WrongRequestError("O arquivo não está em base64.") from error
    mime = body.get("mime") or _MIMES.get(kind, "application/octet-stream")
    if kind == "voice":
        data, mime = recordings.as_voice_note(data, mime)
    width, height = pictures.size(data)
    return File(
        net.shelf.put(data),
        len(data),
        mime,
        name=body.get("filename") or "",
        seconds=body.get("seconds"),
        width=width,
        height=height,
    )


def _origin(body: Json) -> Origin:
    return "store_phone" if body.get("by") == "store_phone" else "customer"


def _check_writable(message: Message) -> None:
    if message.is_deleted:
        raise WrongRequestError("Esta mensagem foi apagada.")
    if message.origin == "api":
        raise WrongRequestError("Quem enviou esta mensagem foi o sistema, não um celular.")
