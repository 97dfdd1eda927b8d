"""What the gateway stored of what was said."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from automacao.gateways.evolution.client import call, key_of, route
from automacao.gateways.evolution.content import content_of
from automacao.gateways.evolution.jids import not_a_customer
from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, dig, moment, text
from automacao.gateways.port import Channel, Kind, Memory, Remembered, SentMessage
from evendas.phones import send_candidates

# A name of ours: what the gateway remembers goes through the inbox like what it posts.
FOUND = "messages.found"
_PAGE = 50
_PAGES_MAX = 40
_FIELDS = (
    "key",
    "pushName",
    "message",
    "messageType",
    "messageTimestamp",
    "contextInfo",
    "source",
    "status",
)


def find_sent(channel: Channel, address: str) -> Sequence[SentMessage]:
    """Return the latest messages the gateway stored as sent to an address, newest first.

    A phone is asked for in both of its forms: the one it was sent to is not known.
    """
    found: list[SentMessage] = []
    for jid in _jids(address):
        where = {"key": {"remoteJid": jid, "fromMe": True}}
        found.extend(_sent_messages(_ask(channel, {"where": where})))
    return found


def remembered(channel: Channel, since: datetime, until: datetime) -> Memory:
    """Return what the gateway stored between two moments: the 2,000 newest records at most.

    Same record on the same phone, same bytes: only a further status of a message of ours changes
    them.
    """
    between = {"gte": _iso(since), "lte": _iso(until)}
    records: list[object] = []
    is_cut = True
    for page in range(1, _PAGES_MAX + 1):
        body = {"where": {"messageTimestamp": between}, "page": page, "offset": _PAGE}
        told = _records(_ask(channel, body))
        records += told
        if len(told) < _PAGE:
            is_cut = False
            break
    # They come newest first. Of one second nothing is known: those stay as they came.
    records.sort(key=_said_at)
    found = {one.id: one for record in records for one in _remembered(channel, record)}
    return Memory(tuple(found.values()), is_cut=is_cut)


def _ask(channel: Channel, body: object) -> object:
    return call("POST", route("/chat/findMessages", channel), key=key_of(channel), json=body)


def _jids(address: str) -> list[str]:
    if "@" in address:
        return [address]
    return [f"{digits}@s.whatsapp.net" for digits in send_candidates(address)]


def _records(page: object) -> list[object]:
    """Read a page of stored messages: in an object since 2.2, a bare array before."""
    records = page if isinstance(page, list) else dig(page, "messages", "records")
    return records if isinstance(records, list) else []


def _sent_messages(page: object) -> Iterator[SentMessage]:
    for record in _records(page):
        provider_id = text(dig(record, "key", "id"), MESSAGE_ID_MAX)
        if provider_id and dig(record, "key", "fromMe") is True:
            content = content_of(record)
            yield SentMessage(
                id=provider_id,
                text=content.text if content else "",
                sent_at=moment(dig(record, "messageTimestamp")),
                kind=content.kind if content else Kind.UNSUPPORTED,
            )


def _said_at(record: object) -> datetime:
    """What has no time counts as said just now, as it will on the screen."""
    return moment(dig(record, "messageTimestamp")) or datetime.max.replace(tzinfo=UTC)


def _remembered(channel: Channel, record: object) -> Iterator[Remembered]:
    provider_id = text(dig(record, "key", "id"), MESSAGE_ID_MAX)
    if not provider_id or not_a_customer(dig(record, "key", "remoteJid")):
        return
    data: dict[str, object] = {name: dig(record, name) for name in _FIELDS}
    if dig(record, "key", "fromMe") is True:
        data["statuses"] = _statuses(dig(record, "MessageUpdate"))
    body = {"event": FOUND, "instance": channel.name, "sender": _sender(channel), "data": data}
    yield Remembered(provider_id, json.dumps(body, sort_keys=True).encode())


def _sender(channel: Channel) -> str | None:
    """Name the store's own number as the gateway does in what it posts."""
    phone = channel.own_phone
    return f"{phone.removeprefix('+')}@s.whatsapp.net" if phone else None


def _statuses(updates: object) -> list[str]:
    listed = updates if isinstance(updates, list) else []
    return sorted({status for update in listed if (status := text(dig(update, "status")))})


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
