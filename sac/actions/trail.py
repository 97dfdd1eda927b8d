"""Appends to a ticket's trail. The caller holds the conversation's lock."""

from datetime import datetime

from automacao.models import next_arrivals
from evendas.accounts.models import User
from sac.models import Attendant, Conversation, Ticket, TicketEvent
from sac.ordering import sort_key


def step(  # noqa: PLR0913 - an event has this many facts
    conversation: Conversation,
    ticket: Ticket,
    kind: TicketEvent.Kind,
    *,
    at: datetime,
    arrival: int,
    by: User | None = None,
    attendant: Attendant | None = None,
    wait_seconds: int | None = None,
) -> TicketEvent:
    """Return the unsaved event of a step taken at `at`."""
    return TicketEvent(
        store_id=ticket.store_id,
        ticket=ticket,
        conversation=conversation,
        kind=kind,
        at=at,
        actor=by,
        attendant=attendant,
        department=ticket.department,
        wait_seconds=wait_seconds,
        sort_key=sort_key(at, arrival),
        revision=conversation.next_revision(),
    )


def next_arrival() -> int:
    return next_arrivals(1)[0]


def seconds_between(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))
