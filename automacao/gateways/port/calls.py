"""What we may ask of a gateway, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from automacao.gateways.port.words import Facts, Kind


@dataclass(frozen=True, slots=True)
class Channel:
    """One number at the gateway: its opaque name there, the key that opens it, and the phone on it.

    `own_phone` in E.164; None before the first login.
    """

    name: str
    token: str
    own_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the gateway must post, and the secret it must send along."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a phone needs to pair. Empty texts: nothing to show yet, an event will bring it.

    `qr` is the text inside the QR, here and in `SessionState`: the picture is ours to draw.
    """

    qr: str = ""
    pairing_code: str = ""
    is_connected: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """A channel made at the gateway, with the key that opens it."""

    token: str
    pairing: Pairing


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file to send. `open` gives its bytes from the beginning; `size` in bytes."""

    name: str
    mime: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to send. `address` is the id the network returned, or the digits of a phone.

    `text` is the caption where there is a file; location and contact are in `facts`.
    """

    address: str
    text: str
    reply_to: str | None = None
    kind: str = Kind.TEXT
    file: OutboundFile | None = None
    facts: Facts = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Target:
    """A message already at the network, to be reacted to, edited or deleted."""

    address: str
    id: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """What the gateway says of the bytes it handed over: to be believed no more than the rest."""

    size: int
    mime: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether a phone has WhatsApp, and the address the network has for it."""

    exists: bool
    address: str = ""
    lid: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A message a gateway stored, as a webhook body that `parse` reads."""

    id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """What a gateway stored of some time, oldest first. `is_cut`: what was older is left out."""

    messages: tuple[Remembered, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway took the message: written to a socket, not yet received by anyone.

    `id` is empty when the gateway answered success without naming the message.
    """

    id: str
    address: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message the gateway remembers having sent."""

    id: str
    text: str
    sent_at: datetime | None
    kind: str = Kind.TEXT
