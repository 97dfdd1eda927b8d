"""The port: what the desk knows of any WhatsApp gateway, in words that belong to none of them.

Rules of identity keys, statuses and error classes: docs/gateway.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal, Protocol

Headers = Mapping[str, str]
IdentityKind = Literal["phone", "lid", "bsuid"]
SentStatus = Literal["sent", "delivered", "read", "played", "failed"]
EchoOrigin = Literal["api", "phone", "unknown"]


class Lane(StrEnum):
    """Which of two queues an event waits in: what a person is looking at goes first."""

    FRESH = "fresh"
    BULK = "bulk"


class State(StrEnum):
    """What a gateway may say of a session."""

    QR = "qr"
    QR_EXPIRED = "qr_expired"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    LOGGED_OUT = "logged_out"
    BANNED = "banned"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Identity:
    """One name of a person: a phone in E.164, a LID's digits or a business-scoped user id."""

    kind: IdentityKind
    value: str


# --- Events: what a webhook body may mean ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event says it comes from: the channel's name, and the phone on it in E.164.

    None is what the body does not tell: before its first login a channel has no phone.
    """

    channel: str | None = None
    own_phone: str | None = None


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """New content from a customer. `sent_at` is None when the provider's time is unusable."""

    type: ClassVar[str] = "message.received"
    id: str
    identities: tuple[Identity, ...]
    address: str
    kind: str
    text: str
    sent_at: datetime | None
    push_name: str = ""
    reply_to: str | None = None
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class MessageEcho:
    """A message of ours coming back: sent through the API, or typed on the store's phone."""

    type: ClassVar[str] = "message.echo"
    id: str
    identities: tuple[Identity, ...]
    address: str
    origin: EchoOrigin
    kind: str
    text: str
    sent_at: datetime | None
    reply_to: str | None = None
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """The fate of a message we sent. Match on the id alone: the address may differ."""

    type: ClassVar[str] = "message.status"
    id: str
    status: SentStatus


@dataclass(frozen=True, slots=True)
class SessionState:
    """The state of the line. `at` is the gateway's clock: good only for ordering its own events."""

    type: ClassVar[str] = "session.state"
    state: State
    at: datetime | None = None
    qr: str = ""
    pairing_code: str = ""
    own_phone: str | None = None
    profile: str = ""
    reason: int | None = None
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood, and none of the desk's business (groups, broadcasts, presence)."""

    type: ClassVar[str] = "ignored"
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Not understood: the raw event is parked, visible and replayable."""

    type: ClassVar[str] = "quarantine"
    reason: str


Event = MessageReceived | MessageEcho | MessageStatus | SessionState | Ignored | Quarantine


@dataclass(frozen=True, slots=True)
class Triage:
    """First look at a body, before it is stored: `status` is the HTTP answer.

    200 store and process · 400 not JSON: store parked · 403 another channel's event: store nothing.
    """

    status: Literal[200, 400, 403]
    lane: Lane = Lane.FRESH
    reason: str = ""


# --- Calls: what we may ask of a gateway ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """One number at the gateway: its opaque name there and the key that opens it."""

    name: str
    token: str


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
class OutboundText:
    """A text to send. `address` is the id the network returned, or the digits of a phone."""

    address: str
    text: str
    reply_to: str | None = None


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


class Outcome(StrEnum):
    """What a failed call means for the message that was being sent."""

    REFUSED = "refused"  # never left and never will: show it, let a person decide
    LATER = "later"  # never left: try again after a pause
    OFFLINE = "offline"  # never left: wait until the number is connected
    HALTED = "halted"  # never left: the channel itself needs a person
    UNKNOWN = "unknown"  # may have left: never sent again by itself


class GatewayError(Exception):
    """A gateway call that failed, classified. The text is the gateway's own, for logs."""

    outcome: ClassVar[Outcome] = Outcome.UNKNOWN
    pt: ClassVar[str] = "Não foi possível confirmar o envio."


class InvalidRequest(GatewayError):
    outcome = Outcome.REFUSED
    pt = "O WhatsApp recusou o conteúdo desta mensagem."


class RecipientNotOnWhatsApp(GatewayError):
    outcome = Outcome.REFUSED
    pt = "Este número não tem WhatsApp."


class AuthFailed(GatewayError):
    outcome = Outcome.HALTED
    pt = "A conexão com o WhatsApp foi recusada. Avise o administrador."


class ChannelMissing(GatewayError):
    outcome = Outcome.HALTED
    pt = "A instância não existe mais no servidor do WhatsApp. Avise o administrador."


class GatewayMisconfigured(GatewayError):
    outcome = Outcome.HALTED
    pt = "O servidor do WhatsApp precisa de configuração. Avise o administrador."


class Conflict(GatewayError):
    outcome = Outcome.HALTED
    pt = "Este nome de instância já está em uso."


class ChannelNotConnected(GatewayError):
    outcome = Outcome.OFFLINE
    pt = "O número está desconectado."


class RateLimited(GatewayError):
    outcome = Outcome.LATER
    pt = "O WhatsApp pediu para esperar."


class GatewayUnavailable(GatewayError):
    outcome = Outcome.LATER
    pt = "O servidor do WhatsApp não respondeu."


class SendOutcomeUnknown(GatewayError):
    outcome = Outcome.UNKNOWN


class Gateway(Protocol):
    """An adapter. The four pure functions do no I/O and never raise, whatever the bytes."""

    name: str

    def authenticate(self, headers: Headers, raw: bytes, secret: str) -> bool: ...
    def redact(self, raw: bytes) -> bytes: ...
    def triage(self, headers: Headers, raw: bytes, *channel_names: str) -> Triage: ...
    def parse(self, headers: Headers, raw: bytes) -> list[Event]: ...

    def create_channel(self, name: str, phone: str, webhook: Webhook) -> Created: ...
    def start(self, channel: Channel, phone: str | None = None) -> Pairing: ...
    def state(self, channel: Channel) -> State: ...
    def own_phone(self, channel: Channel) -> str | None: ...
    def logout(self, channel: Channel) -> None: ...
    def delete_channel(self, channel: Channel) -> None: ...
    def configure_webhook(self, channel: Channel, webhook: Webhook) -> None: ...
    def send(self, channel: Channel, message: OutboundText) -> Accepted: ...
    def find_sent(self, channel: Channel, address: str) -> Sequence[SentMessage]: ...
