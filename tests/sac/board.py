"""Tickets put on the board as rows, in any state, without living through their story."""

from itertools import count
from uuid import uuid4

from django.utils import timezone

from automacao.models import Instance
from sac.models import Attendant, Contact, Conversation, Department, Ticket, TicketEvent
from tests.conftest import Shop, new_phone

Status = Ticket.Status
_codes = count(500_001)


def put_ticket(
    shop: Shop,
    *,
    department: Department | None = None,
    attendant: Attendant | None = None,
    status: str = Status.WAITING,
    took_part: Attendant | None = None,
    instance: Instance | None = None,
) -> Ticket:
    """Put a ticket on the board; `took_part` once had a step in it."""
    now = timezone.now()
    contact = Contact.objects.create(store=shop.store, name="Cliente", phone=new_phone())
    conversation = Conversation.objects.create(
        store=shop.store, contact=contact, instance=instance or shop.instance, revision=1
    )
    ticket = Ticket.objects.create(
        store=shop.store,
        conversation=conversation,
        instance=conversation.instance,
        department=department,
        attendant=attendant,
        status=status,
        code=f"2020-{next(_codes)}",
        created_at=now,
        queued_at=now,
        last_activity_at=now,
        closed_at=now if status == Status.CLOSED else None,
    )
    if took_part:
        TicketEvent.objects.create(
            store=shop.store,
            ticket=ticket,
            conversation=conversation,
            kind=TicketEvent.Kind.TAKEN,
            at=now,
            attendant=took_part,
            sort_key=1,
            revision=1,
        )
    return ticket


def add_number(shop: Shop) -> Instance:
    """Connect a second number to the store, with no department of its own."""
    return Instance.objects.create(
        store=shop.store, name="Outro número", gateway_token=f"token-{uuid4().hex}"
    )
