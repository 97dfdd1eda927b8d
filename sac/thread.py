"""The thread of a ticket as the screen draws it: messages and events in one order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sac.models import Message, Ticket, TicketEvent

PAGE = 40
# The most messages one answer brings, however far up the one asked for stands.
STRETCH = 200
# What stands above it comes along: nobody understands a message alone.
_ABOVE = 10


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the thread. `order` sorts as text; an event stands before an equal message."""

    message: Message | None
    event: TicketEvent | None
    order: str
    day: date

    @property
    def kind_of(self) -> Literal["message", "event"]:
        return "message" if self.message else "event"


def as_items(rows: Iterable[Message | TicketEvent]) -> list[Item]:
    shown = (row for row in rows if isinstance(row, Message) or row.kind in TicketEvent.SHOWN)
    return sorted((_item(row) for row in shown), key=lambda item: item.order)


def _item(row: Message | TicketEvent) -> Item:
    is_message = isinstance(row, Message)
    moment = row.sent_at if isinstance(row, Message) else row.at
    return Item(
        message=row if isinstance(row, Message) else None,
        event=row if isinstance(row, TicketEvent) else None,
        order=f"{row.sort_key:019d}-{int(is_message)}-{row.pk:012d}",
        day=timezone.localdate(moment),
    )


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a thread; `older_cursor` is empty when nothing older is left."""

    items: Sequence[Item]
    older_cursor: str


Cursor = tuple[int, int]


def page(ticket: Ticket, *, before: Cursor | None = None, size: int | None = None) -> Page:
    """Return the last `size` messages before (sort key, id) `before`, with the events among them.

    PAGE of them, unless told otherwise.
    """
    size = size or PAGE
    newest = list(_before(ticket, before).order_by("-sort_key", "-id")[: size + 1])
    shown, older = newest[:size], newest[size:]
    events = _events(ticket).filter(_between(older[:1], shown, before))
    cursor = f"{shown[-1].sort_key}-{shown[-1].pk}" if older else ""
    return Page(items=as_items([*shown, *events]), older_cursor=cursor)


def stretch(ticket: Ticket, message: Message, *, before: Cursor | None = None) -> Page:
    """Return the page before `before` that goes up to `message` and what stands right above it.

    Of one that is more than STRETCH messages away, only as many: who asks goes on from there.
    """
    key, pk = message.sort_key, message.pk
    below = _before(ticket, before).filter(Q(sort_key__gt=key) | Q(sort_key=key, id__gte=pk))
    size = below[:STRETCH].count() + _ABOVE
    return page(ticket, before=before, size=min(max(size, PAGE), STRETCH))


def _before(ticket: Ticket, before: Cursor | None) -> models.QuerySet[Message]:
    messages = _messages(ticket).exclude(state=Message.State.SUPERSEDED)
    if before is None:
        return messages
    key, pk = before
    return messages.filter(Q(sort_key__lt=key) | Q(sort_key=key, id__lt=pk))


def _between(older: list[Message], shown: list[Message], before: Cursor | None) -> Q:
    """Which events stand on this page: each above the first message of its own sort key.

    So a run of equal keys that is cut by a page's end keeps its events with its older part.
    """
    found = Q()
    if older:
        is_cut = older[0].sort_key == shown[-1].sort_key
        found &= Q(**{"sort_key__gt" if is_cut else "sort_key__gte": shown[-1].sort_key})
    if before is not None:
        is_cut = bool(shown) and shown[0].sort_key == before[0]
        found &= Q(**{"sort_key__lte" if is_cut else "sort_key__lt": before[0]})
    return found


def _messages(ticket: Ticket) -> models.QuerySet[Message]:
    return Message.objects.in_thread_of(ticket)


def _events(ticket: Ticket) -> models.QuerySet[TicketEvent]:
    return ticket.events.for_thread()


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a revision, up to `reached`."""

    items: Sequence[Item]
    reached: int
    has_more: bool


def changes(ticket: Ticket, *, since: int, limit: int = 200) -> Changes:
    """Return what changed in the thread after revision `since`, oldest change first.

    The conversation's revision is read first: what commits later belongs to the next call.
    """
    upper = ticket.conversation.revision
    rows: list[Message | TicketEvent] = [
        *_messages(ticket).filter(_news(since, upper)).order_by("revision")[:limit],
        *_events(ticket).filter(_news(since, upper)).order_by("revision")[:limit],
    ]
    rows = sorted(rows, key=lambda row: row.revision)[:limit]
    has_more = len(rows) == limit
    return Changes(
        items=as_items(rows), reached=rows[-1].revision if has_more else upper, has_more=has_more
    )


def _news(since: int, upper: int) -> Q:
    return Q(revision__gt=since, revision__lte=upper)


def sought(ticket: Ticket, *, message_id: int, provider_id: str) -> Message | None:
    """Find a message of the ticket's conversation, in whichever chapter, by one of its names."""
    known = ticket.conversation.messages.exclude(state=Message.State.SUPERSEDED)
    known = known.select_related("ticket")
    if message_id:
        return known.filter(pk=message_id).first()
    return known.filter(instance=ticket.instance_id, provider_id=provider_id).first()


def chapter_with(message: Message) -> Ticket | None:
    """Return the ticket in whose thread a message stands; None while its conversation has none."""
    if message.ticket:
        return message.ticket
    return chapter_of(message, list(message.conversation.tickets.order_by("created_at")))


def chapter_of(row: Message | TicketEvent, chapters: Sequence[Ticket]) -> Ticket | None:
    """Where a line without a ticket stands, by the rule of `Message.objects.in_thread_of`.

    `chapters` are all tickets of its conversation, the first one first.
    """
    said_at = row.created_at if isinstance(row, Message) else row.at
    before = [ticket for ticket in chapters if ticket.created_at <= said_at]
    return before[-1] if before else next(iter(chapters), None)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the customer said since the team last looked: the first message, and how many."""

    first: int
    count: int

    @classmethod
    def of(cls, ids: Sequence[int] | None) -> Self | None:
        """What these messages are, in their order; None when there are none."""
        return cls(first=ids[0], count=len(ids)) if ids else None


# Of more nobody asks how many.
MOST_COUNTED = 999


def unseen(ticket: Ticket) -> models.QuerySet[Message, Any]:
    """The ids of what is NOVO in a ticket, in their order: MOST_COUNTED of them at most."""
    if not ticket.is_new:
        return ticket.messages.none().values("pk")
    said = ticket.messages.filter(
        direction=Message.Direction.IN, created_at__gte=ticket.new_since
    ).exclude(kind="call")
    return said.order_by("sort_key", "id").values("pk")[:MOST_COUNTED]
