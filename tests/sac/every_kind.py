"""A thread with everything a message can be, put there as rows."""

from datetime import timedelta
from itertools import count
from typing import Any

from sac.models import Media, Message, Ticket
from tests.sac.board import put_message

_ids = count(1)
EVIL = '<img src=x onerror="alert(1)">"\'{{ 7|add:7 }}'

# Everything a stranger may write, in the words docs/gateway.md has for each kind.
FACTS: dict[str, dict[str, Any]] = {
    "text": {"quoted": {"text": EVIL, "kind": "text", "is_ours": True}, "forwarded": True},
    "image": {"view_once": True, "ad": {"title": EVIL, "text": EVIL, "url": "javascript:alert(1)"}},
    "video": {"gif": True},
    "audio": {},
    "voice": {},
    "document": {},
    "sticker": {"animated": True},
    "location": {"latitude": -23.5505, "longitude": -46.6333, "name": EVIL, "address": EVIL},
    "contact": {
        "cards": [{"name": EVIL, "phones": ["+5511987654321", EVIL], "organization": EVIL}]
    },
    "poll": {"question": EVIL, "options": [EVIL, "Não"], "is_multiple": True},
    "choice": {"id": EVIL, "title": EVIL},
    "order": {"id": "1", "title": EVIL, "items": 3, "total": 1284600, "currency": "BRL"},
    "product": {
        "title": EVIL,
        "description": EVIL,
        "price": 249900,
        "url": "https://loja.example/a",
    },
    "unsupported": {"type": EVIL},
    "call": {"status": "missed", "is_video": False},
}
MIMES = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "document": "application/pdf",
    "sticker": "image/webp",
}


def put_kind(ticket: Ticket, kind: str, *, file: str = "ready", **changed: object) -> Message:
    """Put a message of this kind in the thread, with its facts and its file."""
    number = next(_ids)
    message = put_message(ticket, number, EVIL)
    message.kind, message.content = kind, dict(FACTS[kind])
    message.provider_id = f"WID{number}"
    for name, value in changed.items():
        setattr(message, name, value)
    message.save()
    if kind in MIMES:
        put_file(message, state=file)
    return message


def put_file(message: Message, *, state: str = "ready", **changed: object) -> Media:
    """Give a message its file."""
    wanted: dict[str, object] = {
        "mime": MIMES[message.kind],
        "filename": f"{EVIL}.pdf",
        "size": 123_456,
        "seconds": 75,
        "width": 1200,
        "height": 900,
        "error": "O link venceu." if state == "failed" else "",
    }
    return Media.objects.create(
        store=message.store, message=message, state=state, **{**wanted, **changed}
    )


def put_every_kind(ticket: Ticket) -> list[Message]:
    """Put one message of each kind, reacted to and edited, and the fates a file may have."""
    whole = [put_kind(ticket, kind) for kind in FACTS]
    whole += [put_kind(ticket, kind, file=fate) for kind in MIMES for fate in ("pending", "failed")]
    moment = ticket.created_at.isoformat()
    reacted = {side: {"emoji": "👍", "at": moment} for side in ("customer", "store")}
    earlier = [{"text": EVIL, "until": moment}]
    at = ticket.created_at + timedelta(minutes=1)
    whole.append(put_kind(ticket, "text", reactions=reacted, earlier_texts=earlier, edited_at=at))
    whole += [put_kind(ticket, kind, deleted_at=at) for kind in ("text", "image", "location")]
    return whole
