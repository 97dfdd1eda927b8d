"""What a webhook body may mean."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from automacao.gateways.port.words import (
    CallStatus,
    EchoOrigin,
    Facts,
    Identity,
    Lane,
    SentStatus,
    State,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event says it comes from: the channel's name, and the phone on it in E.164.

    None is what the body does not tell: before its first login a channel has no phone.
    """

    channel: str | None = None
    own_phone: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message, as announced: nothing is proven before it is fetched.

    `size` in bytes. `reference` is the adapter's own: what `fetch_file` needs.
    """

    reference: Facts = field(hash=False)
    mime: str = ""
    name: str = ""
    size: int | None = None
    seconds: int | None = None


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
    file: File | None = None
    facts: Facts = field(default_factory=dict, hash=False)
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class MessageEcho:
    """A message of ours coming back: sent through the API, or typed on the store's phone.

    `unknown` is told by a record that does not say which. An auto-reply is the phone's own, and
    nobody's answer.
    """

    type: ClassVar[str] = "message.echo"
    id: str
    identities: tuple[Identity, ...]
    address: str
    origin: EchoOrigin
    kind: str
    text: str
    sent_at: datetime | None
    reply_to: str | None = None
    file: File | None = None
    facts: Facts = field(default_factory=dict, hash=False)
    is_auto_reply: bool = False
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message has another text now. Match on the id alone, as for statuses."""

    type: ClassVar[str] = "message.edited"
    target: str
    text: str
    at: datetime | None = None
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message was deleted for everyone, by whoever wrote it."""

    type: ClassVar[str] = "message.deleted"
    target: str
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on a message, or none any more. Each side has one, the last given."""

    type: ClassVar[str] = "reaction"
    id: str
    target: str
    emoji: str | None
    is_ours: bool
    at: datetime | None = None
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class CallReceived:
    """A customer rings, or their ringing ended: a gateway takes no calls."""

    type: ClassVar[str] = "call.received"
    id: str
    identities: tuple[Identity, ...]
    address: str
    status: CallStatus
    is_video: bool = False
    at: datetime | None = None
    source: Source = field(default=Source(), compare=False)


@dataclass(frozen=True, slots=True)
class HistoryBatch:
    """What was said before the number was connected. It notifies nobody and opens nothing."""

    type: ClassVar[str] = "history.batch"
    messages: "tuple[MessageReceived | MessageEcho, ...]"


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
    source: Source = field(default=Source(), compare=False)


Event = (
    MessageReceived
    | MessageEcho
    | MessageEdited
    | MessageDeleted
    | Reaction
    | CallReceived
    | HistoryBatch
    | MessageStatus
    | SessionState
    | Ignored
    | Quarantine
)


@dataclass(frozen=True, slots=True)
class Triage:
    """First look at a body, before it is stored: `status` is the HTTP answer.

    200 store · 400 not JSON: store, and ask for no retry · 403 another channel's: store nothing.
    """

    status: Literal[200, 400, 403]
    lane: Lane = Lane.FRESH
    reason: str = ""
