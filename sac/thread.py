"""The thread of a ticket as the screen draws it: messages and events in one order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from sac.models import Message, Ticket, TicketEvent

PAGE = 40


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


def page(ticket: Ticket, *, before: Cursor | None = None) -> Page:
    """Return the last PAGE messages before (sort key, id) `before`, with the events among them."""
    messages = Message.objects.in_thread_of(ticket).exclude(state=Message.State.SUPERSEDED)
    events = ticket.events.select_related("attendant", "department", "actor", "ticket")
    if before is not None:
        key, pk = before
        messages = messages.filter(Q(sort_key__lt=key) | Q(sort_key=key, id__lt=pk))
        events = events.filter(sort_key__lt=key)
    newest = list(messages.order_by("-sort_key", "-id")[: PAGE + 1])
    shown = newest[:PAGE]
    if len(newest) == len(shown):
        return Page(items=as_items([*shown, *events]), older_cursor="")
    oldest = shown[-1]
    events = events.filter(sort_key__gte=oldest.sort_key)
    return Page(items=as_items([*shown, *events]), older_cursor=f"{oldest.sort_key}-{oldest.pk}")


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
    messages = Message.objects.in_thread_of(ticket).filter(revision__gt=since, revision__lte=upper)
    events = ticket.events.select_related("attendant", "department", "actor", "ticket").filter(
        revision__gt=since, revision__lte=upper
    )
    rows: list[Message | TicketEvent] = [
        *messages.order_by("revision")[:limit],
        *events.order_by("revision")[:limit],
    ]
    rows = sorted(rows, key=lambda row: row.revision)[:limit]
    has_more = len(rows) == limit
    return Changes(
        items=as_items(rows), reached=rows[-1].revision if has_more else upper, has_more=has_more
    )
