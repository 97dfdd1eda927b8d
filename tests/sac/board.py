"""Tickets put on the board as rows, in any state, without living through their story."""

from itertools import count
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from automacao.gateways.port import Identity, MessageEcho
from automacao.models import Instance, next_arrivals
from evendas import clock
from sac.actions.inbound import Arrival, receive_messages
from sac.models import (
    Attendant,
    Contact,
    ContactIdentity,
    Conversation,
    Department,
    Message,
    Ticket,
    TicketEvent,
)
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
    ContactIdentity.objects.create(
        store=shop.store, contact=contact, kind=ContactIdentity.Kind.PHONE, value=contact.phone
    )
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


def put_message(ticket: Ticket, sort_key: int, text: str = "Oi") -> Message:
    """Put a customer's message in the thread, at this place of its order."""
    conversation = ticket.conversation
    message = Message.objects.create(
        store=ticket.store,
        conversation=conversation,
        ticket=ticket,
        instance=ticket.instance,
        direction=Message.Direction.IN,
        origin=Message.Origin.CUSTOMER,
        text=text,
        state=Message.State.RECEIVED,
        created_at=ticket.created_at,
        sent_at=ticket.created_at,
        sort_key=sort_key,
        revision=conversation.next_revision(),
    )
    conversation.save()
    return message


def put_event(ticket: Ticket, sort_key: int) -> TicketEvent:
    """Put a line about the ticket itself in its thread."""
    conversation = ticket.conversation
    event = TicketEvent.objects.create(
        store=ticket.store,
        ticket=ticket,
        conversation=conversation,
        kind=TicketEvent.Kind.RETURNED,
        at=ticket.created_at,
        sort_key=sort_key,
        revision=conversation.next_revision(),
    )
    conversation.save()
    return event


def change_message(message: Message, state: str) -> None:
    """Change a message under its conversation's lock, as every action does."""
    with transaction.atomic():
        (conversation,) = Conversation.objects.locked([message.conversation_id])
        message.state = state
        message.revision = conversation.next_revision()
        message.save()
        conversation.save()


def type_on_phone(shop: Shop, ticket: Ticket, text: str) -> Message:
    """Somebody answers this customer on the store's phone, outside the desk."""
    return call_on_phone(shop, ticket.conversation.contact.phone, text)


def call_on_phone(shop: Shop, phone: str, text: str) -> Message:
    """Somebody writes to a customer, known or not, on the store's phone."""
    now = clock.now()
    echo = MessageEcho(
        id=f"3EB0{uuid4().hex[:18].upper()}",
        identities=(Identity("phone", phone),),
        address=phone.lstrip("+"),
        origin="phone",
        kind="text",
        text=text,
        sent_at=now,
    )
    with transaction.atomic():
        arrival = Arrival(inbox_id=next_arrivals(1)[0], received_at=now, event=echo)
        receive_messages(shop.instance, [(arrival, echo)])
    return Message.objects.get(provider_id=echo.id)
