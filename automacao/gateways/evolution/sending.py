"""Messages on their way out: sent once, and what is done to them afterwards."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.conf import settings

from automacao.gateways.evolution.client import Form, call, key_of, route
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, coordinates, dig, text
from automacao.gateways.port import (
    Accepted,
    Channel,
    FileMissing,
    FileTooLarge,
    GatewayUnavailable,
    InvalidRequest,
    Kind,
    OutboundFile,
    OutboundMessage,
    SendOutcomeUnknown,
    Target,
)
from evendas.phones import normalize

# The gateway takes an empty or overlong number and harms other chats with it.
_ADDRESS = re.compile(r"[0-9]{8,15}|[0-9]{1,32}@(?:s\.whatsapp\.net|c\.us|lid|hosted\.lid)")
_STICKER_MAX = 1024 * 1024  # bytes
_MEDIA = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.DOCUMENT})


class _OwnCopy:
    """Our own file while it is being sent. When it breaks off, no whole request ever left.

    What its storage raises may be anything: a bucket's errors are no OSErrors.
    """

    def __init__(self, content: BinaryIO) -> None:
        self._content = content

    def read(self, size: int = -1) -> bytes:
        with _never_left():
            return self._content.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        with _never_left():
            self._content.seek(offset, whence)
            return self._content.tell()

    def tell(self) -> int:
        with _never_left():
            return self._content.tell()


def send(channel: Channel, message: OutboundMessage) -> Accepted:
    """Send a message of any kind. Raises SendOutcomeUnknown whenever it may have left."""
    _check(message.address)
    if message.kind in _MEDIA:
        return _send_file(channel, message, "sendMedia", _media_fields(message))
    if message.kind == Kind.VOICE:  # becomes ogg and a voice note, whatever it was
        return _send_file(channel, message, "sendWhatsAppAudio", {})
    if message.kind not in _BODIES:
        raise InvalidRequest(f"kind {message.kind}")
    action, body_of = _BODIES[message.kind]
    body = {"number": message.address, **body_of(message)}
    if message.reply_to:
        body["quoted"] = {"key": {"id": message.reply_to}}
    return _sent(channel, message, action, body=body)


def react(channel: Channel, target: Target, emoji: str) -> None:
    """Put an emoji on a message in place of the one before; an empty one takes it away."""
    body = {"key": _key(target), "reaction": emoji}
    call("POST", route("/message/sendReaction", channel), key=key_of(channel), json=body)


def edit(channel: Channel, target: Target, text: str) -> None:
    """Give a message of ours another text. The network takes it for about 15 minutes."""
    _check(target.address)
    body = {"number": target.address, "key": _key(target), "text": text}
    call("POST", route("/chat/updateMessage", channel), key=key_of(channel), json=body)


def delete(channel: Channel, target: Target) -> None:
    """Delete a message for everyone. One nobody knows is no error there."""
    path = route("/chat/deleteMessageForEveryone", channel)
    call("DELETE", path, key=key_of(channel), json=_key(target))


def mark_read(channel: Channel, targets: Sequence[Target]) -> None:
    """Show customers that their messages were read. Up to 2.3.7 a LID's are skipped in silence."""
    body = {"readMessages": [_key(target) for target in targets]}
    call("POST", route("/chat/markMessageAsRead", channel), key=key_of(channel), json=body)


def _check(address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise InvalidRequest("address")


def _key(target: Target) -> dict[str, object]:
    _check(target.address)
    is_bare = "@" not in target.address
    jid = f"{target.address}@s.whatsapp.net" if is_bare else target.address
    return {"remoteJid": jid, "fromMe": target.is_ours, "id": target.id}


def _send_file(
    channel: Channel, message: OutboundMessage, action: str, fields: dict[str, str]
) -> Accepted:
    file = _file_of(message)
    fields = {"number": message.address, **fields}
    if message.reply_to:
        fields["quoted[key][id]"] = message.reply_to
    with _reading(file) as content:
        form = Form(fields, {"file": (file.name, content, file.mime)})
        return _sent(channel, message, action, form=form)


def _media_fields(message: OutboundMessage) -> dict[str, str]:
    file = _file_of(message)
    fields = {"mediatype": message.kind, "mimetype": file.mime, "fileName": file.name}
    return fields | ({"caption": message.text} if message.text else {})


def _file_of(message: OutboundMessage) -> OutboundFile:
    if message.file is None:
        raise InvalidRequest("no file")
    return message.file


@contextmanager
def _reading(file: OutboundFile) -> Iterator[BinaryIO]:
    with _never_left():
        opened = file.open()
    with opened:
        yield cast("BinaryIO", _OwnCopy(opened))


@contextmanager
def _never_left() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(repr(error)) from error
    except Exception as error:
        raise GatewayUnavailable(repr(error)) from error


def _sent(
    channel: Channel,
    message: OutboundMessage,
    action: str,
    *,
    body: dict[str, object] | None = None,
    form: Form | None = None,
) -> Accepted:
    taken = call(
        "POST",
        route(f"/message/{action}", channel),
        key=key_of(channel),
        json=body,
        form=form,
        read=_patience(message.file),
        doubt=SendOutcomeUnknown,
    )
    return Accepted(
        id=text(dig(taken, "key", "id"), MESSAGE_ID_MAX),
        address=text(dig(taken, "key", "remoteJid")) or message.address,
    )


def _patience(file: OutboundFile | None) -> float:
    """Return how many seconds the gateway has to answer: it passes a file on before it does."""
    size = file.size if file else 0
    return settings.SEND_READ_TIMEOUT + size * settings.SEND_SECONDS_PER_BYTE


def _text_body(message: OutboundMessage) -> dict[str, object]:
    return {"text": message.text}


def _sticker_body(message: OutboundMessage) -> dict[str, object]:
    """A sticker is small, and not every version takes it as a file."""
    file = _file_of(message)
    if file.size > _STICKER_MAX:
        raise FileTooLarge("sticker")
    with _reading(file) as content:
        return {"sticker": base64.b64encode(content.read(_STICKER_MAX)).decode()}


def _location_body(message: OutboundMessage) -> dict[str, object]:
    """The gateway refuses a place without name or address."""
    found = coordinates(message.facts.get("latitude"), message.facts.get("longitude"))
    if found is None:
        raise InvalidRequest("coordinates")
    latitude, longitude = found
    told = f"{latitude}, {longitude}"
    name = text(message.facts.get("name")) or message.text or told
    address = text(message.facts.get("address")) or told
    return {"latitude": latitude, "longitude": longitude, "name": name, "address": address}


def _contact_body(message: OutboundMessage) -> dict[str, object]:
    cards = message.facts.get("cards")
    contacts = [one for card in cards for one in _contacts(card)] if isinstance(cards, list) else []
    if not contacts:
        raise InvalidRequest("contact")
    return {"contact": contacts}


def _contacts(card: object) -> Iterator[dict[str, object]]:
    """The gateway's cards hold one phone each."""
    phones, name = dig(card, "phones"), text(dig(card, "name"))
    for phone in phones if isinstance(phones, list) else []:
        number = normalize(phone) if isinstance(phone, str) else None
        if number is None:
            continue
        contact: dict[str, object] = {
            "fullName": name or number,
            "wuid": number.removeprefix("+"),
            "phoneNumber": number,
        }
        if organization := text(dig(card, "organization")):
            contact["organization"] = organization
        yield contact


_BODIES: dict[str, tuple[str, Callable[[OutboundMessage], dict[str, object]]]] = {
    Kind.TEXT: ("sendText", _text_body),
    Kind.STICKER: ("sendSticker", _sticker_body),
    Kind.LOCATION: ("sendLocation", _location_body),
    Kind.CONTACT: ("sendContact", _contact_body),
}
