"""How a row of the list says whose words it shows, how long somebody waits, and its tags."""

from datetime import datetime
from typing import NamedTuple

from django import template
from django.utils import timezone

from evendas.accounts.models import Store
from sac.models import Message, Ticket
from sac.newest_orders import NewestOrder, tell_newest_orders

register = template.Library()

# Where nobody of the team wrote it at the desk.
_ELSEWHERE = {
    Message.Origin.PHONE: "Pelo celular",
    Message.Origin.API: "Por outro sistema",
    Message.Origin.BOT: "Automática",
}


@register.filter
def wait_level(since: datetime, store: Store) -> str:
    """How a wait stands against the store's limits: "", "warning" or "alarm", as list.js does."""
    minutes = (timezone.now() - since).total_seconds() / 60
    if minutes >= store.wait_alarms_after:
        return "alarm"
    return "warning" if minutes >= store.wait_warns_after else ""


@register.filter
def wait_words(level: str) -> str:
    return {"warning": "espera longa", "alarm": "espera crítica"}.get(level, "")


@register.filter
def said_by(ticket: Ticket) -> str:
    """Who spoke last for the store, by the first word of their nickname; "" when unknown."""
    if ticket.preview_attendant_id:
        # The rows of a page were told in their query; a pushed one asks.
        known = getattr(ticket, "spoken_by", None)
        return (known or str(ticket.preview_attendant)).split(maxsplit=1)[0]
    # A note leaves there the origin of what was said before it.
    is_said = ticket.preview_direction == Message.Direction.OUT
    return _ELSEWHERE.get(Message.Origin(ticket.preview_origin), "") if is_said else ""


class Mark(NamedTuple):
    """A tag, as a row shows it."""

    name: str
    colour: str
    id: int

    def __str__(self) -> str:
        return self.name


@register.filter
def row_tags(ticket: Ticket) -> list[Mark]:
    """By name. The rows of a page were given theirs; a pushed one asks."""
    worn = ticket.tags.values("id", "name", "colour") if ticket.marks is None else ticket.marks
    return sorted((Mark(**facts) for facts in worn), key=lambda mark: mark.name.casefold())


@register.filter
def row_order(ticket: Ticket) -> NewestOrder | None:
    """What who waits ordered last. The rows of a page were told together; a pushed one asks."""
    if not hasattr(ticket, "newest_order"):
        tell_newest_orders(ticket.store, [ticket])
    return ticket.newest_order


@register.filter
def initials(nickname: str) -> str:
    """Ana – Suporte: AS."""
    words = [word for word in nickname.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
