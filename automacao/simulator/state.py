"""What the simulator remembers: instances, phones, messages and the shop, in one JSON file."""

import json
import secrets
import string
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from automacao.simulator.shop import Shop, kept_shop

Json = dict[str, Any]
Phase = Literal["new", "qr", "open", "dropped", "closed"]
Origin = Literal["customer", "api", "store_phone"]
# How the network names a customer: which of phone and LID stands where in a message's key.
Addressing = Literal["pn", "lid", "lid_only", "swapped", "overwritten"]
# closed: every call fails at once; hang: none is ever answered.
Deadness = Literal["", "closed", "hang"]

VERSION = 1
# Upward only; ERROR stands apart.
STATUS_RANK = {"PENDING": 1, "SERVER_ACK": 2, "DELIVERY_ACK": 3, "READ": 4, "PLAYED": 5}


@dataclass
class Webhook:
    """Where an instance posts its events. `events` holds configuration names (MESSAGES_UPSERT)."""

    url: str
    id: str
    created_at: float
    updated_at: float
    is_enabled: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    by_events: bool = False
    base64: bool = False


@dataclass
class Qr:
    """The code on show. `image` is a PNG data URL."""

    code: str = ""
    image: str = ""
    pairing_code: str | None = None
    count: int = 0


@dataclass
class File:
    """What came with a message. Its bytes lie on the shelf under `sha256`; `size` in bytes."""

    sha256: str
    size: int
    mime: str
    name: str = ""
    seconds: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass
class Message:
    """What passed between a customer and a store.

    `at` in unix seconds, `status` in Baileys' words, `facts` as the control API names them. A
    reaction is a message of kind "reaction": `quotes` is its target, `text` the emoji or empty.
    """

    id: str
    row_id: str
    wa_id: str
    origin: Origin
    text: str
    at: int
    status: str
    quotes: str = ""
    kind: str = "text"
    facts: Json = field(default_factory=dict)
    file: File | None = None
    # "ephemeral", "view_once" or empty.
    wrapper: str = ""
    ad: Json | None = None
    is_forwarded: bool = False
    addressing: Addressing = "pn"
    # The chat as the gateway knows it, where that is not the phone.
    jid: str = ""
    reactions: dict[str, str] = field(default_factory=dict)
    earlier_texts: list[str] = field(default_factory=list)
    edited_at: int | None = None
    is_deleted: bool = False
    # A receipt that came during a drop is told when the line is back.
    is_untold: bool = False

    def advance(self, status: str) -> bool:
        """Raise the status. Return whether it rose."""
        if STATUS_RANK.get(status, 0) <= STATUS_RANK.get(self.status, 0):
            return False
        self.status = status
        return True


@dataclass
class Instance:
    """One store number at the gateway. `own_id` is the phone that paired last, in digits."""

    name: str
    id: str
    token: str
    created_at: float
    updated_at: float
    phase: Phase = "new"
    number: str | None = None
    own_id: str = ""
    profile: str = ""
    settings: Json = field(default_factory=dict)
    webhook: Webhook | None = None
    qr: Qr = field(default_factory=Qr)
    messages: dict[str, Message] = field(default_factory=dict)
    contacts: list[str] = field(default_factory=list)
    closed_reason: int | None = None
    closed_at: float | None = None
    is_leaving: bool = False
    deadness: Deadness = ""
    # What happened while nothing was heard, told when the line is back: event and data.
    untold: list[tuple[str, Any]] = field(default_factory=list)
    # The Business app's own answer to whoever writes.
    auto_reply: str = ""

    @property
    def hears(self) -> bool:
        """Tell whether anything from the network gets through."""
        return self.phase == "open" and not self.deadness

    @property
    def state(self) -> str:
        """Return the state as connectionState says it."""
        return {"open": "open", "qr": "connecting", "dropped": "connecting"}.get(
            self.phase, "close"
        )

    def thread(self, wa_id: str) -> list[Message]:
        """Return the conversation with one phone, oldest first, without the reactions."""
        return [
            message
            for message in self.messages.values()
            if message.wa_id == wa_id and message.kind != "reaction"
        ]


@dataclass
class Phone:
    """A customer's phone. `wa_id` is what WhatsApp registered; `number` has the ninth digit."""

    wa_id: str
    number: str
    name: str
    lid: str = ""
    is_on_whatsapp: bool = True
    is_online: bool = True
    reads_alone: bool = False
    addressing: Addressing = "pn"
    touched_at: float = 0.0


@dataclass
class World:
    """Everything there is."""

    instances: dict[str, Instance] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    shop: Shop | None = None
    version: int = VERSION


class UnreadableStateError(Exception):
    """The state file exists and is not one of ours."""


def first_customers() -> dict[str, Phone]:
    """Return the three customers every demo begins with: one of them registered without the 9."""
    people = (
        Phone("5511981234567", "5511981234567", "Juliana Prado", "128034567890123"),
        Phone("553198765432", "5531998765432", "Rafael Junqueira", "97105678901234"),
        Phone("5521988120043", "5521988120043", "Camila Ferraz"),
    )
    return {phone.wa_id: phone for phone in people}


def load(path: Path) -> World:
    """Read the state, or begin a new one when there is no file.

    Raises UnreadableStateError.
    """
    if not path.exists():
        return World(phones=first_customers())
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["version"] != VERSION:
            raise UnreadableStateError(f"{path} was written by another version.")
        return World(
            instances={name: _instance(row) for name, row in raw["instances"].items()},
            phones={wa_id: Phone(**row) for wa_id, row in raw["phones"].items()},
            shop=kept_shop(raw.get("shop")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise UnreadableStateError(f"{path} cannot be read: {error}") from error


def save(world: World, path: Path) -> None:
    """Write the state at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(world, default=vars, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def new_instance(name: str, *, token: str, number: str | None) -> Instance:
    """Make an instance that never connected."""
    now = time.time()
    return Instance(
        name=name,
        id=str(uuid.uuid4()),
        token=token or str(uuid.uuid4()).upper(),
        number=number,
        created_at=now,
        updated_at=now,
    )


def new_row_id() -> str:
    """Make an id in the manner of the gateway's database."""
    return "cm" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(23))


def new_message_id(origin: Origin) -> str:
    """Make an id from whose form the gateway guesses the device: web, android or ios."""
    return {
        "api": "3EB0" + secrets.token_hex(9).upper(),
        "customer": "AC" + secrets.token_hex(15).upper(),
        "store_phone": "3A" + secrets.token_hex(9).upper(),
    }[origin]


def new_app_message_id() -> str:
    """Make an id as the Business app gives its automatic answers: of no known device."""
    return "4D" + secrets.token_hex(14).upper()


def _instance(row: Json) -> Instance:
    webhook, qr, messages = row.pop("webhook"), row.pop("qr"), row.pop("messages")
    return Instance(
        **row,
        webhook=Webhook(**webhook) if webhook else None,
        qr=Qr(**qr),
        messages={key: _message(message) for key, message in messages.items()},
    )


def _message(row: Json) -> Message:
    file = row.pop("file", None)
    return Message(**row, file=File(**file) if file else None)
