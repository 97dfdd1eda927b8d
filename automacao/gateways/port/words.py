"""The words that events and calls share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Headers = Mapping[str, str]
# JSON objects. Which keys a kind of message has: docs/gateway.md.
Facts = Mapping[str, object]
IdentityKind = Literal["phone", "lid", "bsuid"]
SentStatus = Literal["sent", "delivered", "read", "played", "failed"]
EchoOrigin = Literal["api", "phone", "unknown"]
CallStatus = Literal["ringing", "missed", "answered", "refused"]


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


class Kind(StrEnum):
    """What a message is made of."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"
    CHOICE = "choice"
    ORDER = "order"
    PRODUCT = "product"
    # Shown as such, with a name of it, never dropped.
    UNSUPPORTED = "unsupported"


class Unshown(StrEnum):
    """What people send each other on WhatsApp and no screen of ours shows."""

    CALL_LOG = "call_log"
    CHANNEL_INVITE = "channel_invite"
    COMMENT = "comment"
    EVENT = "event"
    EVENT_ANSWER = "event_answer"
    GROUP_INVITE = "group_invite"
    INVOICE = "invoice"
    MENU = "menu"
    PAYMENT = "payment"
    PAYMENT_REQUEST = "payment_request"
    PHONE_REQUEST = "phone_request"
    POLL_RESULT = "poll_result"
    SCHEDULED_CALL = "scheduled_call"
    STATUS_MENTION = "status_mention"
    STICKER_PACK = "sticker_pack"


@dataclass(frozen=True, slots=True)
class Identity:
    """One name of a person: a phone in E.164, a LID's digits or a business-scoped user id."""

    kind: IdentityKind
    value: str
