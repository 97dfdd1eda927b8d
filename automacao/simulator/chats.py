"""Messages between customers and stores, in both directions, with their ticks."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from automacao.simulator import dialling, shapes
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
    new_message_id,
    new_row_id,
)


@dataclass(frozen=True)
class Letter:
    """What somebody writes. Empty `id` and `at` (unix seconds) are chosen for them.

    `text` is the caption where there is a file, the title of what was chosen in a list.
    """

    text: str
    id: str = ""
    at: int | None = None
    quotes: str = ""
    kind: str = "text"
    facts: Json = field(default_factory=dict)
    file: File | None = None
    wrapper: str = ""
    ad: Json | None = None
    is_forwarded: bool = False


class NotOnWhatsAppError(Exception):
    """The number has no account. Carries the address that was looked up."""

    def __init__(self, jid: str) -> None:
        super().__init__(jid)
        self.jid = jid


def find_phone(net: Network, address: str) -> Phone | None:
    """Find a phone by digits in either ninth-digit form, or by its LID."""
    if address.endswith("@lid"):
        lid = address.removesuffix("@lid")
        return next((phone for phone in net.world.phones.values() if phone.lid == lid), None)
    forms = dialling.forms(dialling.only_digits(address))
    return next((net.world.phones[form] for form in forms if form in net.world.phones), None)


def add_phone(net: Network, wa_id: str, *, name: str = "", lid: str = "") -> Phone:
    """Give a customer a phone, registered under exactly these digits."""
    phone = Phone(wa_id, dialling.canonical(wa_id), name, lid)
    net.world.phones[wa_id] = phone
    net.touch()
    return phone


def hide(phone: Phone) -> None:
    """Give a phone a hidden identity when it has none."""
    phone.lid = phone.lid or f"1{int(phone.wa_id) % 10**13:013d}"


def look_up(net: Network, address: str) -> tuple[str, bool]:
    """Ask the network for an address: (jid, has an account). Unknown plausible numbers have one."""
    phone = find_phone(net, address)
    if phone:
        return shapes.phone_jid(phone.wa_id), phone.is_on_whatsapp
    digits = dialling.guessed_wa_id(dialling.only_digits(address))
    return shapes.phone_jid(digits), dialling.is_plausible(digits) and "@lid" not in address


def recipient(net: Network, address: str) -> Phone:
    """Return the phone a store writes to, making it when it is new here.

    Raises NotOnWhatsAppError.
    """
    jid, exists = look_up(net, address)
    if not exists:
        raise NotOnWhatsAppError(jid)
    return find_phone(net, address) or add_phone(net, jid.split("@")[0])


def remember(  # noqa: PLR0913 - the facts of one message
    net: Network, line: Instance, phone: Phone, letter: Letter, *, origin: Origin, status: str
) -> Message:
    """Have had a message all along: nobody is told of it."""
    if letter.id not in line.messages:
        message = _store(net, line, phone, letter, origin=origin)
        message.status = status
    if phone.wa_id not in line.contacts:
        line.contacts.append(phone.wa_id)
    return line.messages[letter.id] if letter.id else message


def tell_history(net: Network, line: Instance, messages: Iterable[Message]) -> None:
    """Bring old messages as a history sync does."""
    rows = [(net.phone(message.wa_id), message) for message in messages]
    tell(net, line, "messages.set", shapes.history(line, rows))


def receive(
    net: Network,
    line: Instance,
    phone: Phone,
    letter: Letter,
    *,
    addressing: Addressing | None = None,
) -> Message:
    """Let a customer write. A known id is a replay: announced again, shown once."""
    known = line.messages.get(letter.id)
    message = known or _store(net, line, phone, letter, origin="customer")
    message.addressing = addressing or message.addressing
    if line.hears:
        announce(net, line, phone, message)
    if line.auto_reply and known is None and letter.kind != "reaction":
        reply = Letter(line.auto_reply, id=new_app_message_id())
        type_on_store_phone(net, line, phone, reply)
    return message


def send(
    net: Network, line: Instance, phone: Phone, letter: Letter
) -> tuple[Message, "asyncio.Task[None] | None"]:
    """Send for the store through the API: `send.message` now, the receipts as the phone gets it.

    Return the message and the delivery of its echo.
    """
    message = _store(net, line, phone, letter, origin="api")
    echo = net.emit(line, "send.message", shapes.sent(line, message))
    if letter.kind != "reaction":
        net.spawn(_arrive(net, line, phone, message))
    return message, echo


def type_on_store_phone(net: Network, line: Instance, phone: Phone, letter: Letter) -> Message:
    """Write from the store's own phone: the gateway sees an upsert of its own."""
    message = _store(net, line, phone, letter, origin="store_phone")
    message.advance("SERVER_ACK")
    tell(net, line, "messages.upsert", shapes.typed_on_phone(line, message))
    if letter.kind != "reaction":
        net.spawn(_arrive(net, line, phone, message))
    return message


def tell(net: Network, line: Instance, event: str, data: object) -> None:
    """Post what came from the network, or keep it until the line is back."""
    if line.hears:
        net.emit(line, event, data)
    else:
        line.untold.append((event, data))
    net.touch()


def set_status(net: Network, line: Instance, message: Message, word: str) -> None:
    """Announce any status, even a falling one; the screen only rises. ERROR shows at once."""
    if not message.advance(word) and word == "ERROR":
        message.status = word
    _tell(net, line, message, word)
    net.touch()


def open_thread(net: Network, line: Instance, phone: Phone) -> int:
    """Read everything the store wrote to this phone. Return how many were unread."""
    unread = [message for message in _from_store(line, phone) if _is_below(message, "READ")]
    for message in unread:
        if net.faults.receipts_backwards:
            _receipts_backwards(net, line, message, ["DELIVERY_ACK", "READ"])
        _rise(net, line, message, "DELIVERY_ACK")
        _rise(net, line, message, "READ")
    return len(unread)


def set_online(net: Network, phone: Phone, *, is_online: bool) -> None:
    """Switch a phone off or on; on return it gets what waited for it."""
    phone.is_online = is_online
    net.touch()
    if is_online:
        for line in net.world.instances.values():
            for message in _from_store(line, phone):
                _receipts(net, line, phone, message)


def mark_read_by_store(net: Network, line: Instance, message_ids: Iterable[str]) -> None:
    """Turn the customer's ticks blue."""
    for message_id in message_ids:
        message = line.messages.get(message_id)
        if message and message.origin == "customer" and message.advance("READ"):
            net.touch()


def deliver_waiting(net: Network, line: Instance) -> None:
    """Bring what customers wrote during a drop, and the receipts of what the store wrote."""
    for phone, message in _waiting(net, line):
        announce(net, line, phone, message)
    untold, line.untold = line.untold, []
    for event, data in untold:
        net.emit(line, event, data)
    for message in line.messages.values():
        if message.is_untold:
            _tell(net, line, message, message.status)


def deliver_history(net: Network, line: Instance) -> None:
    """Bring what customers wrote while no device was linked: history, not new messages."""
    missed = _waiting(net, line)
    if not missed:
        return
    for _, message in missed:
        message.advance("DELIVERY_ACK")
    net.emit(line, "messages.set", shapes.history(line, missed))
    net.touch()


def _store(
    net: Network, line: Instance, phone: Phone, letter: Letter, *, origin: Origin
) -> Message:
    now = time.time()
    message = Message(
        id=letter.id or new_message_id(origin),
        row_id=new_row_id(),
        wa_id=phone.wa_id,
        origin=origin,
        text=letter.text,
        at=int(now) if letter.at is None else letter.at,
        status="SERVER_ACK" if origin == "customer" else "PENDING",
        quotes=letter.quotes,
        kind=letter.kind,
        facts=letter.facts,
        file=letter.file,
        wrapper=letter.wrapper,
        ad=letter.ad,
        is_forwarded=letter.is_forwarded,
        addressing=phone.addressing,
        jid=shapes.lid_jid(phone.lid) if phone.addressing == "lid_only" else "",
    )
    line.messages[message.id] = message
    phone.touched_at = now
    net.touch()
    return message


def announce(net: Network, line: Instance, phone: Phone, message: Message) -> None:
    """Post a customer's message with what the gateway posts around it."""
    message.advance("DELIVERY_ACK")
    is_known = phone.wa_id in line.contacts
    if not is_known:
        line.contacts.append(phone.wa_id)
    net.emit(line, "chats.update", shapes.chat_touched(line, phone))
    net.emit(line, "contacts.update", shapes.contact_picture(line, phone))
    net.emit(line, "messages.upsert", shapes.received(line, phone, message))
    event = "contacts.update" if is_known else "contacts.upsert"
    net.emit(line, event, shapes.contact_named(line, phone))
    net.touch()


async def _arrive(net: Network, line: Instance, phone: Phone, message: Message) -> None:
    await asyncio.sleep(net.options.arrival_delay)
    if phone.is_online:
        _receipts(net, line, phone, message)


def _receipts(net: Network, line: Instance, phone: Phone, message: Message) -> None:
    words = ["DELIVERY_ACK", "READ"] if phone.reads_alone else ["DELIVERY_ACK"]
    if net.faults.receipts_backwards:
        _receipts_backwards(net, line, message, words)
        return
    for word in words:
        _rise(net, line, message, word)


def _receipts_backwards(net: Network, line: Instance, message: Message, words: list[str]) -> None:
    """Tell the last receipt first, and the server's own last of all."""
    if message.status != "ERROR" and message.advance(words[-1]):
        for word in [*reversed(words), "SERVER_ACK"]:
            _tell(net, line, message, word)
        net.touch()


def _rise(net: Network, line: Instance, message: Message, word: str) -> None:
    if message.status != "ERROR" and message.advance(word):
        _tell(net, line, message, word)
        net.touch()


def _tell(net: Network, line: Instance, message: Message, word: str) -> None:
    message.is_untold = not line.hears
    if not message.is_untold:
        phone = net.phone(message.wa_id)
        net.emit(line, "messages.update", shapes.status(line, phone, message, word))


def _from_store(line: Instance, phone: Phone) -> list[Message]:
    return [message for message in line.thread(phone.wa_id) if message.origin != "customer"]


def _is_below(message: Message, word: str) -> bool:
    return message.status not in {word, "PLAYED", "ERROR"}


def _waiting(net: Network, line: Instance) -> list[tuple[Phone, Message]]:
    return [
        (net.phone(message.wa_id), message)
        for message in line.messages.values()
        if message.origin == "customer" and message.status == "SERVER_ACK"
    ]
