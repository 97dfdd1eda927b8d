"""Appends to a ticket's trail. The caller holds the conversation's lock."""

from datetime import datetime
from typing import TypedDict, Unpack

from automacao.models import next_arrivals
from evendas.accounts.models import User
from sac.models import Attendant, Conversation, Department, Ticket, TicketEvent
from sac.ordering import sort_key


class Facts(TypedDict, total=False):
    """What else an event tells; the department is the ticket's unless it is told."""

    attendant: Attendant | None
    department: Department | None
    from_attendant: Attendant | None
    from_department: Department | None
    note: str
    wait_seconds: int | None
    handled_seconds: int | None
    order_key: int | None


def step(  # noqa: PLR0913 - an event has this many facts
    conversation: Conversation,
    ticket: Ticket,
    kind: TicketEvent.Kind,
    *,
    at: datetime,
    arrival: int,
    by: User | None = None,
    **facts: Unpack[Facts],
) -> TicketEvent:
    """Return the unsaved event of a step taken at `at`."""
    facts.setdefault("department", ticket.department)
    return TicketEvent(
        store_id=ticket.store_id,
        ticket=ticket,
        conversation=conversation,
        kind=kind,
        at=at,
        actor=by,
        sort_key=sort_key(at, arrival),
        revision=conversation.next_revision(),
        **facts,
    )


def next_arrival() -> int:
    return next_arrivals(1)[0]


def seconds_between(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))
