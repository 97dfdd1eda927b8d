"""What Evolution's JSON is made of, read so that no shape of it can raise."""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from automacao.gateways.evolution.jids import parse_jid, phone_of
from automacao.gateways.port import Source

MESSAGE_ID_MAX = 128

_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile(r"-?[0-9]{1,20}")
# WhatsApp is from 2009; a later year than 2099 is a unit or a clock gone wrong.
_EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around every event.

    `at` is the gateway's wall clock written as UTC: it only orders that gateway's own events.
    """

    event: str
    instance: str | None
    data: object
    sender: object
    at: datetime | None

    @property
    def own_phone(self) -> str | None:
        """The line's own number in E.164; None before its first login."""
        return phone_of(parse_jid(self.sender))

    @property
    def source(self) -> Source:
        """The channel, by the name it had when it posted, and the phone that was on it."""
        return Source(channel=self.instance, own_phone=self.own_phone)


def open_envelope(raw: bytes) -> Envelope | None:
    """Read a body; None is JSON that is no envelope.

    Raises ValueError for what is not JSON in UTF-8, RecursionError for JSON too deep to read.
    """
    body = load(raw)
    event = dig(body, "event")
    if not isinstance(event, str):
        return None
    instance = dig(body, "instance")
    return Envelope(
        event=event,
        instance=instance if isinstance(instance, str) else None,
        data=dig(body, "data"),
        sender=dig(body, "sender"),
        at=instant(dig(body, "date_time")),
    )


def load(raw: bytes) -> object:
    """Read JSON. A number longer than Python would convert reads as infinity."""
    return json.loads(raw.decode("utf-8"), parse_int=_integer)


def dig(value: object, *path: str) -> object:
    """Walk down objects by key; None where the way ends."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: object, limit: int | None = None) -> str:
    """Return text PostgreSQL can store: no NUL, no lone surrogate. Anything else is empty."""
    if not isinstance(value, str):
        return ""
    return _SURROGATE.sub("\ufffd", value.replace("\0", ""))[:limit]


def whole(value: object) -> int | None:
    """Read a 64-bit number: a number, its text, or a {low, high} pair."""
    if isinstance(value, dict):
        low, high = value.get("low"), value.get("high")
        if not isinstance(low, int) or not isinstance(high, int):
            return None
        return (high << 32) + (low & 0xFFFFFFFF)
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 2**64 else None


def number(value: object) -> float | None:
    """Read a finite number, or its text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def coordinates(latitude: object, longitude: object) -> tuple[float, float] | None:
    """Read a place on earth, in degrees."""
    north, east = number(latitude), number(longitude)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return None
    return north, east


def moment(value: object) -> datetime | None:
    """Read unix seconds, or milliseconds by mistake. None is a time nobody should believe."""
    seconds = whole(value)
    if seconds is None:
        return None
    if seconds > _LATEST.timestamp():
        seconds //= 1000
    if not _EARLIEST.timestamp() <= seconds <= _LATEST.timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)


def instant(value: object) -> datetime | None:
    """Read an ISO 8601 time; without a zone it counts as UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    # The bounds come first: near year 1 or 9999 a change of zone overflows.
    return read.astimezone(UTC) if _EARLIEST <= read <= _LATEST else None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 20 else math.inf
